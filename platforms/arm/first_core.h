/* The core that kernels are chosen for. */
#ifndef OCTAVO_PLATFORMS_ARM_FIRST_CORE_H
#define OCTAVO_PLATFORMS_ARM_FIRST_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The main ID register (MIDR) of the first of the fastest cores, as Linux tells it; 0 if it does
 * not. `root` stands before /sys and /proc: "" but for tests. */
uint32_t platform_first_core_midr(const char *root);

#ifdef __cplusplus
}
#endif

#endif
