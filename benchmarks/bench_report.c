#include "bench_report.h"

#include "common/atomic_file.h"
#include "common/json_file.h"
#include "common/table.h"
#include "runtime/error.h"

#include <string.h>

enum { COLUMNS = STATISTICS_COLUMNS };

static double images_per_second(const bench_results *r, const bench_row *row) {
  return r->settings->batch * 1e3 / row->summary.p50;
}

static double gmac_per_second(const bench_results *r, const bench_row *row) {
  return (double)row->model.macs * r->settings->batch / row->summary.p50 / 1e6;
}

static octavo_status finish_table(table *t, FILE *stream, octavo_error *error) {
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  fprintf(stream, "\n");
  return status;
}

static octavo_status print_latency(const bench_results *r, FILE *stream, octavo_error *error) {
  const char *headings[COLUMNS + 4] = {"model", "runs"};
  for (size_t c = 0; c < COLUMNS; c++)
    headings[2 + c] = statistics_columns[c].name;
  headings[COLUMNS + 2] = "images/s";
  headings[COLUMNS + 3] = "GMAC/s";
  table *t = table_create("lrrrrrrrrrrrrr", headings);
  for (size_t i = 0; i < r->count; i++) {
    const bench_row *row = &r->rows[i];
    table_cell(t, "%s", row->model.path);
    table_cell(t, "%zu", row->measured.count);
    for (size_t c = 0; c < COLUMNS; c++)
      table_cell(t, "%.4f", statistics_value(&row->summary, &statistics_columns[c]));
    table_cell(t, "%.1f", images_per_second(r, row));
    table_cell(t, "%.1f", gmac_per_second(r, row));
  }
  fprintf(stream, "Milliseconds per run of %u image%s\n\n", r->settings->batch,
          r->settings->batch == 1 ? "" : "s");
  return finish_table(t, stream, error);
}

static void size_cell(table *t, size_t bytes) {
  if (bytes == 0)
    table_cell(t, "-");
  else if (bytes < 10000000)
    table_cell(t, "%.1f kB", (double)bytes / 1e3);
  else
    table_cell(t, "%.1f MB", (double)bytes / 1e6);
}

static octavo_status print_start(const bench_results *r, FILE *stream, octavo_error *error) {
  const bool images = r->settings->images != NULL;
  table *t =
      table_create(images ? "lrrrrrrrrrrrr" : "lrrrrrrrrrr",
                   (const char *const[]){"model", "mode", "MMAC", "process ms", "open ms",
                                         "create ms", "first run ms", "first answer ms", "file",
                                         "arena", "resident", "decode ms", "preprocess ms"});
  for (size_t i = 0; i < r->count; i++) {
    const bench_row *row = &r->rows[i];
    table_cell(t, "%s", row->model.path);
    table_cell(t, "%s", row->model.info.mode);
    table_cell(t, "%.1f", (double)row->model.macs / 1e6);
    table_cell(t, "%.2f", r->process_ms);
    table_cell(t, "%.2f", row->model.open_ms);
    table_cell(t, "%.2f", row->model.create_ms);
    table_cell(t, "%.3f", row->model.first_ms);
    table_cell(t, "%.2f", subject_first_answer(&row->model, r->process_ms));
    size_cell(t, row->model.info.file_size);
    size_cell(t, row->model.info.arena_bytes * r->settings->batch);
    size_cell(t, row->model.resident_bytes);
    if (images) {
      table_cell(t, "%.3f", r->decode_ms);
      table_cell(t, "%.3f", row->preprocess_ms);
    }
  }
  return finish_table(t, stream, error);
}

static octavo_status print_profiles(const bench_results *r, FILE *stream, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; status == OCTAVO_OK && i < r->count; i++) {
    fprintf(stream, "Operators of %s, %s\n\n", r->rows[i].model.path,
            r->settings->sort == LAYERS_TIME ? "slowest first" : "in the order they run");
    status = layers_print(&r->rows[i].profile, (layers_order)r->settings->sort, stream, error);
    fprintf(stream, "\n");
  }
  if (status == OCTAVO_OK && r->settings->compare) {
    fprintf(stream, "Layer against layer\n\n");
    status = layers_print_pairs(&r->rows[0].profile, &r->rows[1].profile, stream, error);
    fprintf(stream, "\n");
  }
  return status;
}

/* Before measuring: the run times kept would count too. */
static void print_peak(const bench_results *r, FILE *stream) {
  size_t files = 0;
  for (size_t i = 0; i < r->count; i++)
    files += r->rows[i].model.info.file_size;
  fprintf(stream, "Peak memory of the process until the first answer%s: %.1f MB, ",
          r->count == 1 ? "" : "s", (double)r->peak_bytes / 1e6);
  fprintf(stream, "%s + %.1f MB\n", r->count == 1 ? "the file" : "the files",
          ((double)r->peak_bytes - (double)files) / 1e6);
}

octavo_status bench_report_print(const bench_results *r, FILE *stream, octavo_error *error) {
  octavo_status status = print_latency(r, stream, error);
  if (status == OCTAVO_OK)
    status = print_start(r, stream, error);
  if (status == OCTAVO_OK && r->settings->profile)
    status = print_profiles(r, stream, error);
  if (status != OCTAVO_OK)
    return status;
  if (r->settings->compare) {
    char text[512];
    fprintf(stream, "%s\n\n",
            comparison_verdict(&r->compared, r->rows[0].model.path, r->rows[1].model.path, text,
                               sizeof text));
  }
  if (r->peak_bytes > 0)
    print_peak(r, stream);
  stamp_print(&r->conditions, stream);
  return OCTAVO_OK;
}

