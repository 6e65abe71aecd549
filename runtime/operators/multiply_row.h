/* The loops of the int8 multiplication. */
#ifndef OCTAVO_RUNTIME_OPERATORS_MULTIPLY_ROW_H
#define OCTAVO_RUNTIME_OPERATORS_MULTIPLY_ROW_H

#include <stddef.h>
#include <stdint.h>

typedef struct octavo_multiply_params {
  float scale;
  int32_t a_zero_point, b_zero_point, y_zero_point;
  int8_t minimum, maximum;
} octavo_multiply_params;

/* y[i] = clamp(rne((a[i · a_stride] - za) · (b[i · b_stride] - zb) · scale) + zy) for i < count. A
 * stride is 0 or 1, and not both are 0 where count is more than 1. */
void octavo_multiply_row(const octavo_multiply_params *params, const int8_t *a, size_t a_stride,
                         const int8_t *b, size_t b_stride, int8_t *y, size_t count);

#endif
