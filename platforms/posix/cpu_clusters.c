#include "cpu_clusters.h"

#include "text_file.h"

#if defined(__linux__)
#include <sched.h>
#endif
#include <stdlib.h>
#include <string.h>

#define FOLDER "/sys/devices/system/cpu"

/* What counts as fast, of the fastest. Capacity is measured work. Frequencies say less than that
 * about cores of different design, and those of equal cores may differ by a favoured one. */
static const double FAST_CAPACITY = 0.6, FAST_FREQUENCY = 0.85;

/* The CPUs of a list such as "0-3,6"; what is no list ends it. */
static void parse_list(const char *text, uint64_t cpus[PLATFORM_CPUS_MAX / 64]) {
  memset(cpus, 0, PLATFORM_CPUS_MAX / 8);
  for (const char *at = text; *at >= '0' && *at <= '9';) {
    char *end = NULL;
    const unsigned long first = strtoul(at, &end, 10);
    unsigned long last = first;
    if (*end == '-')
      last = strtoul(end + 1, &end, 10);
    for (unsigned long cpu = first; cpu <= last && cpu < PLATFORM_CPUS_MAX; cpu++)
      cpus[cpu / 64] |= UINT64_C(1) << cpu % 64;
    at = *end == ',' ? end + 1 : end;
  }
}

static bool has(const uint64_t *cpus, uint32_t cpu) {
  return cpus[cpu / 64] >> cpu % 64 & 1u;
}

/* A file about one CPU; 0 if it is not there. */
static int64_t read_number(const char *root, uint32_t cpu, const char *name) {
  char path[1200];
  int64_t number = 0;
  snprintf(path, sizeof path, "%s" FOLDER "/cpu%u/%s", root, cpu, name);
  return platform_text_number(path, &number) && number > 0 ? number : 0;
}

static double read_mhz(const char *root, uint32_t cpu, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "cpufreq/%s", name);
  return (double)read_number(root, cpu, path) / 1000.0; /* kHz */
}

static void describe(const char *root, uint32_t cpu, platform_cluster *cluster) {
  char path[1200];
  cluster->lowest_mhz = read_mhz(root, cpu, "cpuinfo_min_freq");
  cluster->limit_mhz = read_mhz(root, cpu, "scaling_max_freq");
  cluster->frequency_mhz = read_mhz(root, cpu, "scaling_cur_freq");
  snprintf(path, sizeof path, "%s" FOLDER "/cpu%u/cpufreq/scaling_governor", root, cpu);
  platform_text_read(path, cluster->governor, sizeof cluster->governor);
}

/* Adds a CPU to its kind. Where there are too many kinds the last takes the rest. */
static void add(const char *root, uint32_t cpu, platform_cluster *clusters, uint32_t *count) {
  const uint32_t capacity = (uint32_t)read_number(root, cpu, "cpu_capacity");
  const double highest = read_mhz(root, cpu, "cpuinfo_max_freq");
  uint32_t i = 0;
  while (i < *count && (clusters[i].capacity != capacity || clusters[i].highest_mhz < highest ||
                        clusters[i].highest_mhz > highest))
    i++;
  if (i == PLATFORM_CLUSTERS_MAX)
    i--;
  if (i == *count) {
    clusters[i] = (platform_cluster){.capacity = capacity, .highest_mhz = highest};
    describe(root, cpu, &clusters[i]);
    (*count)++;
  }
  clusters[i].cpus[cpu / 64] |= UINT64_C(1) << cpu % 64;
  clusters[i].count++;
}

/* By capacity where all tell it, else by frequency. */
static void find_fast(platform_cluster *clusters, uint32_t count) {
  bool by_capacity = true;
  double capacity = 0.0, frequency = 0.0;
  for (uint32_t i = 0; i < count; i++) {
    by_capacity &= clusters[i].capacity > 0;
    capacity = clusters[i].capacity > capacity ? clusters[i].capacity : capacity;
    frequency = clusters[i].highest_mhz > frequency ? clusters[i].highest_mhz : frequency;
  }
  for (uint32_t i = 0; i < count; i++)
    clusters[i].fast = by_capacity ? clusters[i].capacity >= FAST_CAPACITY * capacity
                                   : clusters[i].highest_mhz >= FAST_FREQUENCY * frequency;
}

uint32_t platform_cpu_clusters_at(const char *root,
                                  platform_cluster clusters[PLATFORM_CLUSTERS_MAX]) {
  char path[1200], text[512];
  uint64_t online[PLATFORM_CPUS_MAX / 64];
  uint32_t count = 0;
  snprintf(path, sizeof path, "%s" FOLDER "/online", root);
  platform_text_read(path, text, sizeof text);
  parse_list(text, online);
  for (uint32_t cpu = 0; cpu < PLATFORM_CPUS_MAX; cpu++)
    if (has(online, cpu))
      add(root, cpu, clusters, &count);
  find_fast(clusters, count);
  return count;
}

uint32_t platform_cpu_clusters(platform_cluster clusters[PLATFORM_CLUSTERS_MAX]) {
  return platform_cpu_clusters_at("", clusters);
}

uint32_t platform_cpu_prefer_fast(uint32_t threads) {
  return platform_cpu_prefer_fast_at("", threads);
}

#if defined(__linux__)
uint32_t platform_cpu_prefer_fast_at(const char *root, uint32_t threads) {
  platform_cluster clusters[PLATFORM_CLUSTERS_MAX];
  cpu_set_t allowed, fast;
  const uint32_t count = platform_cpu_clusters_at(root, clusters);
  CPU_ZERO(&fast);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
    return 0;
  for (uint32_t cpu = 0; cpu < PLATFORM_CPUS_MAX && cpu < CPU_SETSIZE; cpu++)
    for (uint32_t i = 0; i < count && CPU_ISSET(cpu, &allowed); i++)
      if (clusters[i].fast && has(clusters[i].cpus, cpu))
        CPU_SET(cpu, &fast);
  const uint32_t found = (uint32_t)CPU_COUNT(&fast);
  if (found == 0 || found == (uint32_t)CPU_COUNT(&allowed) || threads > found ||
      sched_setaffinity(0, sizeof fast, &fast) != 0)
    return 0;
  return found;
}
#else
uint32_t platform_cpu_prefer_fast_at(const char *root, uint32_t threads) {
  (void)root;
  (void)threads;
  return 0;
}
#endif
