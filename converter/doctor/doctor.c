#include "converter/doctor/doctor.h"

#include "converter/doctor/images.h"
#include "converter/doctor/report.h"
#include "converter/parallel.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

static octavo_status tell(const doctor_result *result, FILE *stream, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  if (result->options->json != NULL)
    status = doctor_write_json(result, result->options->json, error);
  if (status == OCTAVO_OK && stream != NULL)
    status = doctor_print(result, stream, error);
  return status;
}

static octavo_status try_all(const convert_options *options, const doctor_subject *subject,
                             const doctor_images *images, const doctor_candidates *candidates,
                             FILE *stream, FILE *progress, octavo_error *error) {
  const uint64_t begin = platform_nanoseconds();
  uint32_t threads = parallel_threads(options->threads);
  threads = threads > images->count ? images->count : threads;
  const doctor_trial trial = {.model = subject->model,
                              .images = images,
                              .candidates = candidates,
                              .threads = threads,
                              .progress = progress};
  doctor_score *scores = octavo_memory_alloc(candidates->count, sizeof *scores);
  uint32_t *order = octavo_memory_alloc(candidates->count, sizeof *order);
  octavo_status status =
      scores != NULL && order != NULL
          ? doctor_trial_run(&trial, scores, error)
          : octavo_error_memory(error, candidates->count * sizeof *scores, "scores");
  if (status == OCTAVO_OK) {
    doctor_rank(scores, candidates->count, order);
    status = tell(&(doctor_result){.options = options,
                                   .subject = subject,
                                   .images = images,
                                   .candidates = candidates,
                                   .scores = scores,
                                   .order = order,
                                   .finding = doctor_find(scores, order[0], images->count),
                                   .nanoseconds = platform_nanoseconds() - begin},
                  stream, error);
  }
  octavo_memory_free(order);
  octavo_memory_free(scores);
  return status;
}

octavo_status doctor_run(const convert_options *options, FILE *stream, FILE *progress,
                         char **unsupported, octavo_error *error) {
  doctor_subject subject;
  octavo_status status = doctor_subject_open(options, &subject, unsupported, error);
  if (status != OCTAVO_OK)
    return status;
  doctor_images images = {0};
  doctor_candidates candidates = {0};
  status = doctor_images_open(options, &subject, progress, &images, error);
  const octavo_preprocessing *rule = &subject.rule;
  if (status == OCTAVO_OK)
    status = doctor_candidates_make(rule,
                                    rule->width != rule->height ||
                                        doctor_images_distorted(&images, rule->width, rule->height),
                                    &candidates, error);
  if (status == OCTAVO_OK)
    status = try_all(options, &subject, &images, &candidates, stream, progress, error);
  doctor_candidates_free(&candidates);
  doctor_images_free(&images);
  doctor_subject_close(&subject);
  return status;
}
