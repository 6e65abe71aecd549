#include "converter/doctor/trial.h"

#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

typedef struct outcome {
  double log_probability;
  bool right;
} outcome;

typedef struct lane {
  octavo_session *session;
  float *values;
  octavo_class *classes;
} lane;

typedef struct trial_state {
  const doctor_trial *trial;
  lane lanes[PARALLEL_MAX_THREADS];
  size_t value_count;
  uint32_t class_count;
  outcome *outcomes; /* per image, per candidate */
} trial_state;

/* No probability counts as less, so that one hopeless image does not decide alone. */
#define LEAST_PROBABILITY 1e-12f

static octavo_status try_one(trial_state *s, lane *l, const image *picture, uint32_t expected,
                             const doctor_candidate *candidate, outcome *result,
                             octavo_error *error) {
  uint32_t filled = 0;
  octavo_status status = doctor_feed(candidate, picture, l->values, error);
  if (status == OCTAVO_OK)
    status = octavo_session_set_input_f32(l->session, 0, l->values, s->value_count, error);
  if (status == OCTAVO_OK)
    status = octavo_session_run(l->session, error);
  if (status == OCTAVO_OK)
    status = octavo_session_top(l->session, 0, l->classes, s->class_count, &filled, error);
  if (status != OCTAVO_OK)
    return status;
  float probability = 0.0f;
  for (uint32_t i = 0; i < filled; i++)
    if (l->classes[i].index == expected)
      probability = l->classes[i].probability;
  /* Not above, so that NaN counts as nothing. */
  result->log_probability =
      log((double)(probability > LEAST_PROBABILITY ? probability : LEAST_PROBABILITY));
  result->right = filled > 0 && l->classes[0].index == expected;
  return OCTAVO_OK;
}

static octavo_status try_image(void *context, uint32_t thread, uint32_t index,
                               octavo_error *error) {
  trial_state *s = context;
  const doctor_trial *t = s->trial;
  octavo_status status = OCTAVO_OK;
  for (uint32_t c = 0; c < t->candidates->count && status == OCTAVO_OK; c++)
    status = try_one(s, &s->lanes[thread], &t->images->pictures[index], t->images->classes[index],
                     &t->candidates->list[c],
                     &s->outcomes[(size_t)index * t->candidates->count + c], error);
  return status;
}

static octavo_status open_lane(const trial_state *s, lane *l, octavo_error *error) {
  l->values = octavo_memory_alloc(s->value_count, sizeof *l->values);
  l->classes = octavo_memory_alloc(s->class_count, sizeof *l->classes);
  if (l->values == NULL || l->classes == NULL)
    return octavo_error_memory(error, s->value_count * sizeof *l->values, "the network's input");
  return octavo_session_create(s->trial->model, NULL, &l->session, error);
}

static octavo_status prepare(trial_state *s, octavo_error *error) {
  const doctor_trial *t = s->trial;
  octavo_tensor_info input = {0}, output = {0};
  octavo_model_input(t->model, 0, &input);
  octavo_model_output(t->model, 0, &output);
  s->value_count = input.type == OCTAVO_FLOAT32 ? input.bytes / sizeof(float) : input.bytes;
  s->class_count =
      (uint32_t)(output.type == OCTAVO_FLOAT32 ? output.bytes / sizeof(float) : output.bytes);
  const size_t count = (size_t)t->images->count * t->candidates->count;
  s->outcomes = octavo_memory_alloc(count, sizeof *s->outcomes);
  octavo_status status = s->outcomes != NULL
                             ? OCTAVO_OK
                             : octavo_error_memory(error, count * sizeof *s->outcomes, "results");
  for (uint32_t i = 0; i < t->threads && status == OCTAVO_OK; i++)
    status = open_lane(s, &s->lanes[i], error);
  return status;
}

static void add_up(const trial_state *s, doctor_score *scores) {
  const uint32_t count = s->trial->candidates->count, images = s->trial->images->count;
  memset(scores, 0, count * sizeof *scores);
  for (uint32_t i = 0; i < images; i++)
    for (uint32_t c = 0; c < count; c++) {
      const outcome *row = s->outcomes + (size_t)i * count;
      scores[c].right += row[c].right;
      scores[c].disagrees += row[c].right != row[0].right;
      scores[c].mean_log += row[c].log_probability / images;
    }
}

octavo_status doctor_trial_run(const doctor_trial *trial, doctor_score *scores,
                               octavo_error *error) {
  if (trial->threads < 1 || trial->threads > PARALLEL_MAX_THREADS || trial->images->count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "doctor: expected images and 1 to %d threads", PARALLEL_MAX_THREADS);
  trial_state s = {.trial = trial};
  octavo_status status = prepare(&s, error);
  if (status == OCTAVO_OK)
    status = parallel_run(&(parallel_job){.end = trial->images->count,
                                          .threads = trial->threads,
                                          .task = try_image,
                                          .context = &s,
                                          .progress = trial->progress,
                                          .label = "trying"},
                          error);
  if (status == OCTAVO_OK)
    add_up(&s, scores);
  for (uint32_t i = 0; i < PARALLEL_MAX_THREADS; i++) {
    octavo_session_free(s.lanes[i].session);
    octavo_memory_free(s.lanes[i].classes);
    octavo_memory_free(s.lanes[i].values);
  }
  octavo_memory_free(s.outcomes);
  return status;
}

void doctor_images_free(doctor_images *images) {
  for (uint32_t i = 0; images->pictures != NULL && i < images->count; i++)
    image_free(&images->pictures[i]);
  octavo_memory_free(images->pictures);
  octavo_memory_free(images->classes);
  memset(images, 0, sizeof *images);
}
