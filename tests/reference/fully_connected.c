#include "reference.h"

#include <math.h>

static int32_t accumulate_int8(const reference_tensor *x, const reference_tensor *weights,
                               uint32_t n, uint32_t o) {
  const uint32_t inputs = weights->shape[1];
  const int8_t *from = (const int8_t *)x->data + (size_t)n * inputs;
  const int8_t *row = (const int8_t *)weights->data + (size_t)o * inputs;
  int32_t sum = 0;
  for (uint32_t i = 0; i < inputs; i++)
    sum += (from[i] - x->zero_point) * row[i];
  return sum;
}

static int8_t output_int8(const octavo_attributes_clamp *a, const reference_tensor *x,
                          const reference_tensor *weights, const reference_tensor *bias,
                          const reference_tensor *y, uint32_t n, uint32_t o) {
  int32_t sum = accumulate_int8(x, weights, n, o);
  if (bias != NULL)
    sum += ((const int32_t *)bias->data)[o];
  const float scale = x->scale * reference_weight_scale(weights, o) / y->scale;
  return reference_round((float)sum * scale, y->zero_point,
                         reference_quantize_bound(a->clamp_min, y->scale, y->zero_point),
                         reference_quantize_bound(a->clamp_max, y->scale, y->zero_point));
}

static float output_float(const octavo_attributes_clamp *a, const reference_tensor *x,
                          const reference_tensor *weights, const reference_tensor *bias, uint32_t n,
                          uint32_t o) {
  const uint32_t inputs = weights->shape[1];
  const float *from = (const float *)x->data + (size_t)n * inputs;
  const float *row = (const float *)weights->data + (size_t)o * inputs;
  double sum = bias == NULL ? 0 : (double)((const float *)bias->data)[o];
  for (uint32_t i = 0; i < inputs; i++)
    sum += (double)from[i] * (double)row[i];
  return fminf(fmaxf((float)sum, a->clamp_min), a->clamp_max);
}

static float output_dynamic(const octavo_attributes_clamp *a, const reference_tensor *x,
                            const reference_tensor *weights, const reference_tensor *bias,
                            uint32_t n, uint32_t o) {
  const int32_t sum = accumulate_int8(x, weights, n, o);
  const float y = reference_dequantize_sum(sum, x, reference_weight_scale(weights, o), bias, o);
  return fminf(fmaxf(y, a->clamp_min), a->clamp_max);
}

void reference_fully_connected(const octavo_attributes_clamp *attributes, const reference_tensor *x,
                               const reference_tensor *weights, const reference_tensor *bias,
                               const reference_tensor *y) {
  size_t i = 0;
  for (uint32_t n = 0; n < y->shape[0]; n++)
    for (uint32_t o = 0; o < y->shape[1]; o++, i++)
      if (x->type == OCTAVO_INT8 && y->type == OCTAVO_FLOAT32)
        ((float *)y->data)[i] = output_dynamic(attributes, x, weights, bias, n, o);
      else if (x->type == OCTAVO_INT8)
        ((int8_t *)y->data)[i] = output_int8(attributes, x, weights, bias, y, n, o);
      else
        ((float *)y->data)[i] = output_float(attributes, x, weights, bias, n, o);
}
