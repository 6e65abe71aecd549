/* Resizing, as runtime/FORMAT.md 3.1 has it and ONNX's Resize: nearest and linear in two
 * dimensions. */
#include "reference.h"

#include <math.h>

/* Row or column k of y in x, still between the pixels. */
static float coordinate(const octavo_attributes_resize *a, uint32_t axis, uint32_t k,
                        const reference_tensor *x, const reference_tensor *y) {
  const uint32_t in = x->shape[axis], out = y->shape[axis];
  const float scale = axis == 1 ? a->scale_height : a->scale_width;
  if (a->coordinates == OCTAVO_RESIZE_ASYMMETRIC)
    return (float)k / scale;
  if (a->coordinates == OCTAVO_RESIZE_ALIGN_CORNERS) {
    const float product = (float)k * (float)(in - 1);
    return out == 1 ? 0 : product / (float)(out - 1);
  }
  if (a->coordinates == OCTAVO_RESIZE_PYTORCH_HALF_PIXEL && out == 1)
    return 0;
  const float quotient = ((float)k + 0.5f) / scale;
  return quotient - 0.5f;
}

static float limit(float p, uint32_t length) {
  return fminf(fmaxf(p, 0), (float)(length - 1));
}

static uint32_t nearest(const octavo_attributes_resize *a, uint32_t axis, uint32_t k,
                        const reference_tensor *x, const reference_tensor *y) {
  const float p = coordinate(a, axis, k, x, y);
  float rounded = floorf(p);
  if (a->rounding == OCTAVO_RESIZE_CEIL)
    rounded = ceilf(p);
  if (a->rounding == OCTAVO_RESIZE_PREFER_FLOOR)
    rounded = ceilf(p - 0.5f);
  if (a->rounding == OCTAVO_RESIZE_PREFER_CEIL)
    rounded = floorf(p + 0.5f);
  return (uint32_t)limit(rounded, x->shape[axis]);
}

static size_t index_at(const reference_tensor *x, uint32_t n, uint32_t h, uint32_t w, uint32_t c) {
  return (((size_t)n * x->shape[1] + h) * x->shape[2] + w) * x->shape[3] + c;
}

/* The two neighbours along an axis and the share of the second. */
typedef struct between {
  uint32_t first, second;
  float share;
} between;

static between neighbours(const octavo_attributes_resize *a, uint32_t axis, uint32_t k,
                          const reference_tensor *x, const reference_tensor *y) {
  const float p = limit(coordinate(a, axis, k, x, y), x->shape[axis]);
  between b = {.first = (uint32_t)floorf(p), .share = p - floorf(p)};
  b.second = b.first == x->shape[axis] - 1 ? b.first : b.first + 1;
  return b;
}

static int8_t blend_int8(const reference_tensor *x, const size_t corners[4], between row,
                         between column) {
  const int8_t *data = x->data;
  const int64_t u = lrintf(column.share * 2048), v = lrintf(row.share * 2048);
  const int64_t sum = data[corners[0]] * (2048 - v) * (2048 - u) +
                      data[corners[1]] * (2048 - v) * u + data[corners[2]] * v * (2048 - u) +
                      data[corners[3]] * v * u;
  /* To the nearest, halves up. */
  return (int8_t)floor((double)(sum + (1 << 21)) / (1 << 22));
}

static float blend_float(const reference_tensor *x, const size_t corners[4], between row,
                         between column) {
  const float *data = x->data;
  const double u = (double)column.share, v = (double)row.share;
  return (float)((1 - v) * ((1 - u) * (double)data[corners[0]] + u * (double)data[corners[1]]) +
                 v * ((1 - u) * (double)data[corners[2]] + u * (double)data[corners[3]]));
}

static void store(const octavo_attributes_resize *a, const reference_tensor *x,
                  const reference_tensor *y, const uint32_t at[4]) {
  const size_t to = index_at(y, at[0], at[1], at[2], at[3]);
  if (a->mode == OCTAVO_RESIZE_NEAREST) {
    const size_t from =
        index_at(x, at[0], nearest(a, 1, at[1], x, y), nearest(a, 2, at[2], x, y), at[3]);
    if (x->type == OCTAVO_INT8)
      ((int8_t *)y->data)[to] = ((const int8_t *)x->data)[from];
    else
      ((float *)y->data)[to] = ((const float *)x->data)[from];
    return;
  }
  const between row = neighbours(a, 1, at[1], x, y), column = neighbours(a, 2, at[2], x, y);
  const size_t corners[4] = {
      index_at(x, at[0], row.first, column.first, at[3]),
      index_at(x, at[0], row.first, column.second, at[3]),
      index_at(x, at[0], row.second, column.first, at[3]),
      index_at(x, at[0], row.second, column.second, at[3]),
  };
  if (x->type == OCTAVO_INT8)
    ((int8_t *)y->data)[to] = blend_int8(x, corners, row, column);
  else
    ((float *)y->data)[to] = blend_float(x, corners, row, column);
}

void reference_resize(const octavo_attributes_resize *attributes, const reference_tensor *x,
                      const reference_tensor *y) {
  uint32_t at[4];
  for (at[0] = 0; at[0] < y->shape[0]; at[0]++)
    for (at[1] = 0; at[1] < y->shape[1]; at[1]++)
      for (at[2] = 0; at[2] < y->shape[2]; at[2]++)
        for (at[3] = 0; at[3] < y->shape[3]; at[3]++)
          store(attributes, x, y, at);
}
