/* From a range of real values to scale and zero point of an int8 activation: asymmetric, [−128,
 * 127], zero exactly representable. */
#ifndef OCTAVO_CONVERTER_SCALE_H
#define OCTAVO_CONVERTER_SCALE_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct value_range {
  float min, max;
} value_range;

typedef struct quantization_parameters {
  float scale;
  int32_t zero_point;
} quantization_parameters;

/* No activation gets a smaller scale, so that no ratio of two becomes infinite. */
#define SCALE_MIN 0x1p-60f

/* The smallest range that holds both. */
value_range range_union(value_range a, value_range b);

/* scale = (max − min) / 255 and zero_point = −128 − min / scale rounded, with the range widened to
 * hold 0. A tensor that was 0 throughout gets scale 1/255: there is nothing to be exact about. */
quantization_parameters scale_from_range(value_range range);

/* The real values that −128 and 127 stand for. */
value_range scale_to_range(quantization_parameters parameters);

/* clamp(lrintf(value / scale) + zero_point, −128, 127). */
int8_t scale_quantize(quantization_parameters parameters, float value);

#ifdef __cplusplus
}
#endif

#endif
