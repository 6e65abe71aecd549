#include "reference.h"

#include <math.h>

void reference_clip(const octavo_attributes_clamp *attributes, const reference_tensor *x,
                    const reference_tensor *y) {
  const float low = attributes->clamp_min, high = attributes->clamp_max;
  const size_t elements = reference_elements(x);
  for (size_t i = 0; i < elements; i++) {
    if (x->type == OCTAVO_FLOAT32) {
      ((float *)y->data)[i] = fminf(fmaxf(((const float *)x->data)[i], low), high);
      continue;
    }
    const int8_t value = ((const int8_t *)x->data)[i];
    const int8_t minimum = reference_quantize_bound(low, y->scale, y->zero_point);
    const int8_t maximum = reference_quantize_bound(high, y->scale, y->zero_point);
    ((int8_t *)y->data)[i] = value < minimum ? minimum : value > maximum ? maximum : value;
  }
}

void reference_quantize(const reference_tensor *x, const reference_tensor *y) {
  const size_t elements = reference_elements(x);
  for (size_t i = 0; i < elements; i++) {
    float value = 0;
    if (x->type == OCTAVO_FLOAT32)
      value = ((const float *)x->data)[i] * (1.0f / y->scale);
    else
      value = (float)(((const int8_t *)x->data)[i] - x->zero_point) * (x->scale / y->scale);
    ((int8_t *)y->data)[i] = reference_round(value, y->zero_point, -128, 127);
  }
}

void reference_dequantize(const reference_tensor *x, const reference_tensor *y) {
  const size_t elements = reference_elements(x);
  for (size_t i = 0; i < elements; i++)
    ((float *)y->data)[i] = (float)(((const int8_t *)x->data)[i] - x->zero_point) * x->scale;
}
