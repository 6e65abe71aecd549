#include "converter/diagnosis/layer_times.h"

#include "common/statistics.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

#define PROFILED_RUNS 21u

/* The median, so that a run that was interrupted does not count for any layer. */
static void take_medians(double *samples, layer_times *result) {
  for (uint32_t i = 0; i < result->count; i++) {
    double *of_layer = samples + (size_t)i * PROFILED_RUNS;
    statistics_sort(of_layer, PROFILED_RUNS);
    result->layers[i].nanoseconds = statistics_percentile(of_layer, PROFILED_RUNS, 50.0);
  }
}

static octavo_status profile(octavo_session *session, double *samples, layer_times *result,
                             octavo_error *error) {
  octavo_status status = octavo_session_run(session, error); /* warms the caches */
  for (uint32_t run = 0; run < PROFILED_RUNS && status == OCTAVO_OK; run++) {
    octavo_session_profile_reset(session);
    status = octavo_session_run(session, error);
    for (uint32_t i = 0; i < result->count && status == OCTAVO_OK; i++) {
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

octavo_status layer_times_measure(octavo_model *model, layer_times *result, octavo_error *error) {
  memset(result, 0, sizeof *result);
  result->count = octavo_model_operator_count(model);
  result->layers = octavo_memory_alloc(result->count, sizeof *result->layers);
  double *samples = octavo_memory_alloc(result->count, PROFILED_RUNS * sizeof *samples);
  octavo_session_options options;
  octavo_session_options_init(&options);
  options.profile = true;
  octavo_session *session = NULL;
  octavo_status status = OCTAVO_OK;
  if (result->layers == NULL || samples == NULL)
    status = octavo_error_memory(error, result->count * sizeof *samples, "measurements");
  if (status == OCTAVO_OK)
    status = octavo_session_create(model, &options, &session, error);
  if (status == OCTAVO_OK)
    status = profile(session, samples, result, error);
  octavo_session_free(session);
  octavo_memory_free(samples);
  return status;
}

void layer_times_free(layer_times *result) {
  octavo_memory_free(result->layers);
  memset(result, 0, sizeof *result);
}
