/* See runtime/kernels/elementwise.h. */
#ifndef OCTAVO_PLATFORMS_ARM_ELEMENTWISE_NEON_H
#define OCTAVO_PLATFORMS_ARM_ELEMENTWISE_NEON_H

#include "runtime/kernels/elementwise.h"

/* 64-bit Arm alone. */
void platform_look_up_neon(const int8_t table[256], const int8_t *x, int8_t *y, size_t count);
void platform_multiply_neon(const octavo_multiply_params *params, const int8_t *a, size_t a_stride,
                            const int8_t *b, size_t b_stride, int8_t *y, size_t count);

#endif
