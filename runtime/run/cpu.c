#include "run.h"

#include "common/stamp.h"
#include "common/table.h"
#include "platforms/platform.h"
#include "runtime/kernels/selected.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* All that --cpu tells. */
typedef struct cpu_report {
  platform_cpu cpu;
  uint32_t usable;
  double quota;
  platform_cluster clusters[PLATFORM_CLUSTERS_MAX];
  uint32_t cluster_count;
  octavo_kernel_selected kernels[OCTAVO_KERNELS_SELECTED_MAX];
  uint32_t kernel_count;
  platform_conditions now;
} cpu_report;

static void collect(cpu_report *r) {
  *r = (cpu_report){.usable = platform_cpu_count(), .quota = platform_cpu_quota()};
  platform_cpu_describe(&r->cpu);
  r->cluster_count = platform_cpu_clusters(r->clusters);
  r->kernel_count = octavo_kernels_selected(r->kernels);
  platform_conditions_read(&r->now);
}

static bool has(const platform_cluster *c, uint32_t cpu) {
  return cpu < PLATFORM_CPUS_MAX && (c->cpus[cpu / 64] >> cpu % 64 & 1u) != 0;
}

/* "0-3,6" */
static void list_text(const platform_cluster *c, char *text, size_t size) {
  text[0] = '\0';
  for (uint32_t cpu = 0; cpu < PLATFORM_CPUS_MAX; cpu++) {
    if (!has(c, cpu))
      continue;
    uint32_t last = cpu;
    while (has(c, last + 1))
      last++;
    const size_t length = strlen(text);
    snprintf(text + length, size - length, last > cpu ? "%s%" PRIu32 "-%" PRIu32 : "%s%" PRIu32,
             length > 0 ? "," : "", cpu, last);
    cpu = last;
  }
}

/* The bits of a Raspberry Pi's firmware, bit 16 + i being "has happened since it started". */
static const char *const throttle_names[] = {"under-voltage", "frequency capped", "throttled",
                                             "soft temperature limit"};
enum { THROTTLE_BITS = sizeof throttle_names / sizeof throttle_names[0] };

static void throttle_text(uint32_t bits, char *text, size_t size) {
  snprintf(text, size, "%s", bits == 0 ? "never" : "");
  for (uint32_t i = 0; i < THROTTLE_BITS; i++) {
    if ((bits >> i & 0x10001u) == 0)
      continue;
    const size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s %s", length > 0 ? ", " : "", throttle_names[i],
             bits >> i & 1u ? "now" : "since it started");
  }
}

static void add_caches(table *t, const platform_cpu *cpu) {
  const size_t sizes[] = {cpu->l1d, cpu->l2, cpu->l3};
  static const char *const names[] = {"L1d", "L2", "L3"};
  char text[96] = "";
  for (size_t i = 0; i < 3; i++) {
    const size_t length = strlen(text);
    if (sizes[i] > 0)
      snprintf(text + length, sizeof text - length, "%s%s %zu KiB", length > 0 ? ", " : "",
               names[i], sizes[i] / 1024);
  }
  table_cell(t, "Caches");
  table_cell(t, "%s", text[0] != '\0' ? text : "not known");
}

static void add_mhz(char *text, size_t size, const char *name, double mhz) {
  const size_t length = strlen(text);
  if (mhz > 0)
    snprintf(text + length, size - length, ", %s %.0f MHz", name, mhz);
}

static void add_cluster(table *t, const platform_cluster *c, bool alone) {
  char cpus[256], text[256];
  list_text(c, cpus, sizeof cpus);
  snprintf(text, sizeof text, "%s", alone ? "all alike" : c->fast ? "fast" : "slow");
  if (c->capacity > 0) {
    const size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, ", capacity %" PRIu32, c->capacity);
  }
  add_mhz(text, sizeof text, "from", c->lowest_mhz);
  add_mhz(text, sizeof text, "to", c->highest_mhz);
  add_mhz(text, sizeof text, "limit", c->limit_mhz);
  add_mhz(text, sizeof text, "now", c->frequency_mhz);
  table_cell(t, "CPUs %s", cpus);
  table_cell(t, "%s%s%s", text, c->governor[0] != '\0' ? ", governor " : "", c->governor);
}

