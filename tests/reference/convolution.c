#include "reference.h"

#include <math.h>

/* Which sum: output pixel (h, w) of image n, output channel o. */
typedef struct position {
  uint32_t n, h, w, o;
} position;

/* The input row or column of a tap; outside the image the tap multiplies padding, that is zero. */
static bool tap(uint32_t output, uint32_t stride, uint32_t pad, uint32_t index, uint32_t dilation,
                uint32_t size, uint32_t *input) {
  const int64_t at = (int64_t)output * stride - pad + (int64_t)index * dilation;
  *input = (uint32_t)at;
  return at >= 0 && at < size;
}

static int32_t accumulate_int8(const octavo_attributes_convolution *a, const reference_tensor *x,
                               const reference_tensor *weights, position at) {
  const uint32_t depth = weights->shape[3];
  const uint32_t group = at.o / (weights->shape[0] / a->groups);
  int32_t sum = 0;
  for (uint32_t i = 0; i < a->kernel_height; i++)
    for (uint32_t j = 0; j < a->kernel_width; j++) {
      uint32_t h = 0, w = 0;
      if (!tap(at.h, a->stride_height, a->pad_top, i, a->dilation_height, x->shape[1], &h) ||
          !tap(at.w, a->stride_width, a->pad_left, j, a->dilation_width, x->shape[2], &w))
        continue;
      const int8_t *pixel = (const int8_t *)x->data +
                            (((size_t)at.n * x->shape[1] + h) * x->shape[2] + w) * x->shape[3] +
                            group * depth;
      const int8_t *row = (const int8_t *)weights->data +
                          (((size_t)at.o * a->kernel_height + i) * a->kernel_width + j) * depth;
      for (uint32_t c = 0; c < depth; c++)
        sum += (pixel[c] - x->zero_point) * row[c];
    }
  return sum;
}

static double accumulate_float(const octavo_attributes_convolution *a, const reference_tensor *x,
                               const reference_tensor *weights, position at) {
  const uint32_t depth = weights->shape[3];
  const uint32_t group = at.o / (weights->shape[0] / a->groups);
  double sum = 0;
  for (uint32_t i = 0; i < a->kernel_height; i++)
    for (uint32_t j = 0; j < a->kernel_width; j++) {
      uint32_t h = 0, w = 0;
      if (!tap(at.h, a->stride_height, a->pad_top, i, a->dilation_height, x->shape[1], &h) ||
          !tap(at.w, a->stride_width, a->pad_left, j, a->dilation_width, x->shape[2], &w))
        continue;
      const float *pixel = (const float *)x->data +
                           (((size_t)at.n * x->shape[1] + h) * x->shape[2] + w) * x->shape[3] +
                           group * depth;
      const float *row = (const float *)weights->data +
                         (((size_t)at.o * a->kernel_height + i) * a->kernel_width + j) * depth;
      for (uint32_t c = 0; c < depth; c++)
        sum += (double)pixel[c] * (double)row[c];
    }
  return sum;
}

static int8_t output_int8(const octavo_attributes_convolution *a, const reference_tensor *x,
                          const reference_tensor *weights, const reference_tensor *bias,
                          const reference_tensor *y, position at) {
  int32_t sum = accumulate_int8(a, x, weights, at);
  if (bias != NULL)
    sum += ((const int32_t *)bias->data)[at.o];
  const float scale = x->scale * reference_weight_scale(weights, at.o) / y->scale;
  return reference_round((float)sum * scale, y->zero_point,
                         reference_quantize_bound(a->clamp_min, y->scale, y->zero_point),
                         reference_quantize_bound(a->clamp_max, y->scale, y->zero_point));
}

static float output_float(const octavo_attributes_convolution *a, const reference_tensor *x,
                          const reference_tensor *weights, const reference_tensor *bias,
                          position at) {
  double sum = accumulate_float(a, x, weights, at);
  if (bias != NULL)
    sum += (double)((const float *)bias->data)[at.o];
  return fminf(fmaxf((float)sum, a->clamp_min), a->clamp_max);
}

static float output_dynamic(const octavo_attributes_convolution *a, const reference_tensor *x,
                            const reference_tensor *weights, const reference_tensor *bias,
                            position at) {
  const int32_t sum = accumulate_int8(a, x, weights, at);
  const float scale = reference_weight_scale(weights, at.o);
  const float y = reference_dequantize_sum(sum, x, scale, bias, at.o);
  return fminf(fmaxf(y, a->clamp_min), a->clamp_max);
}

void reference_convolution(const octavo_attributes_convolution *attributes,
                           const reference_tensor *x, const reference_tensor *weights,
                           const reference_tensor *bias, const reference_tensor *y) {
  size_t i = 0;
  position at;
  for (at.n = 0; at.n < y->shape[0]; at.n++)
    for (at.h = 0; at.h < y->shape[1]; at.h++)
      for (at.w = 0; at.w < y->shape[2]; at.w++)
        for (at.o = 0; at.o < y->shape[3]; at.o++, i++)
          if (x->type == OCTAVO_INT8 && y->type == OCTAVO_FLOAT32)
            ((float *)y->data)[i] = output_dynamic(attributes, x, weights, bias, at);
          else if (x->type == OCTAVO_INT8)
            ((int8_t *)y->data)[i] = output_int8(attributes, x, weights, bias, y, at);
          else
            ((float *)y->data)[i] = output_float(attributes, x, weights, bias, at);
}
