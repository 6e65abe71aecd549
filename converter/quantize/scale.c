#include "converter/quantize/scale.h"

#include <math.h>

#define LEVELS 255

value_range range_union(value_range a, value_range b) {
  return (value_range){fminf(a.min, b.min), fmaxf(a.max, b.max)};
}

quantization_parameters scale_from_range(value_range range) {
  const double min = fmin(range.min, 0.0), max = fmax(range.max, 0.0);
  if (min == max)
    return (quantization_parameters){1.0f / LEVELS, -128};
  const float scale = fmaxf((float)((max - min) / LEVELS), SCALE_MIN);
  const double zero_point = nearbyint(-128.0 - min / (double)scale);
  return (quantization_parameters){scale, (int32_t)fmin(fmax(zero_point, -128.0), 127.0)};
}

value_range scale_to_range(quantization_parameters parameters) {
  return (value_range){(float)(-128 - parameters.zero_point) * parameters.scale,
                       (float)(127 - parameters.zero_point) * parameters.scale};
}

int8_t scale_quantize(quantization_parameters parameters, float value) {
  const float q = rintf(value / parameters.scale) + (float)parameters.zero_point;
  return (int8_t)fminf(fmaxf(q, -128.0f), 127.0f);
}
