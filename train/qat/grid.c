#include "grid.h"

#include "converter/quantize/weights.h"
#include "platforms/norm_loops.h"
#include "train/parallel.h"

#include <math.h>

static const fake_clamp NO_CLAMP = {-INFINITY, INFINITY};
static const float WEIGHT_STEPS = 127.0f;

const fake_loops *fake_loops_choose(void) {
  const fake_loops *list[NORM_LOOPS_MOST];
  fake_loops_list(list);
  return list[0];
}

fake_grid fake_grid_of(quantization_parameters p) {
  return (fake_grid){p.scale, 1.0f / p.scale, (float)(-128 - p.zero_point),
                     (float)(127 - p.zero_point)};
}

fake_grid fake_grid_of_weights(const float *weights, size_t count) {
  float least = 0.0f, greatest = 0.0f;
  fake_loops_choose()->range(weights, count, NO_CLAMP, &least, &greatest);
  const float magnitude = fmaxf(-least, greatest);
  if (magnitude < WEIGHTS_TINY)
    return (fake_grid){0.0f, 0.0f, -WEIGHT_STEPS, WEIGHT_STEPS};
  const float scale = magnitude / WEIGHT_STEPS;
  return (fake_grid){scale, 1.0f / scale, -WEIGHT_STEPS, WEIGHT_STEPS};
}

typedef struct rows_job {
  const fake_loops *loops;
  float *weights, *scales;
  size_t length;
} rows_job;

static void quantize_row(void *context, size_t row) {
  const rows_job *j = context;
  float *weights = j->weights + row * j->length;
  const fake_grid grid = fake_grid_of_weights(weights, j->length);
  j->loops->quantize(weights, j->length, &grid, NO_CLAMP, weights, NULL);
  j->scales[row] = grid.scale;
}

void fake_quantize_rows(float *weights, size_t rows, size_t length, float *scales) {
  parallel_parts(rows, quantize_row, &(rows_job){fake_loops_choose(), weights, scales, length});
}

float fake_round_bias(float bias, float unit) {
  return unit > 0.0f ? (float)(rint((double)bias / (double)unit) * (double)unit) : bias;
}
