/* The one rounding rule: q = clamp(lrintf(accumulator · scale) + zero point), one float32
 * multiplication, the clamp before the rounding and in float, halves to even. The same as XNNPACK's
 * "fp32" requantization on every CPU. */
#ifndef OCTAVO_RUNTIME_OPERATORS_REQUANTIZE_H
#define OCTAVO_RUNTIME_OPERATORS_REQUANTIZE_H

#include <math.h>
#include <stdint.h>

/* Rounds a real value in units of the output's scale. */
static inline int8_t octavo_round_to_int8(float value, int32_t zero_point) {
  const float low = (float)(INT8_MIN - zero_point), high = (float)(INT8_MAX - zero_point);
  value = value < low ? low : value;
  value = value > high ? high : value;
  return (int8_t)(lrintf(value) + zero_point);
}

static inline int8_t octavo_requantize(int32_t accumulator, float scale, int32_t zero_point) {
  return octavo_round_to_int8((float)accumulator * scale, zero_point);
}

#endif
