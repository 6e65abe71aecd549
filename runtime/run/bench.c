#include "run.h"

#include "common/measurement.h"
#include "common/stamp.h"
#include "common/table.h"
#include "platforms/platform.h"

/* What --bench finds. */
typedef struct bench {
  subject model;
  measurement measured;
  statistics_summary summary; /* milliseconds of a run */
  stamp conditions;
  double process_ms; /* what the process computed before it opened the model */
  size_t peak_bytes; /* of the process, until it has answered once; 0 = not known */
} bench;

static double images_per_second(const bench *b) {
  return 1e3 / b->summary.p50;
}

static double gmac_per_second(const bench *b) {
  return (double)b->model.macs / b->summary.p50 / 1e6;
}

static octavo_status measure(const run_options *options, octavo_model *model,
                             const run_start *start, bench *b, octavo_error *error) {
  octavo_session_options session;
  octavo_session_options_init(&session);
  session.threads = options->threads;
  const measurement_plan plan = {
      .warmup = options->warmup, .runs = options->runs, .seconds = options->seconds};
  octavo_status status =
      subject_start(model, options->model, start->open_ms, &session, 1, &b->model, error);
  if (status != OCTAVO_OK)
    return status;
  b->process_ms = start->process_ms;
  b->peak_bytes = platform_memory_peak(); /* the run times kept would count too */
  stamp_begin(&b->conditions, octavo_session_threads(b->model.session));
  status = measurement_run(&b->model, 1, &plan, &b->measured, error);
  stamp_end(&b->conditions);
  if (status == OCTAVO_OK)
    status = measurement_summarize(&b->measured, &b->summary, error);
  stamp_check_spread(&b->conditions, options->model, &b->summary);
  return status;
}

static octavo_status print_and_free(table *t, octavo_error *error) {
  const octavo_status status = table_print(t, stdout, error);
  table_free(t);
  putchar('\n');
  return status;
}

static octavo_status print_latency(const bench *b, octavo_error *error) {
  const char *headings[STATISTICS_COLUMNS + 3] = {"runs"};
  for (size_t c = 0; c < STATISTICS_COLUMNS; c++)
    headings[1 + c] = statistics_columns[c].name;
  headings[STATISTICS_COLUMNS + 1] = "images/s";
  headings[STATISTICS_COLUMNS + 2] = "GMAC/s";
  table *t = table_create("rrrrrrrrrrrrr", headings);
  table_cell(t, "%zu", b->summary.count);
  for (size_t c = 0; c < STATISTICS_COLUMNS; c++)
    table_cell(t, "%.4f", statistics_value(&b->summary, &statistics_columns[c]));
  table_cell(t, "%.1f", images_per_second(b));
  table_cell(t, "%.1f", gmac_per_second(b));
  printf("%s: milliseconds per run of 1 image\n\n", b->model.path);
  return print_and_free(t, error);
}

static octavo_status print_start(const bench *b, octavo_error *error) {
  table *t = table_create("lrrrrrrrrrr",
                          (const char *const[]){"mode", "MMAC", "process ms", "open ms",
                                                "create ms", "first run ms", "first answer ms",
                                                "file kB", "arena kB", "peak kB", "peak - file"});
  table_cell(t, "%s", b->model.info.mode);
  table_cell(t, "%.1f", (double)b->model.macs / 1e6);
  table_cell(t, "%.2f", b->process_ms);
  table_cell(t, "%.2f", b->model.open_ms);
  table_cell(t, "%.2f", b->model.create_ms);
  table_cell(t, "%.3f", b->model.first_ms);
  table_cell(t, "%.2f", subject_first_answer(&b->model, b->process_ms));
  table_cell(t, "%.1f", (double)b->model.info.file_size / 1e3);
  table_cell(t, "%.1f", (double)b->model.info.arena_bytes / 1e3);
  if (b->peak_bytes > 0) {
    table_cell(t, "%.1f", (double)b->peak_bytes / 1e3);
    table_cell(t, "%.1f", ((double)b->peak_bytes - (double)b->model.info.file_size) / 1e3);
  } else {
    table_cell(t, "-");
    table_cell(t, "-");
  }
  return print_and_free(t, error);
}

static void write_json(const bench *b, json_writer *json) {
  json_writer_object(json, "bench");
  json_writer_unsigned(json, "runs", b->summary.count);
  json_writer_object(json, "latency_ms");
  for (size_t c = 0; c < STATISTICS_COLUMNS; c++)
    json_writer_real(json, statistics_columns[c].name,
                     statistics_value(&b->summary, &statistics_columns[c]));
  json_writer_close(json);
  json_writer_real(json, "images_per_second", images_per_second(b));
  json_writer_real(json, "gmac_per_second", gmac_per_second(b));
  json_writer_string(json, "mode", b->model.info.mode);
  json_writer_unsigned(json, "macs", b->model.macs);
  json_writer_real(json, "process_ms", b->process_ms);
  json_writer_real(json, "open_ms", b->model.open_ms);
  json_writer_real(json, "create_ms", b->model.create_ms);
  json_writer_real(json, "first_run_ms", b->model.first_ms);
  json_writer_real(json, "first_answer_ms", subject_first_answer(&b->model, b->process_ms));
  json_writer_unsigned(json, "bytes", b->model.info.file_size);
  json_writer_unsigned(json, "arena_bytes", b->model.info.arena_bytes);
  json_writer_unsigned(json, "peak_bytes", b->peak_bytes);
  stamp_write(&b->conditions, "conditions", json);
  json_writer_close(json);
}

octavo_status run_bench(const run_options *options, octavo_model *model, const run_start *start,
                        json_writer *json, octavo_error *error) {
  bench b = {0};
  octavo_status status = measure(options, model, start, &b, error);
  if (status == OCTAVO_OK && json != NULL) {
    write_json(&b, json);
  } else if (status == OCTAVO_OK) {
    status = print_latency(&b, error);
    if (status == OCTAVO_OK)
      status = print_start(&b, error);
    stamp_print(&b.conditions, stdout);
  }
  measurement_free(&b.measured);
  octavo_session_free(b.model.session); /* the model is the caller's */
  return status;
}
