#include "operators/multiply_row.h"

#include <string.h>

/* 1.5 · 2^23: a float32 of less than 2^22 added to it leaves no bits behind the point, so the sum
 * is rounded to a whole number, halves to even, which its low bits then hold. Unlike lrintf it
 * takes no call, so that compilers make vectors of it. */
#define ROUNDER      12582912.0f
#define ROUNDER_BITS 0x4B400000

/* What one product goes through. */
typedef struct rounding {
  float scale, low, high; /* the bounds less the zero point */
  int32_t zero_point;
} rounding;

static inline int8_t finish(const rounding *r, int32_t product) {
  float value = (float)product * r->scale;
  value = value < r->low ? r->low : value;
  value = value > r->high ? r->high : value;
  value += ROUNDER;
  int32_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  return (int8_t)(bits - ROUNDER_BITS + r->zero_point);
}

static void both(const octavo_multiply_params *p, const rounding *r, const int8_t *restrict a,
                 const int8_t *restrict b, int8_t *restrict y, size_t count) {
  const int32_t za = p->a_zero_point, zb = p->b_zero_point;
  const rounding by = *r;
  for (size_t i = 0; i < count; ++i)
    y[i] = finish(&by, (a[i] - za) * (b[i] - zb));
}

static void by_one(const rounding *r, const int8_t *restrict x, int32_t zero_point, int32_t factor,
                   int8_t *restrict y, size_t count) {
  const rounding by = *r;
  for (size_t i = 0; i < count; ++i)
    y[i] = finish(&by, (x[i] - zero_point) * factor);
}

void octavo_multiply_row(const octavo_multiply_params *params, const int8_t *a, size_t a_stride,
                         const int8_t *b, size_t b_stride, int8_t *y, size_t count) {
  const rounding r = {
      .scale = params->scale,
      .low = (float)(params->minimum - params->y_zero_point),
      .high = (float)(params->maximum - params->y_zero_point),
      .zero_point = params->y_zero_point,
  };
  if (a_stride == 0)
    by_one(&r, b, params->b_zero_point, *a - params->a_zero_point, y, count);
  else if (b_stride == 0)
    by_one(&r, a, params->a_zero_point, *b - params->b_zero_point, y, count);
  else
    both(params, &r, a, b, y, count);
}
