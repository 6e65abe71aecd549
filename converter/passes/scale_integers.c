#include "converter/passes/pass.h"

#include "runtime/memory.h"

#include <float.h>
#include <math.h>

static float scale_of(const graph_integers *integers, int64_t row) {
  return integers->scales[integers->scale_count == 1 ? 0 : row];
}

/* Whether the weights are integers of one scale or one per row, and stay integers of normal ones.
 */
static bool can_scale(const graph_tensor *weights, const float *factors) {
  const graph_integers *integers = weights->integers;
  if (integers == NULL || integers->values != NULL ||
      (integers->scale_count > 1 && integers->axis != 0))
    return false;
  for (int64_t o = 0; o < weights->shape[0]; o++) {
    const float scale = scale_of(integers, o) * fabsf(factors[o]);
    if (!(scale >= FLT_MIN && scale <= FLT_MAX / 128.0f))
      return false;
  }
  return true;
}

/* q · s, as rounding the quotient finds it again. */
static void scale_row(const float *from, float old_scale, float new_scale, bool negative,
                      int64_t count, float *to) {
  for (int64_t i = 0; i < count; i++) {
    const float q = rintf(from[i] / old_scale);
    to[i] = (negative ? -q : q) * new_scale;
  }
}

octavo_status pass_scale_integers(graph *g, int32_t from, int32_t to, const float *factors,
                                  bool *done, octavo_error *error) {
  const graph_tensor *old = &g->tensors[from];
  *done = can_scale(old, factors);
  if (!*done)
    return OCTAVO_OK;
  const int64_t rows = old->shape[0];
  const int64_t columns = (int64_t)graph_element_count(old) / (rows == 0 ? 1 : rows);
  float *scales = octavo_memory_alloc((size_t)rows, sizeof *scales);
  if (scales == NULL)
    return octavo_error_memory(error, (uint64_t)rows * sizeof *scales, "scales of weights");
  float *values = g->tensors[to].data;
  for (int64_t o = 0; o < rows; o++) {
    scales[o] = scale_of(old->integers, o) * fabsf(factors[o]);
    scale_row((const float *)old->data + o * columns, scale_of(old->integers, o), scales[o],
              factors[o] < 0.0f, columns, values + o * columns);
  }
  const graph_integers scaled = {.scales = scales, .scale_count = (uint32_t)rows};
  const octavo_status status = graph_set_integers(g, to, &scaled, error);
  octavo_memory_free(scales);
  return status;
}
