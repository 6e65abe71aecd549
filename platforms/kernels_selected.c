#include "runtime/kernels/selected.h"

#include "runtime/kernels/convolution.h"
#include "runtime/kernels/depthwise3x3.h"
#include "runtime/kernels/elementwise.h"

#include <cpuinfo.h>
#include <stddef.h>

/* The instructions, best first, that XNNPACK's src/configs/gemm-config.c asks for; its kernels have
 * their names. cpuinfo answers no for those of another architecture. */
typedef struct instructions {
  bool (*available)(void);
  const char *name;
} instructions;

static bool avx512_vnni(void) {
  return cpuinfo_has_x86_avx512vnni() && cpuinfo_has_x86_avx512bw() && cpuinfo_has_x86_avx512vl();
}

static bool avx512_skx(void) {
  return cpuinfo_has_x86_avx512f() && cpuinfo_has_x86_avx512bw() && cpuinfo_has_x86_avx512dq() &&
         cpuinfo_has_x86_avx512vl();
}

static bool always(void) {
  return true;
}

/* The default for the instruction sets themselves, which cpuinfo does not know by name. */
#if defined(__x86_64__) || defined(__i386__)
#define PLAIN "sse2"
#else
#define PLAIN "scalar"
#endif

static const instructions int8_matrix[] = {{cpuinfo_has_x86_amx_int8, "avx512amx"},
                                           {avx512_vnni, "avx512vnni"},
                                           {cpuinfo_has_x86_avxvnni, "avxvnni"},
                                           {avx512_skx, "avx512skx"},
                                           {cpuinfo_has_x86_avx2, "avx2"},
                                           {cpuinfo_has_x86_avx, "avx"},
                                           {cpuinfo_has_x86_sse4_1, "sse4.1"},
                                           {cpuinfo_has_arm_i8mm, "neoni8mm"},
                                           {cpuinfo_has_arm_neon_dot, "neondot"},
                                           {cpuinfo_has_arm_neon, "neon"},
                                           {always, PLAIN}};

static const instructions float32_matrix[] = {
    {cpuinfo_has_x86_avx512f, "avx512f"}, {cpuinfo_has_x86_fma3, "fma3"},
    {cpuinfo_has_x86_avx, "avx"},         {cpuinfo_has_arm_neon_fma, "neonfma"},
    {cpuinfo_has_arm_neon, "neon"},       {always, PLAIN}};

/* The table ends with what is always there. */
static const char *first_available(const instructions *list) {
  while (!list->available())
    list++;
  return list->name;
}

uint32_t octavo_kernels_selected(octavo_kernel_selected selected[OCTAVO_KERNELS_SELECTED_MAX]) {
  if (!cpuinfo_initialize())
    return 0;
  const char *int8 = first_available(int8_matrix);
  const octavo_convolution_kernel *dense = octavo_convolution_kernel_find();
  const octavo_depthwise3x3_kernel *depthwise = octavo_depthwise3x3_find();
  uint32_t count = 0;
  selected[count++] = (octavo_kernel_selected){
      "int8 convolution", dense != NULL ? dense->name : int8, dense != NULL ? "Octavo" : "XNNPACK"};
  if (depthwise != NULL)
    selected[count++] =
        (octavo_kernel_selected){"int8 depthwise 3×3 convolution", depthwise->name, "Octavo"};
  selected[count++] = (octavo_kernel_selected){"int8 fully connected", int8, "XNNPACK"};
  selected[count++] =
      (octavo_kernel_selected){"float32 convolution", first_available(float32_matrix), "XNNPACK"};
  return count;
}
