#include "first_core.h"

#include "platforms/posix/cpu_clusters.h"
#include "platforms/posix/text_file.h"

#include <stdio.h>
#include <stdlib.h>

/* The number of a CPU of the kind with the most capacity, then the highest frequency. */
static uint32_t first_fast_cpu(const char *root) {
  platform_cluster clusters[PLATFORM_CLUSTERS_MAX];
  const uint32_t count = platform_cpu_clusters_at(root, clusters);
  const platform_cluster *best = clusters;
  for (uint32_t i = 1; i < count; i++)
    if (clusters[i].capacity > best->capacity ||
        (clusters[i].capacity == best->capacity && clusters[i].highest_mhz > best->highest_mhz))
      best = &clusters[i];
  uint32_t cpu = 0;
  while (count > 0 && cpu < PLATFORM_CPUS_MAX - 1 && (best->cpus[cpu / 64] >> cpu % 64 & 1u) == 0)
    cpu++;
  return cpu;
}

/* Where /proc/cpuinfo tells the fields of the register one by one. */
typedef struct midr_field {
  const char *name;
  unsigned shift;
} midr_field;

static const midr_field fields[] = {
    {"CPU implementer", 24}, {"CPU variant", 20}, {"CPU part", 4}, {"CPU revision", 0}};

static uint32_t midr_of_fields(const char *root, uint32_t cpu) {
  char path[1200], text[32];
  uint32_t midr = 0;
  snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    if (!platform_text_field_nth(path, fields[i].name, cpu, text, sizeof text))
      return 0;
    midr |= (uint32_t)strtoul(text, NULL, 0) << fields[i].shift;
  }
  return midr | UINT32_C(0xf0000); /* the architecture: as told elsewhere */
}

uint32_t platform_first_core_midr(const char *root) {
  char path[1200], text[32];
  const uint32_t cpu = first_fast_cpu(root);
  snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%u/regs/identification/midr_el1", root,
           cpu);
  if (platform_text_read(path, text, sizeof text))
    return (uint32_t)strtoull(text, NULL, 16);
  return midr_of_fields(root, cpu);
}
