/* What platform_conditions_read reads, for tests. */
#ifndef OCTAVO_PLATFORMS_POSIX_CONDITIONS_H
#define OCTAVO_PLATFORMS_POSIX_CONDITIONS_H

#include "platforms/platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As the caller would find them on CPU `cpu`; `root` stands before /proc and /sys. */
void platform_conditions_read_at(const char *root, uint32_t cpu, platform_conditions *conditions);

#ifdef __cplusplus
}
#endif

#endif
