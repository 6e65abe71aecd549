#include "reference.h"

#include <math.h>

size_t reference_elements(const reference_tensor *tensor) {
  size_t elements = 1;
  for (uint32_t i = 0; i < tensor->rank; i++)
    elements *= tensor->shape[i];
  return elements;
}

size_t reference_broadcast(const reference_tensor *x, const reference_tensor *y, size_t element) {
  if (reference_elements(x) == reference_elements(y))
    return element;
  size_t index = 0, stride = 1;
  for (uint32_t i = y->rank; i-- > 0;) {
    const size_t position = element % y->shape[i];
    element /= y->shape[i];
    if (x->shape[i] != 1)
      index += position * stride;
    stride *= x->shape[i];
  }
  return index;
}

int8_t reference_round(float value, int32_t zero_point, int8_t minimum, int8_t maximum) {
  /* Far outside, lrintf has no result; 2^20 saturates in any case. */
  const float bounded = fminf(fmaxf(value, -0x1p20f), 0x1p20f);
  const long rounded = lrintf(bounded) + zero_point;
  if (rounded < minimum)
    return minimum;
  if (rounded > maximum)
    return maximum;
  return (int8_t)rounded;
}

int8_t reference_quantize_bound(float bound, float scale, int32_t zero_point) {
  return reference_round(bound / scale, zero_point, -128, 127);
}

float reference_weight_scale(const reference_tensor *weights, uint32_t channel) {
  return weights->scales != NULL ? weights->scales[channel] : weights->scale;
}
