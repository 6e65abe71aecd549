#include "converter/correct/rounding.h"

#include "converter/parallel.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>

#define SWEEPS 20
/* Added to the diagonal, as a share of its mean, so that few samples do not tempt to errors that
 * they happen not to show. */
#define DAMPING 0.01f
/* Weights this near to an integer stay there, zeros first of all. */
#define INTEGRAL 1e-4f
/* Channels that are worked on together, so that the matrix is read once for all. */
#define TOGETHER 8
/* Rows of the matrix are filled up to a multiple of this. */
#define LANES 16

typedef struct solver {
  const rounding_problem *problem;
  int8_t *decided;
  float *matrix; /* per group: depth rows of `stride` */
  uint64_t stride;
  float *scratch; /* per thread: errors and gradients of the channels worked on together */
} solver;

/* Exact in int32, for at most 2^15 samples. */
static int32_t dot(const int16_t *a, const int16_t *b, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i += SAMPLES_BLOCK)
    for (size_t k = 0; k < SAMPLES_BLOCK; k++)
      sum += (int32_t)a[i + k] * b[i + k];
  return sum;
}

static octavo_status fill_row(void *context, uint32_t thread, uint32_t index, octavo_error *error) {
  (void)thread, (void)error;
  const solver *s = context;
  const layer_samples *x = s->problem->samples;
  const uint64_t group = index / x->depth, i = index % x->depth;
  float *matrix = s->matrix + group * x->depth * s->stride;
  const int16_t *rows = x->rows + group * x->depth * x->count;
  for (uint64_t j = 0; j <= i; j++) {
    const float sum = (float)dot(rows + i * x->count, rows + j * x->count, x->count);
    matrix[i * s->stride + j] = sum;
    matrix[j * s->stride + i] = sum; /* no other index touches that element */
  }
  return OCTAVO_OK;
}

static void dampen(const solver *s) {
  const layer_samples *x = s->problem->samples;
  for (uint32_t group = 0; group < x->groups; group++) {
    float *matrix = s->matrix + group * x->depth * s->stride;
    double trace = 0.0;
    for (uint64_t i = 0; i < x->depth; i++)
      trace += (double)matrix[i * (s->stride + 1)];
    const float added = DAMPING * (float)(trace / (double)x->depth);
    for (uint64_t i = 0; i < x->depth; i++)
      matrix[i * (s->stride + 1)] += added;
  }
}

static void add_multiple(float *sum, const float *row, uint64_t stride, float factor) {
  for (uint64_t i = 0; i < stride; i += LANES)
    for (uint64_t k = 0; k < LANES; k++)
      sum[i + k] += factor * row[i + k];
}

/* Turns weights round until none lowers the error any more. `gradient` is matrix · error. */
static void descend(const solver *s, const float *matrix, uint32_t channel, float *error,
                    float *gradient) {
  const uint64_t depth = s->problem->samples->depth;
  int8_t *q = s->decided + channel * depth;
  bool turned = true;
  for (int sweep = 0; sweep < SWEEPS && turned; sweep++) {
    turned = false;
    for (uint64_t i = 0; i < depth; i++) {
      /* The other neighbour lies where the error points away from. */
      const float step = error[i] > 0.0f ? -1.0f : 1.0f;
      const float *row = matrix + i * s->stride;
      if (fabsf(error[i]) < INTEGRAL || fabsf(error[i]) > 1.0f - INTEGRAL ||
          fabsf((float)q[i] + step) > 127.0f)
        continue;
      if (2.0f * step * gradient[i] + row[i] >= -1e-4f * row[i])
        continue;
      q[i] = (int8_t)(q[i] + (int8_t)step);
      error[i] += step;
      add_multiple(gradient, row, s->stride, step);
      turned = true;
    }
  }
}

static void begin_channel(const solver *s, uint32_t channel, float *error) {
  const rounding_problem *p = s->problem;
  const uint64_t depth = p->samples->depth;
  const float scale = p->scales[channel];
  for (uint64_t i = 0; i < depth; i++) {
    const float weight = p->weights[channel * depth + i];
    const int8_t q = scale == 0.0f ? 0 : weights_round(weight, scale);
    s->decided[channel * depth + i] = q;
    error[i] = scale == 0.0f ? 0.0f : (float)q - weight / scale;
  }
}

/* TOGETHER channels of one group. */
static octavo_status solve_channels(void *context, uint32_t thread, uint32_t index,
                                    octavo_error *error) {
  (void)error;
  const solver *s = context;
  const layer_samples *x = s->problem->samples;
  const uint32_t each = s->problem->channels / x->groups, blocks = (each + TOGETHER - 1) / TOGETHER;
  const uint32_t group = index / blocks, first = group * each + index % blocks * TOGETHER;
  const uint32_t left = (group + 1) * each - first, count = left < TOGETHER ? left : TOGETHER;
  const float *matrix = s->matrix + group * x->depth * s->stride;
  float *errors = s->scratch + (size_t)thread * 2 * TOGETHER * s->stride;
  float *gradients = errors + TOGETHER * s->stride;
  for (uint64_t i = 0; i < 2 * TOGETHER * s->stride; i++)
    errors[i] = 0.0f;
  for (uint32_t c = 0; c < count; c++)
    begin_channel(s, first + c, errors + c * s->stride);
  for (uint64_t i = 0; i < x->depth; i++)
    for (uint32_t c = 0; c < count; c++)
      add_multiple(gradients + c * s->stride, matrix + i * s->stride, s->stride,
                   errors[c * s->stride + i]);
  for (uint32_t c = 0; c < count; c++)
    descend(s, matrix, first + c, errors + c * s->stride, gradients + c * s->stride);
  return OCTAVO_OK;
}

static octavo_status solve(solver *s, octavo_error *error) {
  const layer_samples *x = s->problem->samples;
  const uint32_t each = s->problem->channels / x->groups;
  const parallel_job rows = {.end = (uint32_t)(x->groups * x->depth),
                             .threads = s->problem->threads,
                             .task = fill_row,
                             .context = s};
  parallel_job channels = rows;
  channels.end = x->groups * ((each + TOGETHER - 1) / TOGETHER);
  channels.task = solve_channels;
  octavo_status status = parallel_run(&rows, error);
  if (status != OCTAVO_OK)
    return status;
  dampen(s);
  return parallel_run(&channels, error);
}

octavo_status rounding_solve(const rounding_problem *problem, int8_t *decided,
                             octavo_error *error) {
  const layer_samples *x = problem->samples;
  const uint64_t stride = (x->depth + LANES - 1) / LANES * LANES;
  solver s = {.problem = problem, .decided = decided, .stride = stride};
  s.matrix = octavo_memory_alloc(x->groups * x->depth * stride, sizeof *s.matrix);
  s.scratch = octavo_memory_alloc(problem->threads * 2 * TOGETHER * stride, sizeof *s.scratch);
  octavo_status status = OCTAVO_OK;
  if (s.matrix == NULL || s.scratch == NULL)
    status = octavo_error_memory(error, x->groups * x->depth * stride * sizeof *s.matrix,
                                 "the rounding of weights");
  else
    status = solve(&s, error);
  octavo_memory_free(s.scratch);
  octavo_memory_free(s.matrix);
  return status;
}
