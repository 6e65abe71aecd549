#include "converter/precision/max_drop.h"

#include "converter/accuracy.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

typedef struct solver {
  const precision_job *job;
  double points;
  const layer_precision *start;
  layer_precision *precisions; /* of the model measured last */
  const uint32_t *order;       /* candidates, worst first */
  max_drop_result *result;
  float best; /* accuracy of the best model so far, and how many layers it kept */
  uint32_t best_kept;
} solver;

/* Within the limit, with room for how floats print. */
static bool is_enough(const solver *s, float accuracy) {
  return (double)s->result->accuracy_float - (double)accuracy <= s->points + 1e-4;
}

static octavo_status measure(solver *s, uint32_t kept, float *accuracy, octavo_error *error) {
  const octavo_status status = precision_accuracy(s->job, s->precisions, accuracy, error);
  s->result->measured++;
  if (status == OCTAVO_OK && *accuracy > s->best) {
    s->best = *accuracy;
    s->best_kept = kept;
  }
  return status;
}

/* The first `kept` candidates in float32. */
static octavo_status measure_first(solver *s, uint32_t kept, bool *enough, octavo_error *error) {
  float accuracy = 0.0f;
  memcpy(s->precisions, s->start, s->job->g->node_count * sizeof *s->precisions);
  for (uint32_t i = 0; i < kept; i++)
    s->precisions[s->order[i]] = PRECISION_FLOAT;
  const octavo_status status = measure(s, kept, &accuracy, error);
  *enough = status == OCTAVO_OK && is_enough(s, accuracy);
  if (*enough) {
    s->result->accuracy = accuracy;
    s->result->kept = kept;
  }
  return status;
}

static octavo_status fail(const solver *s, octavo_error *error) {
  return octavo_error_set(
      error, OCTAVO_ERROR_ARGUMENT,
      "--max-drop %g: expected at most that many points below float32's %.2f %%, found %.2f %% "
      "(%.2f points) as the best of %u models measured, with %u of %u layers in float32; try "
      "another --calibrator or more calibration images",
      s->points, (double)s->result->accuracy_float, (double)s->best,
      (double)s->result->accuracy_float - (double)s->best, s->result->measured, s->best_kept,
      s->result->candidates);
}

/* Between `low`, which is too few, and `high`, which is enough. */
static octavo_status halve(solver *s, uint32_t low, uint32_t high, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  while (high - low > 1 && status == OCTAVO_OK) {
    const uint32_t middle = low + (high - low) / 2;
    bool enough = false;
    status = measure_first(s, middle, &enough, error);
    *(enough ? &high : &low) = middle;
  }
  return status;
}

static octavo_status find_count(solver *s, octavo_error *error) {
  uint32_t low = 0, high = 0;
  bool enough = false;
  octavo_status status = measure_first(s, 0, &enough, error);
  while (status == OCTAVO_OK && !enough) {
    if (high == s->result->candidates)
      return fail(s, error);
    low = high;
    high = high == 0 ? 1 : 2 * high;
    high = high < s->result->candidates ? high : s->result->candidates;
    status = measure_first(s, high, &enough, error);
  }
  return status == OCTAVO_OK ? halve(s, low, high, error) : status;
}

/* Gives those back to int8 that are not needed, the least harmful first. */
static octavo_status give_back(solver *s, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  const uint32_t chosen = s->result->kept;
  memcpy(s->precisions, s->start, s->job->g->node_count * sizeof *s->precisions);
  for (uint32_t i = 0; i < chosen; i++)
    s->precisions[s->order[i]] = PRECISION_FLOAT;
  /* The last one is known to be needed: without it there was too much loss. */
  for (uint32_t i = chosen > 0 ? chosen - 1 : 0; i-- > 0 && status == OCTAVO_OK;) {
    float accuracy = 0.0f;
    s->precisions[s->order[i]] = PRECISION_INT8;
    status = measure(s, s->result->kept - 1, &accuracy, error);
    if (status == OCTAVO_OK && is_enough(s, accuracy)) {
      s->result->accuracy = accuracy;
      s->result->kept--;
    } else {
      s->precisions[s->order[i]] = PRECISION_FLOAT;
    }
  }
  return status;
}

static octavo_status solve(solver *s, uint32_t *order, octavo_error *error) {
  float accuracy[ACCURACY_MAX_MODELS] = {0};
  octavo_status status = accuracy_measure(&(accuracy_job){.models = {s->job->reference},
                                                          .model_count = 1,
                                                          .images = s->job->test,
                                                          .threads = s->job->threads,
                                                          .progress = s->job->progress},
                                          accuracy, error);
  s->result->accuracy_float = accuracy[0];
  if (status == OCTAVO_OK)
    status = precision_rank(s->job, s->start, order, &s->result->candidates, error);
  if (status == OCTAVO_OK)
    status = find_count(s, error);
  return status == OCTAVO_OK ? give_back(s, error) : status;
}

octavo_status max_drop_solve(const precision_job *job, double points, layer_precision *precisions,
                             max_drop_result *result, octavo_error *error) {
  *result = (max_drop_result){0};
  const uint32_t nodes = job->g->node_count;
  uint32_t *order = octavo_memory_alloc(nodes, sizeof *order);
  layer_precision *work = octavo_memory_alloc(nodes, sizeof *work);
  octavo_status status = OCTAVO_OK;
  if (order == NULL || work == NULL) {
    status = octavo_error_memory(error, nodes * sizeof *work, "precisions");
  } else {
    solver s = {.job = job,
                .points = points,
                .start = precisions,
                .precisions = work,
                .order = order,
                .result = result,
                .best = -1.0f};
    status = solve(&s, order, error);
    if (status == OCTAVO_OK)
      memcpy(precisions, work, nodes * sizeof *work);
  }
  octavo_memory_free(work);
  octavo_memory_free(order);
  return status;
}
