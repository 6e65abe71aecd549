#include "platforms/platform.h"

#include "cpu_features.h"
#include "text_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Arm's "CPU part" numbers, for those that boards of this size have. */
static const struct {
  unsigned part;
  const char *name;
} arm_parts[] = {
    {0xb76, "ARM1176"},      {0xc07, "Cortex-A7"},   {0xc08, "Cortex-A8"},   {0xc09, "Cortex-A9"},
    {0xc0f, "Cortex-A15"},   {0xd03, "Cortex-A53"},  {0xd04, "Cortex-A35"},  {0xd05, "Cortex-A55"},
    {0xd07, "Cortex-A57"},   {0xd08, "Cortex-A72"},  {0xd09, "Cortex-A73"},  {0xd0a, "Cortex-A75"},
    {0xd0b, "Cortex-A76"},   {0xd0c, "Neoverse-N1"}, {0xd40, "Neoverse-V1"}, {0xd41, "Cortex-A78"},
    {0xd42, "Cortex-A78AE"}, {0xd46, "Cortex-A510"}, {0xd49, "Neoverse-N2"}, {0xd4f, "Neoverse-V2"},
};

/* Arm processors tell a number instead of a name; the board's name says more to people. */
static bool arm_name(char *name, size_t size) {
  char part[32];
  char board[64] = "";
  platform_text_read("/proc/device-tree/model", board, sizeof board);
  const char *core = "";
  if (platform_text_field("/proc/cpuinfo", "CPU part", part, sizeof part)) {
    const unsigned long number = strtoul(part, NULL, 16);
    for (size_t i = 0; i < sizeof arm_parts / sizeof arm_parts[0]; i++)
      if (arm_parts[i].part == number)
        core = arm_parts[i].name;
  }
  snprintf(name, size, "%s%s%s", core, core[0] != '\0' && board[0] != '\0' ? ", " : "", board);
  return name[0] != '\0';
}

/* Reads /sys/devices/system/cpu/cpu0/cache/indexN. */
static void read_caches(platform_cpu *cpu) {
  for (unsigned i = 0; i < 8; i++) {
    char path[96];
    char text[32];
    int64_t level = 0;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%u/type", i);
    if (!platform_text_read(path, text, sizeof text) || strcmp(text, "Instruction") == 0)
      continue;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%u/level", i);
    if (!platform_text_number(path, &level) || level < 1 || level > 3)
      continue;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%u/size", i);
    if (!platform_text_read(path, text, sizeof text))
      continue;
    char *unit = NULL;
    const size_t number = (size_t)strtoul(text, &unit, 10);
    const size_t bytes = number * (*unit == 'M' ? 1048576u : *unit == 'K' ? 1024u : 1u);
    *(level == 1 ? &cpu->l1d : level == 2 ? &cpu->l2 : &cpu->l3) = bytes;
  }
}

/* Where /sys is absent the C library may know. */
static void read_caches_from_library(platform_cpu *cpu) {
#if defined(_SC_LEVEL1_DCACHE_SIZE)
  const long sizes[3] = {sysconf(_SC_LEVEL1_DCACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE),
                         sysconf(_SC_LEVEL3_CACHE_SIZE)};
  size_t *const fields[3] = {&cpu->l1d, &cpu->l2, &cpu->l3};
  for (int i = 0; i < 3; i++)
    if (*fields[i] == 0 && sizes[i] > 0)
      *fields[i] = (size_t)sizes[i];
#else
  (void)cpu;
#endif
}

void platform_cpu_describe(platform_cpu *cpu) {
  *cpu = (platform_cpu){0};
  if (!platform_cpu_brand(cpu->name, sizeof cpu->name) &&
      !platform_text_field("/proc/cpuinfo", "model name", cpu->name, sizeof cpu->name) &&
      !arm_name(cpu->name, sizeof cpu->name))
    snprintf(cpu->name, sizeof cpu->name, "unknown");
  snprintf(cpu->isa, sizeof cpu->isa, "%s", platform_cpu_isa());
  platform_cpu_features(cpu->features, sizeof cpu->features);
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  cpu->cpus = online < 1 ? 1 : (uint32_t)online;
  read_caches(cpu);
  read_caches_from_library(cpu);
}
