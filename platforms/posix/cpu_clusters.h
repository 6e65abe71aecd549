/* The kinds of CPUs, as Linux tells them under /sys. */
#ifndef OCTAVO_PLATFORMS_POSIX_CPU_CLUSTERS_H
#define OCTAVO_PLATFORMS_POSIX_CPU_CLUSTERS_H

#include "platforms/platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As the functions of platform.h; `root` stands before /sys: "" but for tests. */
uint32_t platform_cpu_clusters_at(const char *root,
                                  platform_cluster clusters[PLATFORM_CLUSTERS_MAX]);
uint32_t platform_cpu_prefer_fast_at(const char *root, uint32_t threads);

#ifdef __cplusplus
}
#endif

#endif
