#include "conditions.h"

#include "cgroup.h"
#include "text_file.h"

#include <math.h>
#if defined(__linux__)
#include <sched.h>
#endif
#include <stdlib.h>
#include <string.h>

/* The CPU that the caller runs on. */
static uint32_t current_cpu(void) {
#if defined(__linux__)
  const int cpu = sched_getcpu();
  return cpu < 0 ? 0 : (uint32_t)cpu;
#else
  return 0;
#endif
}

#define PATH_SIZE 1200

static double frequency(const char *root, uint32_t cpu) {
  char path[PATH_SIZE];
  char text[64];
  int64_t kilohertz = 0;
  snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%u/cpufreq/scaling_cur_freq", root,
           cpu);
  if (platform_text_number(path, &kilohertz))
    return (double)kilohertz / 1000.0;
  snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
  if (platform_text_field_nth(path, "cpu MHz", cpu, text, sizeof text))
    return strtod(text, NULL);
  return 0.0;
}

/* The firmware's word on a Raspberry Pi, in hexadecimal. */
static bool throttled_bits(const char *root, uint32_t *bits) {
  char path[PATH_SIZE];
  char text[32];
  snprintf(path, sizeof path, "%s/sys/devices/platform/soc/soc:firmware/get_throttled", root);
  if (!platform_text_read(path, text, sizeof text))
    return false;
  *bits = (uint32_t)strtoul(text, NULL, 16);
  return true;
}

void platform_conditions_read_at(const char *root, uint32_t cpu, platform_conditions *conditions) {
  *conditions = (platform_conditions){.load_average = -1.0, .temperature_c = (double)NAN};
  conditions->frequency_mhz = frequency(root, cpu);
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor", root,
           cpu);
  platform_text_read(path, conditions->governor, sizeof conditions->governor);
  double average = 0.0;
  if (getloadavg(&average, 1) == 1)
    conditions->load_average = average;
  conditions->throttled_known = throttled_bits(root, &conditions->throttled);
  int64_t millidegrees = 0;
  snprintf(path, sizeof path, "%s/sys/class/thermal/thermal_zone0/temp", root);
  if (platform_text_number(path, &millidegrees))
    conditions->temperature_c = (double)millidegrees / 1000.0;
  conditions->quota_events = platform_cgroup_throttled(root);
}

void platform_conditions_read(platform_conditions *conditions) {
  platform_conditions_read_at("", current_cpu(), conditions);
}
