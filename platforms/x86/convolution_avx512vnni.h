/* Needs AVX-512 F, BW, VL and VNNI. */
#ifndef OCTAVO_PLATFORMS_X86_CONVOLUTION_AVX512VNNI_H
#define OCTAVO_PLATFORMS_X86_CONVOLUTION_AVX512VNNI_H

#include "runtime/kernels/convolution.h"

extern const octavo_convolution_kernel platform_convolution_avx512vnni;

#endif
