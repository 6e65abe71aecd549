#include "platforms/platform.h"

#include "cgroup.h"

#include <math.h>
#if defined(__linux__)
#include <sched.h>
#endif
#include <unistd.h>

static uint32_t online(void) {
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : (uint32_t)count;
}

/* Those of the affinity mask; where there is none or it is larger than cpu_set_t, all. */
static uint32_t allowed(void) {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
    return (uint32_t)CPU_COUNT(&set);
#endif
  return online();
}

double platform_cpu_quota(void) {
  return platform_cgroup_cpus("");
}

uint32_t platform_cpu_count(void) {
  uint32_t count = allowed();
  const double quota = platform_cpu_quota();
  if (quota > 0.0 && ceil(quota) < (double)count)
    count = (uint32_t)ceil(quota);
  return count < 1 ? 1 : count;
}
