#include "layers.h"

#include "common/statistics.h"
#include "common/table.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 20 };

static double rate(uint64_t macs, double milliseconds) {
  return milliseconds > 0 ? (double)macs / milliseconds / 1e6 : 0;
}

/* ---- Measuring --------------------------------------------------------------------------------
 */

static octavo_status run_for(octavo_session *session, double milliseconds, octavo_error *error) {
  const uint64_t begun = platform_nanoseconds();
  octavo_status status = OCTAVO_OK;
  do {
    if (platform_interrupted())
      return octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
    status = octavo_session_run(session, error);
  } while (status == OCTAVO_OK && subject_elapsed(begun) < milliseconds);
  return status;
}

/* Mean times of one block to times[operator · BLOCKS + block]. */
static octavo_status measure_block(octavo_session *session, uint32_t count, double milliseconds,
                                   uint32_t block, double *times, octavo_error *error) {
  octavo_session_profile_reset(session);
  octavo_status status = run_for(session, milliseconds, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < count; i++) {
    octavo_profile_entry entry;
    status = octavo_session_profile(session, i, &entry);
    const double runs = entry.runs ? (double)entry.runs : 1;
    times[(size_t)i * BLOCKS + block] = (double)entry.nanoseconds / runs / 1e6;
  }
  return status;
}

static octavo_status fill_rows(octavo_session *session, double *times, layers *result) {
  for (uint32_t i = 0; i < result->count; i++) {
    octavo_profile_entry entry;
    const octavo_status status = octavo_session_profile(session, i, &entry);
    if (status != OCTAVO_OK)
      return status;
    statistics_sort(times + (size_t)i * BLOCKS, BLOCKS);
    const double median = statistics_percentile(times + (size_t)i * BLOCKS, BLOCKS, 50);
    result->rows[i] = (layer){entry.name, entry.kind, entry.kernel, median, entry.macs};
    result->total_ms += median;
    result->total_macs += entry.macs;
  }
  return OCTAVO_OK;
}

static octavo_status measure(octavo_session *session, double seconds, layers *result,
                             octavo_error *error) {
  double *times = octavo_memory_alloc((size_t)result->count * BLOCKS, sizeof *times);
  result->rows = octavo_memory_alloc(result->count, sizeof *result->rows);
  octavo_status status = OCTAVO_OK;
  if (times == NULL || result->rows == NULL)
    status = octavo_error_memory(error, 0, "the profile");
  const double milliseconds = seconds * 1e3 / BLOCKS;
  for (uint32_t block = 0; status == OCTAVO_OK && block < BLOCKS; block++)
    status = measure_block(session, result->count, milliseconds, block, times, error);
  if (status == OCTAVO_OK)
    status = fill_rows(session, times, result);
  octavo_memory_free(times);
  return status;
}

octavo_status layers_measure(subject *s, const octavo_session_options *options, double seconds,
                             uint64_t seed, layers *result, octavo_error *error) {
  *result = (layers){.count = octavo_model_operator_count(s->model)};
  octavo_session_options profiled = *options;
  profiled.profile = true;
  octavo_session *session = NULL;
  octavo_status status = octavo_session_create(s->model, &profiled, &session, error);
  if (status == OCTAVO_OK)
    status = subject_fill_noise(s, session, seed, error);
  if (status == OCTAVO_OK)
    status = octavo_session_run(session, error);
  if (status == OCTAVO_OK && result->count > 0)
    status = measure(session, seconds, result, error);
  octavo_session_free(session);
  if (status != OCTAVO_OK)
    layers_free(result);
  return status;
}

void layers_free(layers *l) {
  octavo_memory_free(l->rows);
  *l = (layers){0};
}

/* ---- Printing ---------------------------------------------------------------------------------
 */

static int by_time(const void *a, const void *b) {
  const layer *x = *(const layer *const *)a, *y = *(const layer *const *)b;
  if (x->milliseconds != y->milliseconds)
    return x->milliseconds < y->milliseconds ? 1 : -1;
  return x < y ? -1 : x > y;
}

