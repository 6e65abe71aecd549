#include "reference.h"

#include <math.h>

void reference_multiply(const octavo_attributes_clamp *attributes, const reference_tensor *a,
                        const reference_tensor *b, const reference_tensor *y) {
  const bool quantized = y->type == OCTAVO_INT8;
  const float scale = quantized ? a->scale * b->scale / y->scale : 0;
  int8_t low = 0, high = 0;
  if (quantized) {
    low = reference_quantize_bound(attributes->clamp_min, y->scale, y->zero_point);
    high = reference_quantize_bound(attributes->clamp_max, y->scale, y->zero_point);
  }
  const size_t elements = reference_elements(y);
  for (size_t i = 0; i < elements; i++) {
    const size_t ia = reference_broadcast(a, y, i), ib = reference_broadcast(b, y, i);
    if (quantized) {
      const int32_t product = (((const int8_t *)a->data)[ia] - a->zero_point) *
                              (((const int8_t *)b->data)[ib] - b->zero_point);
      ((int8_t *)y->data)[i] = reference_round((float)product * scale, y->zero_point, low, high);
    } else {
      const float product = ((const float *)a->data)[ia] * ((const float *)b->data)[ib];
      ((float *)y->data)[i] = fminf(fmaxf(product, attributes->clamp_min), attributes->clamp_max);
    }
  }
}
