#include "converter/calibrate/calibrate.h"

#include "converter/calibrate/observer.h"
#include "converter/parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* Images whose extremes are kept until they are averaged in order. */
#define BLOCK 32
/* The stage before the last quarter of the images. */
#define EARLY (CALIBRATION_STAGES - 2)

#define PERCENTILE 99.99

typedef struct run_state {
  const calibration_job *job;
  calibration *result;
  observer observers[PARALLEL_MAX_THREADS];
  uint32_t *slots;
  uint32_t slot_count;
  value_range *extremes; /* per image of a block, per slot */
  value_range *averages; /* per slot */
  histogram *merged;     /* per thread: scratch for one tensor */
  uint32_t stage;
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
  return observer_take(&state->observers[thread], state->job->images, index,
                       state->extremes + (size_t)(index % BLOCK) * state->slot_count, error);
}

static void average(void *context, uint32_t first, uint32_t end) {
  run_state *state = context;
  for (uint32_t i = first; i < end; i++)
    for (uint32_t k = 0; k < state->slot_count; k++)
      calibrator_average_image(&state->averages[k], i,
                               state->extremes[(size_t)(i % BLOCK) * state->slot_count + k]);
}

static octavo_status take_images(run_state *state, uint32_t first, uint32_t end,
                                 octavo_error *error) {
  const calibration_job *job = state->job;
  return parallel_run(&(parallel_job){.first = first,
                                      .end = end,
                                      .threads = job->threads,
                                      .task = take_image,
                                      .context = state,
                                      .block = BLOCK,
                                      .reduce = average,
                                      .progress = job->progress,
                                      .label = "calibrating"},
                      error);
}

static octavo_status choose(void *context, uint32_t thread, uint32_t tensor, octavo_error *error) {
  (void)error;
  run_state *state = context;
  const calibration_job *job = state->job;
  if (job->g->tensors[tensor].constant)
    return OCTAVO_OK;
  histogram *merged = &state->merged[thread];
  histogram_init(merged);
  for (uint32_t i = 0; i < job->threads; i++)
    histogram_merge(merged, &state->observers[i].histograms[state->slots[tensor]]);
  const calibrator *chosen = job->choices != NULL ? job->choices[tensor] : NULL;
  const calibrator_input input = {
      .values = merged,
      .average = state->averages[state->slots[tensor]],
      .percentile = job->percentile > 0.0 ? job->percentile : PERCENTILE,
  };
  state->result->stages[state->stage][tensor] =
      (chosen != NULL ? chosen : job->calibrator)->choose(&input);
  state->result->seen[tensor] = (value_range){merged->min, merged->max};
  return OCTAVO_OK;
}

static octavo_status choose_all(run_state *state, octavo_error *error) {
  return parallel_run(&(parallel_job){.end = state->job->g->tensor_count,
                                      .threads = state->job->threads,
                                      .task = choose,
                                      .context = state},
                      error);
}

/* Those of inputs are known without any image. */
static void set_input_ranges(const calibration_job *job, calibration *result) {
  octavo_preprocessing preprocessing;
  if (octavo_model_preprocessing(job->model, &preprocessing) != OCTAVO_OK)
    return;
  const int32_t input = job->g->inputs[0];
  const value_range range = calibration_input_range(&preprocessing);
  result->ranges[input] = result->seen[input] = range;
  for (uint32_t s = 0; s < CALIBRATION_STAGES; s++)
    result->stages[s][input] = range;
}

float calibration_movement(const calibration *c, uint32_t tensor) {
  const value_range early = c->stages[EARLY][tensor], final = c->ranges[tensor];
  const float width = fmaxf(final.max, 0.0f) - fminf(final.min, 0.0f);
  if (width == 0.0f || c->stage_images[EARLY] == c->stage_images[EARLY + 1])
    return 0.0f;
  return (fabsf(final.min - early.min) + fabsf(final.max - early.max)) / width;
}

