#include "common/json_file.h"
#include "common/sha256.h"
#include "converter/summary.h"
#include "runtime/error.h"

#include <math.h>

/* To six decimal places; numbers that JSON has no way to write become null. */
static json_t *real(double value) {
  return isfinite(value) ? json_real(nearbyint(value * 1e6) / 1e6) : json_null();
}

static json_t *hash_text(const uint8_t digest[32]) {
  char text[65];
  sha256_text(digest, text);
  return json_string(text);
}

static json_t *layers_list(const conversion *c) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < c->quality.layer_count; i++) {
    const layer_quality *layer = &c->quality.layers[i];
    if (layer->compared)
      json_array_append_new(list,
                            json_pack("{s:o, s:s, s:o, s:o}", "name", json_file_text(layer->name),
                                      "operator", layer->kind, "snr_db", real(layer->snr_db),
                                      "isolated_snr_db", real(layer->isolated_snr_db)));
  }
  return list;
}

static json_t *calibration_object(const conversion *c) {
  const image_sample *images = &c->calibration_images;
  return json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:b}", "calibrator",
                   calibrator_names[c->options->calibrator], "images", (json_int_t)images->count,
                   "skipped", (json_int_t)images->skipped, "available",
                   (json_int_t)images->available, "sha256", hash_text(images->sha256),
                   "movement_mean", real((double)c->ranges.movement_mean), "movement_worst",
                   real((double)c->ranges.movement_worst), "enough",
                   c->ranges.movement_worst <= CALIBRATION_ENOUGH);
}

static json_t *correction_object(const correction_report *report) {
  return json_pack("{s:I, s:I}", "layers", (json_int_t)report->layers, "images",
                   (json_int_t)report->images);
}

/* Those that were asked for, with the number of layers that each changed. */
static json_t *corrections_object(const conversion *c) {
  json_t *object = json_object();
  if ((c->corrections & CORRECT_EQUALIZE) != 0)
    json_object_set_new(object, "equalize", correction_object(&c->equalized));
  if ((c->corrections & CORRECT_ROUND) != 0)
    json_object_set_new(object, "round", correction_object(&c->rounded));
  if ((c->corrections & CORRECT_BIAS) != 0)
    json_object_set_new(object, "bias", correction_object(&c->bias_corrected));
  return object;
}

static json_t *numbers_list(const float *values, uint32_t count) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < count; i++)
    json_array_append_new(list, json_real((double)values[i]));
  return list;
}

/* Where the preprocessing and the labels came from. */
static void add_sources(const conversion *c, json_t *root) {
  const rule_sources sources = rule_sources_find(c->options, &c->network->metadata);
  if (c->is_image) {
    const char *mean = rule_source_names[sources.mean], *std = rule_source_names[sources.std];
    json_object_set_new(root, "mean", numbers_list(c->rule.mean, c->rule.channels));
    json_object_set_new(root, "mean_from", json_string(mean));
    json_object_set_new(root, "std", numbers_list(c->rule.std, c->rule.channels));
    json_object_set_new(root, "std_from", json_string(std));
  }
  json_object_set_new(root, "labels", json_integer((json_int_t)c->labels.count));
  json_object_set_new(root, "labels_from", json_string(rule_source_names[sources.labels]));
}

static json_t *float_layers_list(const conversion *c) {
  json_t *list = json_array();
  for (uint32_t n = 0; n < c->network->node_count; n++)
    if (c->precisions[n] == PRECISION_FLOAT)
      json_array_append_new(list, json_file_text(c->network->nodes[n].name));
  return list;
}

static json_t *front_object(const conversion *c) {
  const front *f = &c->front;
  static const char *const kinds[] = {
      [FRONT_KEPT] = "static", [FRONT_DYNAMIC] = "dynamic", [FRONT_FLOAT] = "float"};
  json_t *points = json_array(), *order = json_array();
  for (uint32_t p = 0; p < f->point_count; p++)
    json_array_append_new(
        points, json_pack("{s:s, s:I, s:o, s:o, s:I, s:b}", "kind", kinds[f->points[p].kind],
                          "float_layers", (json_int_t)f->points[p].kept, "accuracy",
                          real((double)f->points[p].accuracy), "milliseconds",
                          real(f->points[p].milliseconds), "bytes", (json_int_t)f->points[p].bytes,
                          "front", f->points[p].best));
  for (uint32_t i = 0; i < f->layer_count; i++)
    json_array_append_new(order, json_file_text(c->network->nodes[f->order[i]].name));
  return json_pack("{s:o, s:o}", "points", points, "order", order);
}

octavo_status summary_write_front(const conversion *c, const char *path, octavo_error *error) {
  json_t *root = front_object(c);
  if (root == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory for the summary");
  const octavo_status status = json_file_write(path, root, error);
  json_decref(root);
  return status;
}

octavo_status summary_write_json(const conversion *c, const char *path, octavo_error *error) {
  const built_model *result = conversion_result(c);
  const bool is_quantized = c->quantized != NULL;
  octavo_model_info info = {0};
  octavo_model_describe(result->model, &info);
  json_t *root =
      json_pack("{s:s, s:o, s:o, s:I, s:s, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I}", "tool",
                info.tool, "source", json_file_text(info.source), "source_sha256",
                hash_text(c->source_sha256), "source_bytes", (json_int_t)c->source_bytes, "mode",
                info.mode, "bytes", (json_int_t)result->size, "ratio",
                (double)c->source_bytes / (double)result->size, "weight_bytes",
                (json_int_t)info.weight_bytes, "arena_bytes", (json_int_t)result->plan.arena_bytes,
                "arena_lower_bound", (json_int_t)result->plan.lower_bound, "operators",
                (json_int_t)octavo_model_operator_count(result->model), "test_vectors",
                (json_int_t)info.test_vectors, "seed", (json_int_t)info.seed);
  if (root == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory for the summary");
  add_sources(c, root);
  json_object_set_new(root, "transposes_left", json_integer(c->passes.transposes_left));
  json_object_set_new(root, "accuracy_float", real((double)c->accuracy_float));
  json_object_set_new(root, "accuracy_model",
                      real((double)(is_quantized ? c->accuracy_int8 : c->accuracy_float)));
  json_object_set_new(root, "accuracy_images", json_integer((json_int_t)c->test_images.count));
  if (c->ranges.ranges != NULL)
    json_object_set_new(root, "calibration", calibration_object(c));
  if (is_quantized && c->is_given)
    json_object_set_new(root, "given",
                        json_pack("{s:I, s:I, s:I}", "int8_layers",
                                  (json_int_t)c->given.int8_layers, "float_layers",
                                  (json_int_t)c->given.float_layers, "raised_weights",
                                  (json_int_t)c->given.raised_weights));
  if (c->options->mode == CONVERT_STATIC && c->ranges.ranges != NULL) {
    json_object_set_new(
        root, "weights",
        json_string(c->options->weights == WEIGHTS_PER_TENSOR ? "per-tensor" : "per-channel"));
    json_object_set_new(root, "corrections", corrections_object(c));
  }
  if (c->precisions != NULL)
    json_object_set_new(root, "float_layers", float_layers_list(c));
  if (c->quality.layer_count > 0) {
    json_object_set_new(root, "agreement", real(c->quality.agreement));
    json_object_set_new(root, "layers", layers_list(c));
  }
  json_object_set_new(root, "seconds", real((double)c->nanoseconds * 1e-9));
  const octavo_status status = json_file_write(path, root, error);
  json_decref(root);
  return status;
}
