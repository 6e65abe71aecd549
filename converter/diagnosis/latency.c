#include "converter/diagnosis/latency.h"

#include "common/statistics.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

#define MODELS_MAX    2
#define SAMPLES_MAX   2000
#define SAMPLES_MIN   5
#define PROFILED_RUNS 21u

typedef struct stopwatch {
  octavo_session *sessions[MODELS_MAX];
  double *samples[MODELS_MAX];
  uint32_t count;
} stopwatch;

static octavo_status prepare(stopwatch *w, octavo_model *const *models, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t m = 0; m < w->count && status == OCTAVO_OK; m++) {
    w->samples[m] = octavo_memory_alloc(SAMPLES_MAX, sizeof **w->samples);
    if (w->samples[m] == NULL)
      return octavo_error_memory(error, SAMPLES_MAX * sizeof **w->samples, "measurements");
    status = octavo_session_create(models[m], NULL, &w->sessions[m], error);
    if (status == OCTAVO_OK)
      status = octavo_session_run(w->sessions[m], error); /* warms the caches */
  }
  return status;
}

static octavo_status take_turns(const stopwatch *w, uint64_t budget, uint32_t *runs,
                                octavo_error *error) {
  const uint64_t begin = platform_nanoseconds();
  octavo_status status = OCTAVO_OK;
  *runs = 0;
  while (status == OCTAVO_OK && *runs < SAMPLES_MAX &&
         (*runs < SAMPLES_MIN || platform_nanoseconds() - begin < budget)) {
    for (uint32_t m = 0; m < w->count && status == OCTAVO_OK; m++) {
      const uint64_t start = platform_nanoseconds();
      status = octavo_session_run(w->sessions[m], error);
      w->samples[m][*runs] = (double)(platform_nanoseconds() - start);
    }
    (*runs)++;
  }
  return status;
}

/* The median, so that a run that was interrupted does not count for any layer. */
static void take_medians(double *samples, latency_result *result) {
  for (uint32_t i = 0; i < result->layer_count; i++) {
    double *of_layer = samples + (size_t)i * PROFILED_RUNS;
    statistics_sort(of_layer, PROFILED_RUNS);
    result->layers[i].nanoseconds = statistics_percentile(of_layer, PROFILED_RUNS, 50.0);
  }
}

static octavo_status profile(octavo_session *session, double *samples, latency_result *result,
                             octavo_error *error) {
  octavo_status status = octavo_session_run(session, error); /* warms the caches */
  for (uint32_t run = 0; run < PROFILED_RUNS && status == OCTAVO_OK; run++) {
    octavo_session_profile_reset(session);
    status = octavo_session_run(session, error);
    for (uint32_t i = 0; i < result->layer_count && status == OCTAVO_OK; i++) {
      octavo_profile_entry entry = {0};
      octavo_session_profile(session, i, &entry);
      result->layers[i].kernel = entry.kernel;
      samples[(size_t)i * PROFILED_RUNS + run] = (double)entry.nanoseconds;
    }
  }
  if (status == OCTAVO_OK)
    take_medians(samples, result);
  return status;
}

static octavo_status profile_model(octavo_model *model, latency_result *result,
                                   octavo_error *error) {
  result->layer_count = octavo_model_operator_count(model);
  result->layers = octavo_memory_alloc(result->layer_count, sizeof *result->layers);
  double *samples = octavo_memory_alloc(result->layer_count, PROFILED_RUNS * sizeof *samples);
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.profile = true;
  octavo_session *session = NULL;
  octavo_status status = OCTAVO_OK;
  if (result->layers == NULL || samples == NULL)
    status = octavo_error_memory(error, result->layer_count * sizeof *samples, "measurements");
  if (status == OCTAVO_OK)
    status = octavo_session_create(model, &options, &session, error);
  if (status == OCTAVO_OK)
    status = profile(session, samples, result, error);
  octavo_session_free(session);
  octavo_memory_free(samples);
  return status;
}

static octavo_status measure(stopwatch *w, octavo_model *const *models, uint64_t budget,
                             latency_result *results, octavo_error *error) {
  uint32_t runs = 0;
  octavo_status status = prepare(w, models, error);
  if (status == OCTAVO_OK)
    status = take_turns(w, budget, &runs, error);
  for (uint32_t m = 0; m < w->count && status == OCTAVO_OK; m++) {
    latency_result *result = &results[m];
    statistics_sort(w->samples[m], runs);
    result->median = statistics_percentile(w->samples[m], runs, 50.0);
    result->runs = runs;
    status = profile_model(models[m], result, error);
  }
  return status;
}

octavo_status latency_measure(octavo_model *const *models, uint32_t count, uint64_t budget,
                              latency_result *results, octavo_error *error) {
  memset(results, 0, count * sizeof *results);
  if (count < 1 || count > MODELS_MAX)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "latency: expected 1 to %d models",
                            MODELS_MAX);
  stopwatch w = {.count = count};
  const octavo_status status = measure(&w, models, budget, results, error);
  for (uint32_t m = 0; m < count; m++) {
    octavo_session_free(w.sessions[m]);
    octavo_memory_free(w.samples[m]);
  }
  return status;
}

void latency_free(latency_result *result) {
  octavo_memory_free(result->layers);
  memset(result, 0, sizeof *result);
}
