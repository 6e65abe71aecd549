/* int8 kernels of our own that go element by element, for processors whose vectors do much better
 * than what a compiler makes of the plain loops in runtime/operators/. Results are the same to the
 * last bit.
 *
 * The kernels themselves are in platforms/, one file per instruction set. They read and write
 * nothing outside `count` elements. */
#ifndef OCTAVO_RUNTIME_KERNELS_ELEMENTWISE_H
#define OCTAVO_RUNTIME_KERNELS_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* y[i] = table[x[i] + 128] */
typedef void (*octavo_look_up_kernel)(const int8_t table[256], const int8_t *x, int8_t *y,
                                      size_t count);

typedef struct octavo_multiply_params {
  float scale;
  int32_t a_zero_point, b_zero_point, y_zero_point;
  int8_t minimum, maximum;
} octavo_multiply_params;

/* y[i] = clamp(rne((a[i · a_stride] - za) · (b[i · b_stride] - zb) · scale) + zy). A stride is 0 or
 * 1, and not both are 0 where count is more than 1. */
typedef void (*octavo_multiply_kernel)(const octavo_multiply_params *params, const int8_t *a,
                                       size_t a_stride, const int8_t *b, size_t b_stride, int8_t *y,
                                       size_t count);

/* Four pixels of `count` channels, and how far to the right and down between them, in 2^-11: 0 to
 * 2^11. */
#define OCTAVO_BILINEAR_BITS 11
typedef struct octavo_bilinear_square {
  const int8_t *x00, *x01, *x10, *x11;
  int32_t right, down;
} octavo_bilinear_square;

/* y[c] as runtime/FORMAT.md 3.1 has it: the mean of the four by weights that sum up to 2^22, exact
 * but for the rounding at the end. */
typedef void (*octavo_bilinear_kernel)(const octavo_bilinear_square *square, int8_t *y,
                                       size_t count);

/* The kernel for this processor; NULL where the plain loop is to be taken. Any thread. */
octavo_look_up_kernel octavo_look_up_find(void);
octavo_multiply_kernel octavo_multiply_find(void);
octavo_bilinear_kernel octavo_bilinear_find(void);

#ifdef __cplusplus
}
#endif

#endif
