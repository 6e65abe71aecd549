/* Which of our own kernels this processor gets. */
#include "runtime/kernels/convolution.h"
#include "runtime/kernels/depthwise3x3.h"

bool octavo_kernels_own = true;

#if defined(__x86_64__)
#include "platforms/x86/convolution_avx512vnni.h"
#include "platforms/x86/depthwise3x3_avx512vnni.h"

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

#else

const octavo_convolution_kernel *octavo_convolution_kernel_find(void) {
  return NULL;
}

const octavo_depthwise3x3_kernel *octavo_depthwise3x3_find(void) {
  return NULL;
}

#endif
