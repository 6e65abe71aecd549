/* See runtime/kernels/elementwise.h. */
#ifndef OCTAVO_PLATFORMS_X86_BILINEAR_AVX2_H
#define OCTAVO_PLATFORMS_X86_BILINEAR_AVX2_H

#include "runtime/kernels/elementwise.h"

void platform_bilinear_avx2(const octavo_bilinear_square *square, int8_t *y, size_t count);

#endif
