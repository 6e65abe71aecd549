/* Which of our own kernels this processor gets. */
#include "runtime/kernels/convolution.h"
#include "runtime/kernels/depthwise3x3.h"
#include "runtime/kernels/elementwise.h"

bool octavo_kernels_own = true;

#if defined(__x86_64__)
#include "platforms/x86/bilinear_avx2.h"
#include "platforms/x86/convolution_avx512vnni.h"
#include "platforms/x86/depthwise3x3_avx512vnni.h"
#include "platforms/x86/elementwise_avx2.h"
#include "platforms/x86/look_up_avx512vbmi.h"

/* cpuinfo asks the operating system too whether the wide registers are saved. XNNPACK has
 * initialized it. */
#include <cpuinfo.h>

static bool use_avx512vnni(void) {
  return octavo_kernels_own && cpuinfo_initialize() && cpuinfo_has_x86_avx512f() &&
         cpuinfo_has_x86_avx512bw() && cpuinfo_has_x86_avx512vl() && cpuinfo_has_x86_avx512vnni();
}

const octavo_convolution_kernel *octavo_convolution_kernel_find(void) {
  return use_avx512vnni() ? &platform_convolution_avx512vnni : NULL;
}

const octavo_depthwise3x3_kernel *octavo_depthwise3x3_find(void) {
  return use_avx512vnni() ? &platform_depthwise3x3_avx512vnni : NULL;
}

static bool use_avx2(void) {
  return octavo_kernels_own && cpuinfo_initialize() && cpuinfo_has_x86_avx2();
}

octavo_look_up_kernel octavo_look_up_find(void) {
  if (use_avx2() && cpuinfo_has_x86_avx512bw() && cpuinfo_has_x86_avx512vbmi())
    return platform_look_up_avx512vbmi;
  return use_avx2() ? platform_look_up_avx2 : NULL;
}

octavo_multiply_kernel octavo_multiply_find(void) {
  return use_avx2() ? platform_multiply_avx2 : NULL;
}

octavo_bilinear_kernel octavo_bilinear_find(void) {
  return use_avx2() ? platform_bilinear_avx2 : NULL;
}

#else

#if defined(__ARM_NEON)
#include "platforms/arm/elementwise_neon.h"

/* Programs that are compiled with NEON need it anyway. */
octavo_multiply_kernel octavo_multiply_find(void) {
  return octavo_kernels_own ? platform_multiply_neon : NULL;
}

#else

octavo_multiply_kernel octavo_multiply_find(void) {
  return NULL;
}

#endif

#if defined(__aarch64__)

octavo_look_up_kernel octavo_look_up_find(void) {
  return octavo_kernels_own ? platform_look_up_neon : NULL;
}

#else

octavo_look_up_kernel octavo_look_up_find(void) {
  return NULL;
}

#endif

octavo_bilinear_kernel octavo_bilinear_find(void) {
  return NULL;
}

const octavo_convolution_kernel *octavo_convolution_kernel_find(void) {
  return NULL;
}

const octavo_depthwise3x3_kernel *octavo_depthwise3x3_find(void) {
  return NULL;
}

#endif
