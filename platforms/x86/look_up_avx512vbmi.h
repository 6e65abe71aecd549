/* See runtime/kernels/elementwise.h. */
#ifndef OCTAVO_PLATFORMS_X86_LOOK_UP_AVX512VBMI_H
#define OCTAVO_PLATFORMS_X86_LOOK_UP_AVX512VBMI_H

#include "runtime/kernels/elementwise.h"

void platform_look_up_avx512vbmi(const int8_t table[256], const int8_t *x, int8_t *y, size_t count);

#endif
