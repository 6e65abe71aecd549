#include "converter/report/report.h"

#include "common/atomic_file.h"
#include "common/json_file.h"
#include "converter/report/report_parts.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

static void write_head(html *h, const conversion *c) {
  const char *name = platform_path_name(c->options->source);
  /* The policy makes sure of what the page promises: it loads nothing. */
  html_raw(h, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
              "style-src 'unsafe-inline';script-src 'unsafe-inline';img-src data:\">"
              "<link rel=\"icon\" href=\"data:,\"><title>");
  html_text(h, name);
  html_raw(h, " in int8 – Octavo</title><style>");
  html_raw(h, report_style);
  html_raw(h, "</style></head>\n<body><main><h1><small>Octavo conversion report</small>");
  html_text(h, name);
  html_raw(h, "</h1>");
}

static octavo_status write_page(const conversion *c, const char *path, const uint32_t *order,
                                octavo_error *error) {
  html h = {0};
  write_head(&h, c);
  report_summary_section(&h, c);
  report_chart_section(&h, c, order);
  report_layer_section(&h, c, order);
  report_provenance_section(&h, c);
  html_raw(&h, "</main><script>");
  html_raw(&h, report_script);
  html_raw(&h, "</script></body></html>\n");
  const octavo_status status = h.failed ? octavo_error_memory(error, h.bytes.size, "the report")
                                        : atomic_file_save(path, h.bytes.data, h.bytes.size, error);
  html_free(&h);
  return status;
}

static octavo_status write_json(const conversion *c, const char *path, const uint32_t *order,
                                octavo_error *error) {
  json_t *root = report_json(c, order);
  if (root == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory for the report");
  const octavo_status status = json_file_write(path, root, error);
  json_decref(root);
  return status;
}

typedef struct report_format {
  const char *ending;
  octavo_status (*write)(const conversion *c, const char *path, const uint32_t *order,
                         octavo_error *error);
} report_format;

static const report_format formats[] = {
    {".html", write_page},
    {".htm", write_page},
    {".json", write_json},
};

static const report_format *find_format(const char *path) {
  const size_t length = strlen(path);
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    const size_t ending = strlen(formats[i].ending);
    if (length > ending && strcmp(path + length - ending, formats[i].ending) == 0)
      return &formats[i];
  }
  return NULL;
}

bool report_path_is_known(const char *path) {
  return find_format(path) != NULL;
}

octavo_status report_write(const conversion *c, const char *path, octavo_error *error) {
  const report_format *format = find_format(path);
  if (format == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--report: expected a name that ends in .html or .json, found "
                            "'%.200s'",
                            path);
  uint32_t *order = octavo_memory_alloc((size_t)c->layers.layer_count + 1, sizeof *order);
  if (order == NULL)
    return octavo_error_memory(error, c->layers.layer_count * sizeof *order, "the report");
  diagnosis_rank(&c->layers, order);
  const octavo_status status = format->write(c, path, order, error);
  octavo_memory_free(order);
  return status;
}
