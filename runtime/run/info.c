#include "run.h"

#include "common/sha256.h"
#include "common/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const char *run_type_name(octavo_type type) {
  static const char *const names[] = {
      [OCTAVO_INT8] = "int8", [OCTAVO_FLOAT32] = "float32", [OCTAVO_INT32] = "int32"};
  const size_t index = (size_t)type;
  return index < sizeof names / sizeof names[0] && names[index] != NULL ? names[index] : "unknown";
}

void run_shape_text(const octavo_tensor_info *info, char text[80]) {
  text[0] = '\0';
  for (uint32_t i = 0; i < info->rank && i < OCTAVO_MAX_RANK; i++) {
    const size_t length = strlen(text);
    snprintf(text + length, 80 - length, "%s%" PRIu32, i == 0 ? "" : "×", info->shape[i]);
  }
}

/* A row of the table of facts. */
static void fact(table *t, const char *name) {
  table_cell(t, "%s", name);
}

static void add_hash(table *t, const char *name, const uint8_t digest[32]) {
  char text[65];
  sha256_text(digest, text);
  fact(t, name);
  table_cell(t, "%s", text);
}

static void add_tensor(table *t, const char *name, const octavo_tensor_info *info) {
  char shape[80];
  run_shape_text(info, shape);
  fact(t, name);
  if (info->type == OCTAVO_INT8)
    table_cell(t, "%s %s %s, scale %.9g, zero point %" PRId32, info->name,
               run_type_name(info->type), shape, (double)info->scale, info->zero_point);
  else
    table_cell(t, "%s %s %s", info->name, run_type_name(info->type), shape);
}

static void add_tensors(table *t, const octavo_model *model) {
  octavo_tensor_info info;
  for (uint32_t i = 0; i < octavo_model_input_count(model); i++)
    if (octavo_model_input(model, i, &info) == OCTAVO_OK)
      add_tensor(t, "Input", &info);
  for (uint32_t i = 0; i < octavo_model_output_count(model); i++)
    if (octavo_model_output(model, i, &info) == OCTAVO_OK)
      add_tensor(t, "Output", &info);
}

static void add_preprocessing(table *t, const octavo_model *model) {
  octavo_preprocessing rule;
  fact(t, "Preprocessing");
  if (octavo_model_preprocessing(model, &rule) != OCTAVO_OK) {
    table_cell(t, "none: the input is no image");
    return;
  }
  char resize[96];
  if (rule.resize == OCTAVO_RESIZE_SHORT_SIDE)
    snprintf(resize, sizeof resize, "short side to %" PRIu32, rule.resize_height);
  else
    snprintf(resize, sizeof resize, "to %" PRIu32 "×%" PRIu32, rule.resize_width,
             rule.resize_height);
  table_cell(t, "resize %s, crop %" PRIu32 "×%" PRIu32 ", %s", resize, rule.width, rule.height,
             rule.channels == 1 ? "luma"
             : rule.bgr         ? "BGR"
                                : "RGB");
  fact(t, "Values");
  if (rule.channels == 1)
    table_cell(t, "(pixel × %.6g − %.6g) / %.6g", (double)rule.scale, (double)rule.mean[0],
               (double)rule.std[0]);
  else
    table_cell(t, "(pixel × %.6g − [%.6g, %.6g, %.6g]) / [%.6g, %.6g, %.6g]", (double)rule.scale,
               (double)rule.mean[0], (double)rule.mean[1], (double)rule.mean[2],
               (double)rule.std[0], (double)rule.std[1], (double)rule.std[2]);
}

static void add_accuracy(table *t, const octavo_model_info *info) {
  fact(t, "Accuracy");
  if (info->accuracy_images == 0 || isnan(info->accuracy_model))
    table_cell(t, "not measured");
  else if (isnan(info->accuracy_source))
    table_cell(t, "%.2f %% of %" PRIu32 " images", (double)info->accuracy_model,
               info->accuracy_images);
  else
    table_cell(t, "%.2f %% (source network %.2f %%) of %" PRIu32 " images",
               (double)info->accuracy_model, (double)info->accuracy_source, info->accuracy_images);
}

static void add_provenance(table *t, const octavo_model_info *info) {
  fact(t, "Source");
  table_cell(t, "%s", info->source);
  add_hash(t, "Source SHA-256", info->source_sha256);
  fact(t, "Written by");
  table_cell(t, "%s", info->tool);
  fact(t, "Mode");
  table_cell(t, "%s", info->mode);
  if (info->calibration_images > 0) {
    fact(t, "Calibration");
    table_cell(t, "%s, %" PRIu32 " images, seed %" PRIu64, info->calibrator,
               info->calibration_images, info->seed);
    add_hash(t, "Images' SHA-256", info->calibration_sha256);
  }
  add_accuracy(t, info);
  fact(t, "Test vectors");
  table_cell(t, "%" PRIu32, info->test_vectors);
}

static octavo_status print_facts(const octavo_model *model, octavo_error *error) {
  static const char *const headings[] = {"Model", " "};
  octavo_model_info info;
  const octavo_status described = octavo_model_describe(model, &info);
  if (described != OCTAVO_OK)
    return described;
  table *t = table_create("ll", headings);
  fact(t, "File");
  table_cell(t, "%zu bytes", info.file_size);
  fact(t, "Weights");
  table_cell(t, "%zu bytes", info.weight_bytes);
  fact(t, "Activations");
  table_cell(t, "%zu bytes for batch 1", info.arena_bytes);
  add_tensors(t, model);
  fact(t, "Labels");
  table_cell(t, "%" PRIu32, octavo_model_label_count(model));
  add_preprocessing(t, model);
  add_provenance(t, &info);
  const octavo_status status = table_print(t, stdout, error);
  table_free(t);
  return status;
}

static void add_operator(table *t, uint32_t index, const octavo_operator_info *op) {
  char shape[80];
  run_shape_text(&op->output, shape);
  table_cell(t, "%" PRIu32, index);
  table_cell(t, "%s", op->name);
  table_cell(t, "%s", op->kind);
  table_cell(t, "%s", run_type_name(op->output.type));
  table_cell(t, "%s", shape);
  table_cell(t, "%" PRIu64, op->macs);
  table_cell(t, "%zu", op->weight_bytes);
  table_cell(t, "%" PRIu64, op->arena_offset);
  table_cell(t, "%" PRIu64, op->arena_offset + op->output.bytes);
}

static octavo_status print_operators(const octavo_model *model, octavo_error *error) {
  static const char *const headings[] = {"#",    "Layer",      "Operator",   "Type", "Output",
                                         "MACs", "Weights, B", "Arena from", "to"};
  table *t = table_create("rllllrrrr", headings);
  uint64_t macs = 0;
  uint64_t weights = 0;
  for (uint32_t i = 0; i < octavo_model_operator_count(model); i++) {
    octavo_operator_info op;
    if (octavo_model_operator(model, i, &op) != OCTAVO_OK)
      continue;
    add_operator(t, i, &op);
    macs += op.macs;
    weights += op.weight_bytes;
  }
  static const char *const blanks[] = {" ", "all", " ", " ", " "};
  for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
    table_cell(t, "%s", blanks[i]);
  table_cell(t, "%" PRIu64, macs);
  table_cell(t, "%" PRIu64, weights);
  const octavo_status status = table_print(t, stdout, error);
  table_free(t);
  return status;
}

octavo_status run_info_print(const octavo_model *model, octavo_error *error) {
  const octavo_status status = print_facts(model, error);
  if (status != OCTAVO_OK)
    return status;
  putchar('\n');
  return print_operators(model, error);
}
