#include "common/measurement.h"

#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* Long enough that caches and clock settle, short against the disturbances of a busy machine. */
static const double BLOCK_MILLISECONDS = 20;
enum { BLOCK_RUNS_MAX = 1000 };

static octavo_status append(double **values, size_t *count, size_t *capacity, double value,
                            octavo_error *error) {
  if (*count == *capacity) {
    const size_t wanted = *capacity ? *capacity * 2 : 1024;
    double *grown = octavo_memory_resize(*values, wanted, sizeof *grown);
    if (grown == NULL)
      return octavo_error_memory(error, wanted * sizeof *grown, "run times");
    *values = grown;
    *capacity = wanted;
  }
  (*values)[(*count)++] = value;
  return OCTAVO_OK;
}

octavo_status measurement_add(measurement *m, double milliseconds, octavo_error *error) {
  return append(&m->times, &m->count, &m->capacity, milliseconds, error);
}

octavo_status measurement_add_block(measurement *m, double milliseconds, octavo_error *error) {
  return append(&m->blocks, &m->block_count, &m->block_capacity, milliseconds, error);
}

void measurement_free(measurement *m) {
  octavo_memory_free(m->times);
  octavo_memory_free(m->blocks);
  *m = (measurement){0};
}

static octavo_status one_run(subject *s, const measurement_plan *plan, size_t index,
                             double *milliseconds, octavo_error *error) {
  if (platform_interrupted())
    return octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
  octavo_status status = OCTAVO_OK;
  if (plan->image_count > 0)
    status = subject_fill_image(s->session, &plan->images[index % plan->image_count], error);
  if (status == OCTAVO_OK)
    status = subject_run(s, milliseconds, error);
  return status;
}

static octavo_status warm_up(subject *s, const measurement_plan *plan, double *fastest,
                             octavo_error *error) {
  *fastest = s->first_ms;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < plan->warmup; i++) {
    double milliseconds = 0;
    status = one_run(s, plan, i, &milliseconds, error);
    *fastest = fmin(*fastest, milliseconds);
  }
  return status;
}

static octavo_status measure_block(subject *s, const measurement_plan *plan, uint32_t runs,
                                   measurement *m, octavo_error *error) {
  double block[BLOCK_RUNS_MAX];
  for (uint32_t i = 0; i < runs; i++) {
    octavo_status status = one_run(s, plan, m->count, &block[i], error);
    if (status == OCTAVO_OK)
      status = measurement_add(m, block[i], error);
    if (status != OCTAVO_OK)
      return status;
  }
  statistics_sort(block, runs);
  return measurement_add_block(m, statistics_percentile(block, runs, 50), error);
}

/* Runs per block of a subject whose fastest run so far took that long. */
static uint32_t choose_block(double fastest) {
  return (uint32_t)fmin(BLOCK_RUNS_MAX, fmax(1, BLOCK_MILLISECONDS / fmax(fastest, 1e-6)));
}

typedef struct turn {
  uint32_t block; /* runs per block */
  double spent;   /* milliseconds so far */
} turn;

/* Blocks go on for all subjects as long as any has not had its share, so that they stay paired. */
static bool is_finished(const measurement_plan *plan, const measurement *measurements,
                        const turn *turns, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const bool enough = plan->runs > 0 ? measurements[i].count >= plan->runs
                                       : turns[i].spent >= plan->seconds * 1e3;
    if (!enough)
      return false;
  }
  return true;
}

static octavo_status take_turn(subject *s, const measurement_plan *plan, turn *t, measurement *m,
                               octavo_error *error) {
  uint32_t runs = t->block;
  if (plan->runs > 0) {
    if (m->count >= plan->runs)
      return OCTAVO_OK;
    runs = (uint32_t)fmin(runs, (double)(plan->runs - m->count));
  }
  const uint64_t begun = platform_nanoseconds();
  const octavo_status status = measure_block(s, plan, runs, m, error);
  t->spent += subject_elapsed(begun);
  return status;
}

octavo_status measurement_run(subject *subjects, size_t count, const measurement_plan *plan,
                              measurement *measurements, octavo_error *error) {
  turn *turns = octavo_memory_alloc(count, sizeof *turns);
  if (turns == NULL)
    return octavo_error_memory(error, count * sizeof *turns, "the measurement");
  octavo_status status = OCTAVO_OK;
  uint32_t block = BLOCK_RUNS_MAX;
  for (size_t i = 0; status == OCTAVO_OK && i < count; i++) {
    double fastest = 0;
    status = warm_up(&subjects[i], plan, &fastest, error);
    turns[i].block = choose_block(fastest);
    if (turns[i].block < block)
      block = turns[i].block;
  }
  /* With a number of runs given, all need the same number of blocks. */
  for (size_t i = 0; plan->runs > 0 && i < count; i++)
    turns[i].block = block;
  for (size_t round = 0; status == OCTAVO_OK; round++) {
    if (is_finished(plan, measurements, turns, count))
      break;
    for (size_t k = 0; status == OCTAVO_OK && k < count; k++) {
      const size_t i = round % 2 ? count - 1 - k : k;
      status = take_turn(&subjects[i], plan, &turns[i], &measurements[i], error);
    }
  }
  octavo_memory_free(turns);
  return status;
}

octavo_status measurement_summarize(const measurement *m, statistics_summary *summary,
                                    octavo_error *error) {
  double *copy = octavo_memory_alloc(m->count ? m->count : 1, sizeof *copy);
  if (copy == NULL)
    return octavo_error_memory(error, m->count * sizeof *copy, "run times");
  if (m->count > 0)
    memcpy(copy, m->times, m->count * sizeof *copy);
  *summary = statistics_summarize(copy, m->count);
  octavo_memory_free(copy);
  return OCTAVO_OK;
}
