#include "converter/latency.h"

#include "common/statistics.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#define MAX_TIMES 1000 /* of one model */
#define BLOCK     5    /* runs before it is the next model's turn */

typedef struct race {
  octavo_session *sessions[LATENCY_MAX_MODELS];
  double *times; /* MAX_TIMES of each model */
  uint32_t counts[LATENCY_MAX_MODELS];
  double spent[LATENCY_MAX_MODELS]; /* seconds */
} race;

static octavo_status run_block(race *r, uint32_t model, octavo_error *error) {
  for (uint32_t i = 0; i < BLOCK && r->counts[model] < MAX_TIMES; i++) {
    const uint64_t begun = platform_nanoseconds();
    const octavo_status status = octavo_session_run(r->sessions[model], error);
    if (status != OCTAVO_OK)
      return status;
    const double seconds = (double)(platform_nanoseconds() - begun) * 1e-9;
    r->times[(size_t)model * MAX_TIMES + r->counts[model]++] = seconds * 1e3;
    r->spent[model] += seconds;
  }
  return OCTAVO_OK;
}

static octavo_status run_all(race *r, uint32_t count, double seconds, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (bool again = true; again && status == OCTAVO_OK;) {
    again = false;
    if (platform_interrupted())
      return octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
    for (uint32_t m = 0; m < count && status == OCTAVO_OK; m++) {
      if (r->counts[m] == MAX_TIMES || (r->counts[m] > 0 && r->spent[m] >= seconds))
        continue;
      status = run_block(r, m, error);
      again = true;
    }
  }
  return status;
}

octavo_status latency_measure(octavo_model *const *models, uint32_t count, double seconds,
                              double *medians, octavo_error *error) {
  if (count > LATENCY_MAX_MODELS)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "latency: expected at most %d models, found %u", LATENCY_MAX_MODELS,
                            count);
  race r = {.times = octavo_memory_alloc((size_t)count * MAX_TIMES, sizeof *r.times)};
  octavo_status status = OCTAVO_OK;
  if (r.times == NULL)
    status = octavo_error_memory(error, (size_t)count * MAX_TIMES * sizeof *r.times, "run times");
  for (uint32_t m = 0; m < count && status == OCTAVO_OK; m++) {
    status = octavo_session_create(models[m], NULL, &r.sessions[m], error);
    if (status == OCTAVO_OK)
      status = octavo_session_run(r.sessions[m], error); /* the first run is no measure */
  }
  if (status == OCTAVO_OK)
    status = run_all(&r, count, seconds, error);
  for (uint32_t m = 0; m < count; m++) {
    if (status == OCTAVO_OK)
      medians[m] = statistics_summarize(r.times + (size_t)m * MAX_TIMES, r.counts[m]).p50;
    octavo_session_free(r.sessions[m]);
  }
  octavo_memory_free(r.times);
  return status;
}
