/* int8 addition and subtraction keep XNNPACK's fixed-point rule
 * (xnn_init_qs8_add_minmax_scalar_params in src/microparams-init.c and src/qs8-vadd/ of XNNPACK
 * 4ea82e5): multipliers of 21 bits, halves round up. */
#include "reference.h"

#include <math.h>

/* floor(value / 2^shift) */
static int32_t shift_right(int32_t value, int shift) {
  const int64_t divisor = INT64_C(1) << shift;
  int64_t quotient = value / divisor;
  if (value % divisor < 0)
    quotient--;
  return (int32_t)quotient;
}

/* `sign` of b: 1 or -1. */
static void add_int8(const octavo_attributes_clamp *attributes, int32_t sign,
                     const reference_tensor *a, const reference_tensor *b,
                     const reference_tensor *y) {
  const float ratio_a = a->scale / y->scale, ratio_b = b->scale / y->scale;
  int exponent = 0;
  (void)frexpf(fmaxf(ratio_a, ratio_b), &exponent); /* the larger is in [2^(e-1), 2^e) */
  const int shift = 20 - (exponent - 1);
  const int32_t multiplier_a = (int32_t)lrintf(ldexpf(ratio_a, shift));
  const int32_t multiplier_b = sign * (int32_t)lrintf(ldexpf(ratio_b, shift));
  const int8_t low = reference_quantize_bound(attributes->clamp_min, y->scale, y->zero_point);
  const int8_t high = reference_quantize_bound(attributes->clamp_max, y->scale, y->zero_point);
  const size_t elements = reference_elements(y);
  for (size_t i = 0; i < elements; i++) {
    const int8_t qa = ((const int8_t *)a->data)[reference_broadcast(a, y, i)];
    const int8_t qb = ((const int8_t *)b->data)[reference_broadcast(b, y, i)];
    const int32_t sum = (qa - a->zero_point) * multiplier_a + (qb - b->zero_point) * multiplier_b;
    const int32_t rounded = shift_right(sum + (1 << (shift - 1)), shift) + y->zero_point;
    ((int8_t *)y->data)[i] = (int8_t)(rounded < low ? low : rounded > high ? high : rounded);
  }
}

static void add(const octavo_attributes_clamp *attributes, int32_t sign, const reference_tensor *a,
                const reference_tensor *b, const reference_tensor *y) {
  if (y->type == OCTAVO_INT8) {
    add_int8(attributes, sign, a, b, y);
    return;
  }
  const size_t elements = reference_elements(y);
  for (size_t i = 0; i < elements; i++) {
    const float sum = ((const float *)a->data)[reference_broadcast(a, y, i)] +
                      (float)sign * ((const float *)b->data)[reference_broadcast(b, y, i)];
    ((float *)y->data)[i] = fminf(fmaxf(sum, attributes->clamp_min), attributes->clamp_max);
  }
}

void reference_add(const octavo_attributes_clamp *attributes, const reference_tensor *a,
                   const reference_tensor *b, const reference_tensor *y) {
  add(attributes, 1, a, b, y);
}

void reference_subtract(const octavo_attributes_clamp *attributes, const reference_tensor *a,
                        const reference_tensor *b, const reference_tensor *y) {
  add(attributes, -1, a, b, y);
}