static json_t *row_json(const bench_results *r, const bench_row *row) {
  json_t *latency = json_object();
  for (size_t c = 0; c < COLUMNS; c++)
    json_object_set_new(latency, statistics_columns[c].name,
                        json_real(statistics_value(&row->summary, &statistics_columns[c])));
  json_t *root = json_pack(
      "{s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:I, s:o, s:f, s:f}", "file",
      row->model.path, "mode", row->model.info.mode, "bytes", (json_int_t)row->model.info.file_size,
      "macs", (json_int_t)row->model.macs, "arena_bytes", (json_int_t)row->model.info.arena_bytes,
      "resident_bytes", (json_int_t)row->model.resident_bytes, "open_ms", row->model.open_ms,
      "create_ms", row->model.create_ms, "first_run_ms", row->model.first_ms, "first_answer_ms",
      subject_first_answer(&row->model, r->process_ms), "runs", (json_int_t)row->measured.count,
      "latency_ms", latency, "images_per_second", images_per_second(r, row), "gmac_per_second",
      gmac_per_second(r, row));
  if (r->settings->images != NULL)
    json_object_set_new(root, "preprocess_ms", json_real(row->preprocess_ms));
  if (r->settings->profile)
    json_object_set_new(root, "operators", layers_json(&row->profile));
  return root;
}

static json_t *comparison_json(const bench_results *r) {
  const comparison *c = &r->compared;
  char verdict[512];
  comparison_verdict(c, r->rows[0].model.path, r->rows[1].model.path, verdict, sizeof verdict);
  return json_pack("{s:f, s:f, s:f, s:f, s:I, s:s}", "ratio", c->ratio, "low", c->low, "high",
                   c->high, "confidence", c->confidence, "pairs", (json_int_t)c->pairs, "verdict",
                   verdict);
}

octavo_status bench_report_json(const bench_results *r, const char *path, octavo_error *error) {
  json_t *models = json_array();
  for (size_t i = 0; i < r->count; i++)
    json_array_append_new(models, row_json(r, &r->rows[i]));
  json_t *root =
      json_pack("{s:s, s:s, s:i, s:i, s:I, s:s, s:f, s:I, s:o, s:o}", "tool", "octavo-bench",
                "version", octavo_version(), "threads", (int)r->conditions.threads, "batch",
                (int)r->settings->batch, "seed", (json_int_t)r->settings->seed, "input",
                r->settings->images ? r->settings->images : "noise", "process_ms", r->process_ms,
                "peak_bytes", (json_int_t)r->peak_bytes, "conditions", stamp_json(&r->conditions),
                "models", models);
  if (root == NULL)
    return octavo_error_memory(error, 0, "the JSON report");
  if (r->settings->images != NULL)
    json_object_set_new(root, "decode_ms", json_real(r->decode_ms));
  if (r->settings->compare)
    json_object_set_new(root, "comparison", comparison_json(r));
  const octavo_status status = json_file_write(path, root, error);
  json_decref(root);
  return status;
}

/* A field in quotes, quotes in it doubled. */
static octavo_status write_quoted(atomic_file *file, const char *text, octavo_error *error) {
  octavo_status status = atomic_file_write(file, "\"", 1, error);
  for (; status == OCTAVO_OK && *text != '\0'; text++)
    status = atomic_file_write(file, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1, error);
  return status == OCTAVO_OK ? atomic_file_write(file, "\"", 1, error) : status;
}

static octavo_status write_csv_row(const bench_results *r, const bench_row *row, atomic_file *file,
                                   octavo_error *error) {
  octavo_status status = write_quoted(file, row->model.path, error);
  if (status == OCTAVO_OK)
    status = atomic_file_print(file, error, ",%s,%u,%u,%zu,%llu,%.6g,%.6g,%.6g,%.6g,%zu,%zu",
                               row->model.info.mode, r->conditions.threads, r->settings->batch,
                               row->model.info.file_size, (unsigned long long)row->model.macs,
                               row->model.open_ms, row->model.create_ms, row->model.first_ms,
                               subject_first_answer(&row->model, r->process_ms),
                               row->model.resident_bytes, row->measured.count);
  for (size_t c = 0; status == OCTAVO_OK && c < COLUMNS; c++)
    status = atomic_file_print(file, error, ",%.6g",
                               statistics_value(&row->summary, &statistics_columns[c]));
  if (status == OCTAVO_OK)
    status = atomic_file_print(file, error, ",%.6g\n", images_per_second(r, row));
  return status;
}

octavo_status bench_report_csv(const bench_results *r, const char *path, octavo_error *error) {
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status == OCTAVO_OK)
    status = atomic_file_print(file, error,
                               "file,mode,threads,batch,bytes,macs,open_ms,create_ms,"
                               "first_run_ms,first_answer_ms,resident_bytes,runs");
  for (size_t c = 0; status == OCTAVO_OK && c < COLUMNS; c++)
    status = atomic_file_print(file, error, ",%s_ms", statistics_columns[c].name);
  if (status == OCTAVO_OK)
    status = atomic_file_print(file, error, ",images_per_second\n");
  for (size_t i = 0; status == OCTAVO_OK && i < r->count; i++)
    status = write_csv_row(r, &r->rows[i], file, error);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}
