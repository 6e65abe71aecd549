#include "train_bench_report.h"

#include "common/json_file.h"
#include "common/table.h"
#include "runtime/error.h"

/* The slow steps (a high percentile of time) are the low percentile of speed. */
static double speed(const train_bench_results *r, double milliseconds) {
  return r->subject->batch * 1e3 / milliseconds;
}

static octavo_status print_speed(const train_bench_results *r, FILE *stream, octavo_error *error) {
  const statistics_summary *m = &r->milliseconds;
  table *t = table_create("llrrrrrrrr",
                          (const char *const[]){"network", "precision", "batch", "steps", "ms p5",
                                                "ms p50", "ms p95", "images/s", "p5", "p95"});
  table_cell(t, "%s", r->settings->network);
  table_cell(t, "%s", train_subject_precision(r->subject));
  table_cell(t, "%u", r->subject->batch);
  table_cell(t, "%zu", m->count);
  for (int i = 0; i < 3; i++)
    table_cell(t, "%.2f", (double[]){m->p5, m->p50, m->p95}[i]);
  for (int i = 0; i < 3; i++)
    table_cell(t, "%.1f", speed(r, (double[]){m->p50, m->p95, m->p5}[i]));
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  fprintf(stream, "\n");
  return status;
}

octavo_status train_bench_report_print(const train_bench_results *r, FILE *stream,
                                       octavo_error *error) {
  octavo_status status = print_speed(r, stream, error);
  if (status == OCTAVO_OK)
    status = profile_print(&r->subject->time, stream, error);
  if (status != OCTAVO_OK)
    return status;
  if (r->peak_bytes > 0)
    fprintf(stream, "Peak memory of the process: %.1f MB (%.1f MB before the network was made)\n",
            (double)r->peak_bytes / 1e6, (double)r->subject->idle_bytes / 1e6);
  stamp_print(&r->conditions, stream);
  return OCTAVO_OK;
}

static json_t *settings_json(const train_bench_results *r) {
  char version[32];
  onednn_version(version, sizeof version);
  return json_pack("{s:s, s:i, s:i, s:i, s:s, s:I, s:i, s:s}", "network", r->settings->network,
                   "batch", (int)r->subject->batch, "size", (int)r->subject->plan.layers[0].height,
                   "classes", (int)r->settings->classes, "precision",
                   train_subject_precision(r->subject), "seed", (json_int_t)r->settings->seed,
                   "warmup", (int)r->settings->warmup, "onednn", version);
}

octavo_status train_bench_report_json(const train_bench_results *r, const char *path,
                                      octavo_error *error) {
  const statistics_summary *m = &r->milliseconds;
  json_t *root = json_pack(
      "{s:s, s:s, s:o, s:I, s:{s:f, s:f, s:f, s:f}, s:{s:f, s:f, s:f}, s:f, s:f, s:f, s:I, s:I, "
      "s:o, s:o}",
      "tool", "octavo-train-bench", "version", octavo_version(), "settings", settings_json(r),
      "steps", (json_int_t)m->count, "milliseconds", "min", m->minimum, "p5", m->p5, "p50", m->p50,
      "p95", m->p95, "images_per_second", "p5", speed(r, m->p95), "p50", speed(r, m->p50), "p95",
      speed(r, m->p5), "create_ms", r->subject->create_ms, "first_step_ms", r->subject->first_ms,
      "last_loss", r->subject->loss, "idle_bytes", (json_int_t)r->subject->idle_bytes, "peak_bytes",
      (json_int_t)r->peak_bytes, "profile", profile_json(&r->subject->time), "conditions",
      stamp_json(&r->conditions));
  if (root == NULL)
    return octavo_error_memory(error, 1, "the JSON report");
  const octavo_status status = json_file_write(path, root, error);
  json_decref(root);
  return status;
}
