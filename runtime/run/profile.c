#include "run.h"

#include "common/table.h"

#include <inttypes.h>

/* Whether the session ran at all. */
static bool has_runs(const octavo_session *session) {
  octavo_profile_entry entry;
  return octavo_session_profile(session, 0, &entry) == OCTAVO_OK && entry.runs > 0;
}

/* The sum over all operators. */
static uint64_t total_nanoseconds(const octavo_model *model, const octavo_session *session) {
  uint64_t total = 0;
  const uint32_t count = octavo_model_operator_count(model);
  for (uint32_t i = 0; i < count; i++) {
    octavo_profile_entry entry;
    if (octavo_session_profile(session, i, &entry) == OCTAVO_OK)
      total += entry.nanoseconds;
  }
  return total;
}

static double per_run_ms(uint64_t nanoseconds, uint64_t runs) {
  return runs == 0 ? 0.0 : (double)nanoseconds * 1e-6 / (double)runs;
}

/* Multiply-accumulates per nanosecond are billions per second. */
static double gigamacs(uint64_t macs, uint64_t nanoseconds, uint64_t runs) {
  return nanoseconds == 0 ? 0.0 : (double)macs * (double)runs / (double)nanoseconds;
}

static double share(uint64_t part, uint64_t total) {
  return total == 0 ? 0.0 : (double)part * 100.0 / (double)total;
}

static void add_row(table *t, uint32_t index, const octavo_profile_entry *entry, uint64_t sum,
                    uint64_t total) {
  table_cell(t, "%" PRIu32, index);
  table_cell(t, "%s", entry->name);
  table_cell(t, "%s", entry->kind);
  table_cell(t, "%s", entry->kernel);
  table_cell(t, "%.4f", per_run_ms(entry->nanoseconds, entry->runs));
  table_cell(t, "%.1f", share(entry->nanoseconds, total));
  table_cell(t, "%.1f", share(sum, total));
  if (entry->macs > 0)
    table_cell(t, "%.1f", gigamacs(entry->macs, entry->nanoseconds, entry->runs));
  else
    table_cell(t, " ");
}

static void add_total(table *t, uint64_t total, uint64_t macs, uint64_t runs) {
  table_cell(t, " ");
  table_cell(t, "all");
  table_cell(t, " ");
  table_cell(t, "%" PRIu64 " runs", runs);
  table_cell(t, "%.4f", per_run_ms(total, runs));
  table_cell(t, "100.0");
  table_cell(t, " ");
  table_cell(t, "%.1f", gigamacs(macs, total, runs));
}

octavo_status run_profile_print(const octavo_model *model, const octavo_session *session,
                                octavo_error *error) {
  static const char *const headings[] = {"#",  "Layer", "Operator", "Kernel",
                                         "ms", "%",     "Sum %",    "GMAC/s"};
  if (!has_runs(session)) /* no image could be used, and that has been said */
    return OCTAVO_OK;
  table *t = table_create("rlllrrrr", headings);
  const uint64_t total = total_nanoseconds(model, session);
  uint64_t sum = 0;
  uint64_t macs = 0;
  uint64_t runs = 0;
  const uint32_t count = octavo_model_operator_count(model);
  for (uint32_t i = 0; i < count; i++) {
    octavo_profile_entry entry;
    if (octavo_session_profile(session, i, &entry) != OCTAVO_OK)
      continue;
    sum += entry.nanoseconds;
    macs += entry.macs;
    runs = entry.runs;
    add_row(t, i, &entry, sum, total);
  }
  add_total(t, total, macs, runs);
  const octavo_status status = table_print(t, stdout, error);
  table_free(t);
  return status;
}

void run_profile_json(const octavo_model *model, const octavo_session *session, json_writer *json) {
  const uint64_t total = total_nanoseconds(model, session);
  json_writer_list(json, "profile");
  const uint32_t count = octavo_model_operator_count(model);
  for (uint32_t i = 0; i < count; i++) {
    octavo_profile_entry entry;
    if (octavo_session_profile(session, i, &entry) != OCTAVO_OK)
      continue;
    json_writer_object(json, NULL);
    json_writer_string(json, "layer", entry.name);
    json_writer_string(json, "operator", entry.kind);
    json_writer_string(json, "kernel", entry.kernel);
    json_writer_unsigned(json, "runs", entry.runs);
    json_writer_real(json, "ms", per_run_ms(entry.nanoseconds, entry.runs));
    json_writer_real(json, "share_percent", share(entry.nanoseconds, total));
    json_writer_unsigned(json, "macs", entry.macs);
    json_writer_real(json, "gmac_per_s", gigamacs(entry.macs, entry.nanoseconds, entry.runs));
    json_writer_close(json);
  }
  json_writer_close(json);
}
