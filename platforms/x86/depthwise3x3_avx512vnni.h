/* Needs AVX-512 F, BW, VL and VNNI. */
#ifndef OCTAVO_PLATFORMS_X86_DEPTHWISE3X3_AVX512VNNI_H
#define OCTAVO_PLATFORMS_X86_DEPTHWISE3X3_AVX512VNNI_H

#include "runtime/kernels/depthwise3x3.h"

extern const octavo_depthwise3x3_kernel platform_depthwise3x3_avx512vnni;

#endif
