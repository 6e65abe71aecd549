#include "run.h"

#include "common/sha256.h"

static void write_tensor(const octavo_tensor_info *info, const char *key, json_writer *json) {
  json_writer_object(json, key);
  json_writer_string(json, "name", info->name);
  json_writer_string(json, "type", run_type_name(info->type));
  json_writer_list(json, "shape");
  for (uint32_t i = 0; i < info->rank && i < OCTAVO_MAX_RANK; i++)
    json_writer_integer(json, NULL, info->shape[i]);
  json_writer_close(json);
  json_writer_real(json, "scale", (double)info->scale);
  json_writer_integer(json, "zero_point", info->zero_point);
  json_writer_close(json);
}

static void write_tensors(const octavo_model *model, json_writer *json) {
  octavo_tensor_info info;
  json_writer_list(json, "inputs");
  for (uint32_t i = 0; i < octavo_model_input_count(model); i++)
    if (octavo_model_input(model, i, &info) == OCTAVO_OK)
      write_tensor(&info, NULL, json);
  json_writer_close(json);
  json_writer_list(json, "outputs");
  for (uint32_t i = 0; i < octavo_model_output_count(model); i++)
    if (octavo_model_output(model, i, &info) == OCTAVO_OK)
      write_tensor(&info, NULL, json);
  json_writer_close(json);
}

static void write_labels(const octavo_model *model, json_writer *json) {
  json_writer_list(json, "labels");
  for (uint32_t i = 0; i < octavo_model_label_count(model); i++)
    json_writer_string(json, NULL, octavo_model_label(model, i));
  json_writer_close(json);
}

static void write_reals(const char *key, const float *values, uint32_t count, json_writer *json) {
  json_writer_list(json, key);
  for (uint32_t i = 0; i < count; i++)
    json_writer_real(json, NULL, (double)values[i]);
  json_writer_close(json);
}

static void write_preprocessing(const octavo_model *model, json_writer *json) {
  octavo_preprocessing rule;
  if (octavo_model_preprocessing(model, &rule) != OCTAVO_OK)
    return;
  json_writer_object(json, "preprocessing");
  json_writer_integer(json, "width", rule.width);
  json_writer_integer(json, "height", rule.height);
  json_writer_string(json, "resize",
                     rule.resize == OCTAVO_RESIZE_SHORT_SIDE ? "short side" : "stretch");
  json_writer_integer(json, "resize_width", rule.resize_width);
  json_writer_integer(json, "resize_height", rule.resize_height);
  json_writer_boolean(json, "bgr", rule.bgr);
  json_writer_integer(json, "channels", rule.channels);
  json_writer_real(json, "scale", (double)rule.scale);
  write_reals("mean", rule.mean, rule.channels, json);
  write_reals("std", rule.std, rule.channels, json);
  json_writer_close(json);
}

static void write_hash(const char *key, const uint8_t digest[32], json_writer *json) {
  char text[65];
  sha256_text(digest, text);
  json_writer_string(json, key, text);
}

static void write_description(const octavo_model *model, json_writer *json) {
  octavo_model_info info;
  if (octavo_model_describe(model, &info) != OCTAVO_OK)
    return;
  json_writer_unsigned(json, "file_bytes", info.file_size);
  json_writer_unsigned(json, "weight_bytes", info.weight_bytes);
  json_writer_unsigned(json, "arena_bytes", info.arena_bytes);
  json_writer_integer(json, "test_vectors", info.test_vectors);
  json_writer_object(json, "provenance");
  json_writer_string(json, "tool", info.tool);
  json_writer_string(json, "source", info.source);
  write_hash("source_sha256", info.source_sha256, json);
  json_writer_string(json, "mode", info.mode);
  json_writer_string(json, "calibrator", info.calibrator);
  json_writer_integer(json, "calibration_images", info.calibration_images);
  write_hash("calibration_sha256", info.calibration_sha256, json);
  json_writer_unsigned(json, "seed", info.seed);
  json_writer_real(json, "accuracy_source", (double)info.accuracy_source);
  json_writer_real(json, "accuracy_model", (double)info.accuracy_model);
  json_writer_integer(json, "accuracy_images", info.accuracy_images);
  json_writer_close(json);
}

static void write_operators(const octavo_model *model, json_writer *json) {
  json_writer_list(json, "operators");
  for (uint32_t i = 0; i < octavo_model_operator_count(model); i++) {
    octavo_operator_info op;
    if (octavo_model_operator(model, i, &op) != OCTAVO_OK)
      continue;
    json_writer_object(json, NULL);
    json_writer_string(json, "layer", op.name);
    json_writer_string(json, "operator", op.kind);
    write_tensor(&op.output, "output", json);
    json_writer_unsigned(json, "macs", op.macs);
    json_writer_unsigned(json, "weight_bytes", op.weight_bytes);
    json_writer_unsigned(json, "arena_offset", op.arena_offset);
    json_writer_close(json);
  }
  json_writer_close(json);
}

void run_info_json(const octavo_model *model, json_writer *json) {
  json_writer_object(json, "info");
  write_description(model, json);
  write_tensors(model, json);
  write_labels(model, json);
  write_preprocessing(model, json);
  write_operators(model, json);
  json_writer_close(json);
}
