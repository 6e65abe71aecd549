#include "layers.h"

#include "common/statistics.h"
#include "common/table.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdlib.h>
#include <string.h>

static const double CONFIDENCE = 0.95;

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

/* One block of a model; each operator's mean goes to its row. */
static octavo_status measure_block(octavo_session *session, double milliseconds, uint32_t block,
                                   layers *result, octavo_error *error) {
  octavo_session_profile_reset(session);
  octavo_status status = run_for(session, milliseconds, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < result->count; i++) {
    octavo_profile_entry entry;
    status = octavo_session_profile(session, i, &entry);
    layer *row = &result->rows[i];
    row->name = entry.name;
    row->kind = entry.kind;
    row->kernel = entry.kernel;
    row->macs = entry.macs;
    row->blocks[block] = (double)entry.nanoseconds / (double)(entry.runs ? entry.runs : 1) / 1e6;
  }
  return status;
}

/* The median of `values`, which stay in order. */
static double block_median(const double values[LAYERS_BLOCKS]) {
  double sorted[LAYERS_BLOCKS];
  memcpy(sorted, values, sizeof sorted);
  statistics_sort(sorted, LAYERS_BLOCKS);
  return statistics_percentile(sorted, LAYERS_BLOCKS, 50);
}

static void sum_up(layers *result) {
  for (uint32_t i = 0; i < result->count; i++) {
    layer *row = &result->rows[i];
    row->milliseconds = block_median(row->blocks);
    result->total_ms += row->milliseconds;
    result->total_macs += row->macs;
  }
}

/* A session that measures its operators, warmed up by one run. */
static octavo_status open_session(subject *s, const octavo_session_options *options, uint64_t seed,
                                  octavo_session **session, layers *result, octavo_error *error) {
  const uint32_t count = octavo_model_operator_count(s->model);
  result->rows = octavo_memory_alloc(count ? count : 1, sizeof *result->rows);
  if (result->rows == NULL)
    return octavo_error_memory(error, count * sizeof *result->rows, "the profile");
  result->count = count;
  octavo_session_options profiled = *options;
  profiled.profile = true;
  octavo_status status = octavo_session_create(s->model, &profiled, session, error);
  if (status == OCTAVO_OK)
    status = subject_fill_noise(s, *session, seed, error);
  if (status == OCTAVO_OK)
    status = octavo_session_run(*session, error);
  return status;
}

octavo_status layers_measure(subject *const *subjects, size_t count,
                             const octavo_session_options *options, double seconds, uint64_t seed,
                             layers *const *results, octavo_error *error) {
  octavo_session **sessions = octavo_memory_alloc(count, sizeof(*sessions));
  octavo_status status = OCTAVO_OK;
  if (sessions == NULL)
    status = octavo_error_memory(error, count * sizeof *sessions, "the profile");
  for (size_t i = 0; i < count; i++)
    *results[i] = (layers){0};
  for (size_t i = 0; status == OCTAVO_OK && i < count; i++)
    status = open_session(subjects[i], options, seed, &sessions[i], results[i], error);
  const double milliseconds = seconds * 1e3 / LAYERS_BLOCKS;
  for (uint32_t block = 0; status == OCTAVO_OK && block < LAYERS_BLOCKS; block++) {
    for (size_t k = 0; status == OCTAVO_OK && k < count; k++) {
      const size_t i = block % 2 ? count - 1 - k : k;
      status = measure_block(sessions[i], milliseconds, block, results[i], error);
    }
  }
  for (size_t i = 0; i < count; i++) {
    if (sessions != NULL)
      octavo_session_free(sessions[i]);
    if (status == OCTAVO_OK)
      sum_up(results[i]);
    else
      layers_free(results[i]);
  }
  octavo_memory_free(sessions);
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

static void pair_cells(table *t, const layer *a, const layer *b) {
  double ratios[LAYERS_BLOCKS];
  for (uint32_t i = 0; i < LAYERS_BLOCKS; i++)
    ratios[i] = a->blocks[i] / b->blocks[i];
  statistics_sort(ratios, LAYERS_BLOCKS);
  const statistics_interval interval =
      statistics_median_interval(ratios, LAYERS_BLOCKS, CONFIDENCE);
  table_cell(t, "%s", a->name);
  table_cell(t, "%.4f", a->milliseconds);
  table_cell(t, "%.4f", b->milliseconds);
  table_cell(t, "%.2f", statistics_percentile(ratios, LAYERS_BLOCKS, 50));
  table_cell(t, "%.2f to %.2f", interval.low, interval.high);
  table_cell(t, "%s", a->kernel);
  table_cell(t, "%s", b->kernel);
}

octavo_status layers_print_pairs(const layers *first, const layers *second, FILE *stream,
                                 octavo_error *error) {
  table *t = table_create("lrrrrll",
                          (const char *const[]){"layer", "first ms", "second ms", "ratio",
                                                "95 % interval", "first kernel", "second kernel"});
  for (uint32_t i = 0; i < first->count; i++) {
    const layer *a = &first->rows[i], *b = find(second, a->name);
    if (b != NULL)
      pair_cells(t, a, b);
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