static octavo_status print_rows(const layers *l, const layer *const *order, FILE *stream,
                                octavo_error *error) {
  table *t = table_create("llrrrrl", (const char *const[]){"layer", "operator", "ms", "share",
                                                           "cumulated", "GMAC/s", "kernel"});
  double sum = 0;
  for (uint32_t i = 0; i < l->count; i++) {
    const layer *row = order[i];
    sum += row->milliseconds;
    table_cell(t, "%s", row->name);
    table_cell(t, "%s", row->kind);
    table_cell(t, "%.4f", row->milliseconds);
    table_cell(t, "%.1f %%", 100 * row->milliseconds / l->total_ms);
    table_cell(t, "%.1f %%", 100 * sum / l->total_ms);
    if (row->macs > 0)
      table_cell(t, "%.1f", rate(row->macs, row->milliseconds));
    else
      table_cell(t, "-");
    table_cell(t, "%s", row->kernel);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

/* Rows of one kind, added up. */
static layer sum_of_kind(const layers *l, const char *kind, uint32_t *count) {
  layer sum = {.kind = kind};
  *count = 0;
  for (uint32_t i = 0; i < l->count; i++) {
    if (strcmp(l->rows[i].kind, kind) != 0)
      continue;
    sum.milliseconds += l->rows[i].milliseconds;
    sum.macs += l->rows[i].macs;
    (*count)++;
  }
  return sum;
}

static bool is_first_of_kind(const layers *l, uint32_t index) {
  for (uint32_t i = 0; i < index; i++) {
    if (strcmp(l->rows[i].kind, l->rows[index].kind) == 0)
      return false;
  }
  return true;
}

static octavo_status print_kinds(const layers *l, FILE *stream, octavo_error *error) {
  table *t =
      table_create("lrrrr", (const char *const[]){"operator", "count", "ms", "share", "GMAC/s"});
  for (uint32_t i = 0; i < l->count; i++) {
    if (!is_first_of_kind(l, i))
      continue;
    uint32_t count = 0;
    const layer sum = sum_of_kind(l, l->rows[i].kind, &count);
    table_cell(t, "%s", sum.kind);
    table_cell(t, "%u", count);
    table_cell(t, "%.4f", sum.milliseconds);
    table_cell(t, "%.1f %%", 100 * sum.milliseconds / l->total_ms);
    if (sum.macs > 0)
      table_cell(t, "%.1f", rate(sum.macs, sum.milliseconds));
    else
      table_cell(t, "-");
  }
  table_cell(t, "all");
  table_cell(t, "%u", l->count);
  table_cell(t, "%.4f", l->total_ms);
  table_cell(t, "100.0 %%");
  table_cell(t, "%.1f", rate(l->total_macs, l->total_ms));
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

octavo_status layers_print(const layers *l, layers_order order, FILE *stream, octavo_error *error) {
  const layer **sorted = octavo_memory_alloc(l->count ? l->count : 1, sizeof *sorted);
  if (sorted == NULL)
    return octavo_error_memory(error, l->count * sizeof *sorted, "the profile");
  for (uint32_t i = 0; i < l->count; i++)
    sorted[i] = &l->rows[i];
  if (order == LAYERS_TIME)
    qsort(sorted, l->count, sizeof *sorted, by_time);
  octavo_status status = print_rows(l, sorted, stream, error);
  octavo_memory_free(sorted);
  fprintf(stream, "\n");
  if (status == OCTAVO_OK)
    status = print_kinds(l, stream, error);
  return status;
}

static const layer *find(const layers *l, const char *name) {
  for (uint32_t i = 0; i < l->count; i++) {
    if (strcmp(l->rows[i].name, name) == 0)
      return &l->rows[i];
  }
  return NULL;
}

octavo_status layers_print_pairs(const layers *first, const layers *second, FILE *stream,
                                 octavo_error *error) {
  table *t = table_create("lrrrll", (const char *const[]){"layer", "first ms", "second ms", "ratio",
                                                          "first kernel", "second kernel"});
  for (uint32_t i = 0; i < first->count; i++) {
    const layer *a = &first->rows[i], *b = find(second, a->name);
    if (b == NULL)
      continue;
    table_cell(t, "%s", a->name);
    table_cell(t, "%.4f", a->milliseconds);
    table_cell(t, "%.4f", b->milliseconds);
    table_cell(t, "%.2f", b->milliseconds > 0 ? a->milliseconds / b->milliseconds : NAN);
    table_cell(t, "%s", a->kernel);
    table_cell(t, "%s", b->kernel);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

json_t *layers_json(const layers *l) {
  json_t *list = json_array();
  double sum = 0;
  for (uint32_t i = 0; i < l->count; i++) {
    const layer *row = &l->rows[i];
    sum += row->milliseconds;
    json_array_append_new(list,
                          json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:I, s:f}", "name", row->name,
                                    "kind", row->kind, "kernel", row->kernel, "ms",
                                    row->milliseconds, "share", row->milliseconds / l->total_ms,
                                    "cumulated", sum / l->total_ms, "macs", (json_int_t)row->macs,
                                    "gmac_per_second", rate(row->macs, row->milliseconds)));
  }
  return list;
}
