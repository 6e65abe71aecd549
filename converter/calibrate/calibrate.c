#include "converter/calibrate/calibrate.h"

#include "converter/calibrate/observer.h"
#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

typedef struct run_state {
  const calibration_job *job;
  observer observers[PARALLEL_MAX_THREADS];
  uint32_t *slots;
  uint32_t slot_count;
  histogram *merged;  /* scratch for one tensor */
  value_range *early; /* chosen before the last quarter */
} run_state;

value_range calibration_input_range(const octavo_preprocessing *p) {
  value_range range = {INFINITY, -INFINITY};
  for (uint32_t c = 0; c < p->channels; c++) {
    const float a = (0.0f * p->scale - p->mean[c]) / p->std[c];
    const float b = (255.0f * p->scale - p->mean[c]) / p->std[c];
    range = range_union(range, (value_range){fminf(a, b), fmaxf(a, b)});
  }
  return range;
}

static octavo_status take_image(void *context, uint32_t thread, uint32_t index,
                                octavo_error *error) {
  run_state *state = context;
  return observer_take(&state->observers[thread], state->job->images, index, error);
}

static octavo_status take_images(run_state *state, uint32_t first, uint32_t end,
                                 octavo_error *error) {
  const calibration_job *job = state->job;
  return parallel_run(&(parallel_job){.first = first,
                                      .end = end,
                                      .threads = job->threads,
                                      .task = take_image,
                                      .context = state,
                                      .progress = job->progress,
                                      .label = "calibrating"},
                      error);
}

static void choose(const run_state *state, value_range *ranges, value_range *seen) {
  const graph *g = state->job->g;
  for (uint32_t t = 0; t < g->tensor_count; t++) {
    if (g->tensors[t].constant)
      continue;
    histogram_init(state->merged);
    for (uint32_t i = 0; i < state->job->threads; i++)
      histogram_merge(state->merged, &state->observers[i].histograms[state->slots[t]]);
    ranges[t] = state->job->calibrator->choose(state->merged);
    seen[t] = (value_range){state->merged->min, state->merged->max};
  }
}

static void set_input_ranges(const calibration_job *job, calibration *result) {
  octavo_preprocessing preprocessing;
  if (octavo_model_preprocessing(job->model, &preprocessing) != OCTAVO_OK)
    return;
  const int32_t input = job->g->inputs[0];
  result->ranges[input] = result->seen[input] = calibration_input_range(&preprocessing);
}

static void measure_movement(const run_state *state, calibration *result) {
  const graph *g = state->job->g;
  double sum = 0.0;
  uint32_t count = 0;
  result->moved_tensor = GRAPH_NONE;
  for (uint32_t t = 0; t < g->tensor_count; t++) {
    const value_range early = state->early[t], final = result->ranges[t];
    const float width = fmaxf(final.max, 0.0f) - fminf(final.min, 0.0f);
    if (g->tensors[t].constant || t == (uint32_t)g->inputs[0] || width == 0.0f)
      continue;
    const float moved = (fabsf(final.min - early.min) + fabsf(final.max - early.max)) / width;
    sum += moved;
    count++;
    if (moved > result->movement_worst) {
      result->movement_worst = moved;
      result->moved_tensor = (int32_t)t;
    }
  }
  result->movement_mean = count == 0 ? 0.0f : (float)(sum / count);
}

static octavo_status observe_all(run_state *state, calibration *result, octavo_error *error) {
  const uint32_t count = state->job->images->count, early = count - count / 4;
  octavo_status status = take_images(state, 0, early, error);
  if (status != OCTAVO_OK)
    return status;
  choose(state, result->ranges, result->seen);
  memcpy(state->early, result->ranges, result->tensor_count * sizeof *state->early);
  if (early == count)
    return OCTAVO_OK;
  status = take_images(state, early, count, error);
  if (status == OCTAVO_OK)
    choose(state, result->ranges, result->seen);
  return status;
}

static octavo_status prepare(run_state *state, calibration *result, octavo_error *error) {
  const calibration_job *job = state->job;
  const uint32_t count = job->g->tensor_count;
  result->tensor_count = count;
  result->ranges = octavo_memory_alloc(count, sizeof *result->ranges);
  result->seen = octavo_memory_alloc(count, sizeof *result->seen);
  state->early = octavo_memory_alloc(count, sizeof *state->early);
  state->slots = octavo_memory_alloc(count, sizeof *state->slots);
  state->merged = octavo_memory_alloc(1, sizeof *state->merged);
  if (result->ranges == NULL || result->seen == NULL || state->early == NULL ||
      state->slots == NULL || state->merged == NULL)
    return octavo_error_memory(error, count * sizeof *result->ranges, "calibration");
  for (uint32_t t = 0; t < count; t++)
    if (!job->g->tensors[t].constant)
      state->slots[t] = state->slot_count++;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < job->threads && status == OCTAVO_OK; i++)
    status = observer_init(&state->observers[i], job->g, job->model, state->slots,
                           state->slot_count, error);
  return status;
}

octavo_status calibrate(const calibration_job *job, calibration *result, octavo_error *error) {
  memset(result, 0, sizeof *result);
  if (job->threads < 1 || job->threads > PARALLEL_MAX_THREADS || job->images->count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "calibration: expected images and 1 to %d threads, found %u and %u",
                            PARALLEL_MAX_THREADS, job->images->count, job->threads);
  run_state state = {.job = job};
  octavo_status status = prepare(&state, result, error);
  if (status == OCTAVO_OK)
    status = observe_all(&state, result, error);
  if (status == OCTAVO_OK) {
    set_input_ranges(job, result);
    measure_movement(&state, result);
  }
  for (uint32_t i = 0; i < PARALLEL_MAX_THREADS; i++)
    observer_free(&state.observers[i]);
  octavo_memory_free(state.merged);
  octavo_memory_free(state.slots);
  octavo_memory_free(state.early);
  if (status != OCTAVO_OK)
    calibration_free(result);
  return status;
}

void calibration_free(calibration *c) {
  octavo_memory_free(c->ranges);
  octavo_memory_free(c->seen);
  memset(c, 0, sizeof *c);
}
