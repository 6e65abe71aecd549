/* Which kernels this processor gets, for people. */
#ifndef OCTAVO_RUNTIME_KERNELS_SELECTED_H
#define OCTAVO_RUNTIME_KERNELS_SELECTED_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct octavo_kernel_selected {
  const char *layers; /* such as "int8 convolution" */
  const char *kernel; /* such as "avx512vnni" */
  const char *from;   /* "Octavo" or "XNNPACK" */
} octavo_kernel_selected;

#define OCTAVO_KERNELS_SELECTED_MAX 8u

/* Returns how many. The strings are constants. */
uint32_t octavo_kernels_selected(octavo_kernel_selected selected[OCTAVO_KERNELS_SELECTED_MAX]);

#ifdef __cplusplus
}
#endif

#endif
