/* What octavo-train leaves in a model's metadata: `octavo.mean` and `octavo.std`, "R,G,B" of pixels
 * scaled to [0, 1], and `octavo.labels`, the names of the classes, one a line. A rule that is wrong
 * is worse than none, so what cannot be right is refused. Other keys are others' business. */
#include "converter/onnx/import.h"

#include "common/utf8.h"
#include "runtime/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEAN   "octavo.mean"
#define STD    "octavo.std"
#define LABELS "octavo.labels"

#define WHAT_TO_DO "export the network again, or remove the entry and use options"

typedef struct metadata_reader {
  onnx_importer *importer;
  const char *key;
  uint32_t mean_count, std_count;
} metadata_reader;

static octavo_status refuse_numbers(const metadata_reader *r, const char *expected,
                                    const char *found) {
  const char *fault = utf8_name_fault(found, strlen(found));
  return octavo_error_set(r->importer->error, OCTAVO_ERROR_FORMAT,
                          "metadata '%s': expected 1 or 3 %s separated by commas, one for each "
                          "channel, found %s%.100s%s; " WHAT_TO_DO,
                          r->key, expected, fault == NULL ? "'" : "a text that ",
                          fault == NULL ? found : fault, fault == NULL ? "'" : "");
}

/* Reads up to 3 numbers that float32 can hold. False: it is something else. */
static bool parse_numbers(const char *text, float values[3], uint32_t *count) {
  for (*count = 0; *count < 3;) {
    char *end = NULL;
    const double number = strtod(text, &end);
    if (end == text || !(fabs(number) <= (double)FLT_MAX))
      return false;
    values[(*count)++] = (float)number;
    if (*end == '\0')
      return *count != 2;
    if (*end != ',')
      return false;
    text = end + 1;
  }
  return false;
}

static octavo_status read_mean(metadata_reader *r, const char *value) {
  float *mean = r->importer->graph->metadata.mean;
  return parse_numbers(value, mean, &r->mean_count) ? OCTAVO_OK
                                                    : refuse_numbers(r, "numbers", value);
}

static octavo_status read_std(metadata_reader *r, const char *value) {
  float *std = r->importer->graph->metadata.std;
  bool good = parse_numbers(value, std, &r->std_count);
  for (uint32_t c = 0; good && c < r->std_count; c++)
    good = std[c] > 0.0f;
  return good ? OCTAVO_OK : refuse_numbers(r, "numbers above 0", value);
}

static octavo_status check_label(const metadata_reader *r, const char *text, size_t length,
                                 uint32_t line) {
  octavo_error *error = r->importer->error;
  if (line > OCTAVO_FORMAT_MAX_LABELS)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "metadata '%s': expected at most %u lines, found more; " WHAT_TO_DO,
                            r->key, OCTAVO_FORMAT_MAX_LABELS);
  if (length > OCTAVO_FORMAT_MAX_NAME)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "metadata '%s', line %u: expected at most %u bytes, found "
                            "%zu; " WHAT_TO_DO,
                            r->key, line, OCTAVO_FORMAT_MAX_NAME, length);
  const char *fault = utf8_name_fault(text, length);
  if (fault != NULL)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "metadata '%s', line %u: expected the name of a class in UTF-8, found "
                            "one that %s; " WHAT_TO_DO,
                            r->key, line, fault);
  return OCTAVO_OK;
}

static octavo_status read_labels(metadata_reader *r, const char *value) {
  uint32_t line = 1;
  for (const char *at = value; *at != '\0'; line++) {
    const size_t length = strcspn(at, "\n");
    const octavo_status status = check_label(r, at, length, line);
    if (status != OCTAVO_OK)
      return status;
    at += length + (at[length] == '\n');
  }
  graph_metadata *metadata = &r->importer->graph->metadata;
  metadata->labels = octavo_memory_copy_string(value);
  return metadata->labels != NULL
             ? OCTAVO_OK
             : octavo_error_memory(r->importer->error, strlen(value), "the labels");
}

typedef struct metadata_key {
  const char *name;
  octavo_status (*read)(metadata_reader *r, const char *value);
} metadata_key;

static const metadata_key keys[] = {{MEAN, read_mean}, {STD, read_std}, {LABELS, read_labels}};

enum { KEYS = sizeof keys / sizeof keys[0] };

static octavo_status read_entry(metadata_reader *r, const Onnx__StringStringEntryProto *entry,
                                bool found[KEYS]) {
  for (size_t i = 0; entry->key != NULL && i < KEYS; i++) {
    if (strcmp(entry->key, keys[i].name) != 0)
      continue;
    r->key = keys[i].name;
    if (found[i])
      return octavo_error_set(r->importer->error, OCTAVO_ERROR_FORMAT,
                              "metadata '%s': expected one entry, found two; " WHAT_TO_DO, r->key);
    found[i] = true;
    return keys[i].read(r, entry->value == NULL ? "" : entry->value);
  }
  return OCTAVO_OK;
}

octavo_status importer_read_metadata(onnx_importer *importer) {
  const Onnx__ModelProto *model = importer->model;
  metadata_reader r = {.importer = importer};
  bool found[KEYS] = {false};
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < model->n_metadata_props && status == OCTAVO_OK; i++)
    status = read_entry(&r, model->metadata_props[i], found);
  if (status == OCTAVO_OK && r.mean_count != r.std_count)
    status = octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                              "metadata '" MEAN "' and '" STD "': expected both, with as many "
                              "numbers, or neither, found %u and %u; " WHAT_TO_DO,
                              r.mean_count, r.std_count);
  importer->graph->metadata.channels = r.mean_count;
  return status;
}