static void add_conditions(table *t, const cpu_report *r) {
  char text[160];
  if (r->now.frequency_mhz > 0) {
    table_cell(t, "Frequency now");
    table_cell(t, "%.0f MHz", r->now.frequency_mhz);
  }
  table_cell(t, "Quota");
  if (r->quota > 0)
    table_cell(t, "%.2f CPUs, run out %" PRIu64 " times", r->quota, r->now.quota_events);
  else
    table_cell(t, "none");
  if (r->now.load_average >= 0) {
    table_cell(t, "Load");
    table_cell(t, "%.2f over one minute", r->now.load_average);
  }
  if (isfinite(r->now.temperature_c)) {
    table_cell(t, "Temperature");
    table_cell(t, "%.1f °C", r->now.temperature_c);
  }
  if (r->now.throttled_known) {
    throttle_text(r->now.throttled, text, sizeof text);
    table_cell(t, "Throttled");
    table_cell(t, "%s (bits 0x%" PRIx32 ")", text, r->now.throttled);
  }
}

static octavo_status print(const cpu_report *r, octavo_error *error) {
  table *t = table_create("ll", (const char *const[]){"Processor", r->cpu.name});
  table_cell(t, "Instructions");
  table_cell(t, "%s: %s", r->cpu.isa, r->cpu.features);
  table_cell(t, "CPUs");
  table_cell(t, "%" PRIu32 " online, %" PRIu32 " for this process", r->cpu.cpus, r->usable);
  add_caches(t, &r->cpu);
  for (uint32_t i = 0; i < r->cluster_count; i++)
    add_cluster(t, &r->clusters[i], r->cluster_count == 1);
  for (uint32_t i = 0; i < r->kernel_count; i++) {
    table_cell(t, "%s", r->kernels[i].layers);
    table_cell(t, "%s (%s)", r->kernels[i].kernel, r->kernels[i].from);
  }
  add_conditions(t, r);
  const octavo_status status = table_print(t, stdout, error);
  table_free(t);
  return status;
}

/* null where the system does not tell. */
static void write_known(json_writer *json, const char *key, double value) {
  json_writer_real(json, key, value > 0 ? value : (double)NAN);
}

static void write_cluster(const platform_cluster *c, json_writer *json) {
  char cpus[256];
  list_text(c, cpus, sizeof cpus);
  json_writer_object(json, NULL);
  json_writer_string(json, "cpus", cpus);
  json_writer_unsigned(json, "count", c->count);
  write_known(json, "capacity", c->capacity);
  write_known(json, "lowest_mhz", c->lowest_mhz);
  write_known(json, "highest_mhz", c->highest_mhz);
  write_known(json, "limit_mhz", c->limit_mhz);
  write_known(json, "frequency_mhz", c->frequency_mhz);
  json_writer_string(json, "governor", c->governor);
  json_writer_boolean(json, "fast", c->fast);
  json_writer_close(json);
}

static void write(const cpu_report *r, json_writer *json) {
  json_writer_object(json, "cpu");
  json_writer_string(json, "name", r->cpu.name);
  json_writer_string(json, "isa", r->cpu.isa);
  json_writer_string(json, "features", r->cpu.features);
  json_writer_unsigned(json, "cpus", r->cpu.cpus);
  json_writer_unsigned(json, "usable_cpus", r->usable);
  write_known(json, "l1d_bytes", (double)r->cpu.l1d);
  write_known(json, "l2_bytes", (double)r->cpu.l2);
  write_known(json, "l3_bytes", (double)r->cpu.l3);
  json_writer_list(json, "clusters");
  for (uint32_t i = 0; i < r->cluster_count; i++)
    write_cluster(&r->clusters[i], json);
  json_writer_close(json);
  json_writer_object(json, "kernels");
  for (uint32_t i = 0; i < r->kernel_count; i++)
    json_writer_string(json, r->kernels[i].layers, r->kernels[i].kernel);
  json_writer_close(json);
  write_known(json, "quota_cpus", r->quota);
  stamp_write_conditions(&r->now, json);
  json_writer_close(json);
}

octavo_status run_cpu(json_writer *json, octavo_error *error) {
  cpu_report r;
  collect(&r);
  if (json == NULL)
    return print(&r, error);
  write(&r, json);
  return OCTAVO_OK;
}
