#include "eval_report.h"

#include "common/json_file.h"
#include "common/table.h"
#include "eval_confusion.h"
#include "platforms/platform.h"
#include "runtime/error.h"

#include <math.h>

static double size_ratio(const evaluation *e, const evaluation_row *row) {
  return (double)e->rows[0].model.info.file_size / (double)row->model.info.file_size;
}

static void percent_cell(table *t, double value) {
  if (isnan(value))
    table_cell(t, "-");
  else
    table_cell(t, "%.2f %%", value);
}

static octavo_status print_rows(const evaluation *e, FILE *stream, octavo_error *error) {
  table *t = table_create("llrrrrrrr",
                          (const char *const[]){"model", "mode", "accuracy", "agreement", "size",
                                                "compression", "median ms", "p95 ms", "images/s"});
  for (size_t i = 0; i < e->count; i++) {
    const evaluation_row *row = &e->rows[i];
    table_cell(t, "%s", row->model.path);
    table_cell(t, "%s", row->model.info.mode);
    percent_cell(t, evaluation_accuracy(row));
    percent_cell(t, evaluation_agreement(e, row));
    table_cell(t, "%.1f kB", (double)row->model.info.file_size / 1e3);
    table_cell(t, "%.2fx", size_ratio(e, row));
    table_cell(t, "%.4f", row->infer_summary.p50);
    table_cell(t, "%.4f", row->infer_summary.p95);
    table_cell(t, "%.1f", 1e3 / row->infer_summary.p50);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

octavo_status eval_report_print(const evaluation *e, const eval_settings *settings, FILE *stream,
                                octavo_error *error) {
  char text[256];
  fprintf(stream, "%u images from %s (%s); %s\n\n", e->images, settings->data,
          dataset_layout(e->set), eval_labels_describe(&e->rows[0].labels, text, sizeof text));
  octavo_status status = print_rows(e, stream, error);
  fprintf(stream,
          "\nPer image besides: decode %.3f ms, preprocess %.3f ms (medians); %u thread%s\n",
          e->decode_summary.p50, e->rows[0].preprocess_summary.p50,
          octavo_session_threads(e->rows[0].model.session),
          octavo_session_threads(e->rows[0].model.session) == 1 ? "" : "s");
  if (e->skipped > 0)
    fprintf(stream, "%u images could not be read and were left out; the first one: %s\n",
            e->skipped, e->first_skipped.text);
  for (size_t i = 0; status == OCTAVO_OK && settings->confusion && i < e->count; i++) {
    fprintf(stream, "\n");
    status = eval_confusion_print(&e->rows[i], e->set, stream, error);
  }
  return status;
}

/* JSON has no NaN. */
static json_t *real_or_null(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *row_json(const evaluation *e, const evaluation_row *row) {
  static const char *const matches[] = {"none", "name", "index"};
  json_t *root = json_pack(
      "{s:s, s:s, s:o, s:o, s:i, s:i, s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I}", "file",
      row->model.path, "mode", row->model.info.mode, "accuracy",
      real_or_null(evaluation_accuracy(row)), "agreement",
      real_or_null(evaluation_agreement(e, row)), "correct", (int)row->correct, "labelled",
      (int)row->labelled, "labels_matched_by", matches[row->labels.match], "bytes",
      (json_int_t)row->model.info.file_size, "ratio", size_ratio(e, row), "latency_ms",
      row->infer_summary.p50, "latency_p95_ms", row->infer_summary.p95, "latency_min_ms",
      row->infer_summary.minimum, "images_per_second", 1e3 / row->infer_summary.p50,
      "preprocess_ms", row->preprocess_summary.p50, "open_ms",
      row->model.open_ms + row->model.create_ms, "macs", (json_int_t)row->model.macs);
  if (row->confusion != NULL)
    json_object_set_new(root, "confusion", eval_confusion_json(row));
  return root;
}

octavo_status eval_report_json(const evaluation *e, const eval_settings *settings, const char *path,
                               octavo_error *error) {
  static const char *const splits[] = {"train", "test", "all"};
  json_t *models = json_array(), *classes = json_array();
  for (size_t i = 0; i < e->count; i++)
    json_array_append_new(models, row_json(e, &e->rows[i]));
  for (uint32_t i = 0; i < dataset_class_count(e->set); i++)
    json_array_append_new(classes, json_string(dataset_class_name(e->set, i)));
  platform_cpu cpu;
  platform_cpu_describe(&cpu);
  json_t *root = json_pack(
      "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:f, s:s, s:o, s:o}", "tool", "octavo-eval",
      "version", octavo_version(), "data", settings->data, "layout", dataset_layout(e->set),
      "split", splits[settings->split], "images", (int)e->images, "skipped", (int)e->skipped,
      "threads", (int)octavo_session_threads(e->rows[0].model.session), "decode_ms",
      e->decode_summary.p50, "cpu", cpu.name, "classes", classes, "models", models);
  if (root == NULL)
    return octavo_error_memory(error, 0, "the JSON report");
  const octavo_status status = json_file_write(path, root, error);
  json_decref(root);
  return status;
}