static void measure_movement(const graph *g, calibration *result) {
  double sum = 0.0;
  uint32_t count = 0;
  result->moved_tensor = GRAPH_NONE;
  for (uint32_t t = 0; t < g->tensor_count; t++) {
    const value_range range = result->ranges[t];
    if (g->tensors[t].constant || t == (uint32_t)g->inputs[0] ||
        fmaxf(range.max, 0.0f) == fminf(range.min, 0.0f))
      continue;
    const float moved = calibration_movement(result, t);
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
  const uint32_t count = state->job->images->count;
  const uint32_t ends[CALIBRATION_STAGES] = {count / 8, count / 4, count / 2, count - count / 4,
                                             count};
  octavo_status status = OCTAVO_OK;
  const uint32_t first = state->job->skip_stages ? EARLY : 0;
  for (uint32_t s = first, done = 0; s < CALIBRATION_STAGES && status == OCTAVO_OK; s++) {
    status = take_images(state, done, ends[s], error);
    done = result->stage_images[s] = ends[s];
    state->stage = s;
    if (status == OCTAVO_OK && done > 0)
      status = choose_all(state, error);
  }
  if (status == OCTAVO_OK)
    memcpy(result->ranges, result->stages[CALIBRATION_STAGES - 1],
           result->tensor_count * sizeof *result->ranges);
  return status;
}

static octavo_status allocate(run_state *state, calibration *result, octavo_error *error) {
  const calibration_job *job = state->job;
  const uint32_t count = job->g->tensor_count;
  result->tensor_count = count;
  result->ranges = octavo_memory_alloc(count, sizeof *result->ranges);
  result->seen = octavo_memory_alloc(count, sizeof *result->seen);
  bool failed = result->ranges == NULL || result->seen == NULL;
  for (uint32_t s = 0; s < CALIBRATION_STAGES; s++) {
    result->stages[s] = octavo_memory_alloc(count, sizeof *result->stages[s]);
    failed |= result->stages[s] == NULL;
  }
  state->slots = octavo_memory_alloc(count, sizeof *state->slots);
  state->averages = octavo_memory_alloc(count, sizeof *state->averages);
  state->extremes = octavo_memory_alloc((size_t)count * BLOCK, sizeof *state->extremes);
  state->merged = octavo_memory_alloc(job->threads, sizeof *state->merged);
  failed |= state->slots == NULL || state->averages == NULL || state->extremes == NULL ||
            state->merged == NULL;
  return failed ? octavo_error_memory(error, count * sizeof *result->ranges, "calibration")
                : OCTAVO_OK;
}

static octavo_status prepare(run_state *state, calibration *result, octavo_error *error) {
  const calibration_job *job = state->job;
  octavo_status status = allocate(state, result, error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t t = 0; t < job->g->tensor_count; t++)
    if (!job->g->tensors[t].constant)
      state->slots[t] = state->slot_count++;
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
  run_state state = {.job = job, .result = result};
  octavo_status status = prepare(&state, result, error);
  if (status == OCTAVO_OK)
    status = observe_all(&state, result, error);
  if (status == OCTAVO_OK) {
    set_input_ranges(job, result);
    measure_movement(job->g, result);
  }
  for (uint32_t i = 0; i < PARALLEL_MAX_THREADS; i++)
    observer_free(&state.observers[i]);
  octavo_memory_free(state.merged);
  octavo_memory_free(state.extremes);
  octavo_memory_free(state.averages);
  octavo_memory_free(state.slots);
  if (status != OCTAVO_OK)
    calibration_free(result);
  return status;
}

void calibration_free(calibration *c) {
  for (uint32_t s = 0; s < CALIBRATION_STAGES; s++)
    octavo_memory_free(c->stages[s]);
  octavo_memory_free(c->ranges);
  octavo_memory_free(c->seen);
  memset(c, 0, sizeof *c);
}
