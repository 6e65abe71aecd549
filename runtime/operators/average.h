/* Averages over a rectangle of an NHWC image, for both average pools. */
#ifndef OCTAVO_RUNTIME_OPERATORS_AVERAGE_H
#define OCTAVO_RUNTIME_OPERATORS_AVERAGE_H

#include <stddef.h>
#include <stdint.h>

/* So many channels are summed at once, in registers and one cache line. */
#define OCTAVO_AVERAGE_BLOCK 64u

typedef struct octavo_rectangle {
  size_t height, width;
  size_t row_stride, column_stride; /* in elements */
} octavo_rectangle;

/* y[c] = clamp(rne((Σ x[c] - count · input zero point) · scale) + output zero point), for
 * `channels` channels, at most OCTAVO_AVERAGE_BLOCK. The sum is exact in int32 for rectangles of
 * less than 2^23 elements. */
typedef struct octavo_average_int8 {
  float scale;
  int32_t input_zero_point, output_zero_point;
} octavo_average_int8;

void octavo_average_block_int8(const octavo_average_int8 *params, const octavo_rectangle *rectangle,
                               const int8_t *x, size_t channels, int8_t *y);

/* y[c] = Σ x[c] / divisor, summed row by row. */
void octavo_average_block_float(float divisor, const octavo_rectangle *rectangle, const float *x,
                                size_t channels, float *y);

#endif
