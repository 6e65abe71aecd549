#include "converter/accuracy.h"

#include "converter/parallel.h"
#include "runtime/error.h"

typedef struct lane {
  octavo_session *sessions[ACCURACY_MAX_MODELS];
  uint32_t correct[ACCURACY_MAX_MODELS];
} lane;

typedef struct measurement {
  const accuracy_job *job;
  lane lanes[PARALLEL_MAX_THREADS];
} measurement;

octavo_status accuracy_first_class(octavo_session *session, const image_sample *images, uint32_t i,
                                   uint32_t *index, octavo_error *error) {
  octavo_class best = {0};
  uint32_t filled = 0;
  octavo_status status = image_sample_feed(images, i, session, error);
  if (status == OCTAVO_OK)
    status = octavo_session_run(session, error);
  if (status == OCTAVO_OK)
    status = octavo_session_top(session, 0, &best, 1, &filled, error);
  *index = best.index;
  return status;
}

static octavo_status classify(void *context, uint32_t thread, uint32_t index, octavo_error *error) {
  measurement *all = context;
  lane *l = &all->lanes[thread];
  octavo_status status = OCTAVO_OK;
  for (uint32_t m = 0; m < all->job->model_count && status == OCTAVO_OK; m++) {
    uint32_t found = 0;
    status = accuracy_first_class(l->sessions[m], all->job->images, index, &found, error);
    l->correct[m] += found == image_sample_label(all->job->images, index);
  }
  return status;
}

static octavo_status run(measurement *all, float *percent, octavo_error *error) {
  const accuracy_job *job = all->job;
  octavo_status status = OCTAVO_OK;
  for (uint32_t t = 0; t < job->threads; t++)
    for (uint32_t m = 0; m < job->model_count && status == OCTAVO_OK; m++)
      status = octavo_session_create(job->models[m], NULL, &all->lanes[t].sessions[m], error);
  if (status == OCTAVO_OK)
    status = parallel_run(&(parallel_job){.end = job->images->count,
                                          .threads = job->threads,
                                          .task = classify,
                                          .context = all,
                                          .progress = job->progress,
                                          .label = "measuring"},
                          error);
  for (uint32_t m = 0; m < job->model_count && status == OCTAVO_OK; m++) {
    uint32_t correct = 0;
    for (uint32_t t = 0; t < job->threads; t++)
      correct += all->lanes[t].correct[m];
    percent[m] = (float)(100.0 * correct / job->images->count);
  }
  return status;
}

octavo_status accuracy_measure(const accuracy_job *job, float percent[ACCURACY_MAX_MODELS],
                               octavo_error *error) {
  if (job->threads < 1 || job->threads > PARALLEL_MAX_THREADS || job->images->count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "accuracy: expected images and 1 to %d threads, found %u and %u",
                            PARALLEL_MAX_THREADS, job->images->count, job->threads);
  if (image_sample_label(job->images, 0) == DATASET_NO_LABEL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "accuracy: expected images with classes (one folder per class, or "
                            "CIFAR-10's binary files), found a flat folder");
  measurement all = {.job = job};
  const octavo_status status = run(&all, percent, error);
  for (uint32_t t = 0; t < PARALLEL_MAX_THREADS; t++)
    for (uint32_t m = 0; m < ACCURACY_MAX_MODELS; m++)
      octavo_session_free(all.lanes[t].sessions[m]);
  return status;
}
