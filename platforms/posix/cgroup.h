/* CPU limits that Linux control groups put on this process. */
#ifndef OCTAVO_PLATFORMS_POSIX_CGROUP_H
#define OCTAVO_PLATFORMS_POSIX_CGROUP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The smallest quota of the process's group and all groups above it, in CPUs (1.5 = one and a
 * half), versions 1 and 2; 0 if there is none. `root` stands before /proc and the mount points: ""
 * but for tests. */
double platform_cgroup_cpus(const char *root);

/* How often the group was stopped because its quota was used up; 0 if never or not known. */
uint64_t platform_cgroup_throttled(const char *root);

#ifdef __cplusplus
}
#endif

#endif
