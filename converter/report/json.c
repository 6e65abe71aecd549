/* The report as data. */
#include "common/json_file.h"
#include "common/sha256.h"
#include "converter/report/report_parts.h"

#include <math.h>

/* Numbers that JSON has no way to write become null. */
static json_t *real(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *whole(uint64_t value) {
  return json_integer((json_int_t)value);
}

static json_t *range_list(value_range range) {
  return json_pack("[o,o]", real((double)range.min), real((double)range.max));
}

static json_t *histogram_object(const value_histogram *h) {
  json_t *bins = json_array();
  for (uint32_t i = 0; i < VALUE_HISTOGRAM_BINS; i++)
    json_array_append_new(bins, whole(h->bins[i]));
  return json_pack("{s:o, s:o, s:o, s:o}", "ends", range_list(h->ends), "count", whole(h->count),
                   "zeros", whole(h->zeros), "bins", bins);
}

static json_t *activations_object(const activation_statistics *a) {
  json_t *object =
      json_pack("{s:o, s:o, s:o, s:o}", "seen", range_list(a->seen), "channels", whole(a->channels),
                "dead_channels", whole(activation_statistics_dead(a)), "histogram",
                histogram_object(&a->histogram));
  if (a->quantized) {
    json_object_set_new(object, "range", range_list(a->chosen));
    json_object_set_new(object, "scale", real((double)a->scale));
    json_object_set_new(object, "clipped", whole(a->clipped));
    json_object_set_new(object, "clipped_share", real(activation_statistics_clipped_share(a)));
  }
  return object;
}

static json_t *weights_object(const weight_statistics *w) {
  return json_pack("{s:o, s:o, s:o, s:o, s:o}", "channels", whole(w->channels), "range",
                   range_list(w->range), "channel_spread", real(weight_statistics_spread(w)),
                   "dead_channels", whole(w->dead), "histogram", histogram_object(&w->histogram));
}

static json_t *hints_list(const conversion *c, uint32_t layer) {
  const hint_facts facts = report_facts(c);
  json_t *list = json_array();
  char text[HINT_BYTES];
  for (uint32_t i = 0; i < hints_layer_rules(); i++)
    if (hints_layer(&facts, layer, i, text))
      json_array_append_new(list, json_file_text(text));
  return list;
}

static json_t *layer_object(const conversion *c, uint32_t index, uint32_t rank) {
  const layer_diagnosis *layer = &c->layers.layers[index];
  json_t *object = json_pack("{s:o, s:s, s:o, s:o, s:b, s:o, s:o, s:o}", "name",
                             json_file_text(layer->info.name), "operator", layer->info.kind,
                             "index", whole(index), "rank", whole(rank), "float32", layer->is_float,
                             "isolated_snr_db", real(layer->isolated_snr_db), "snr_db",
                             real(layer->snr_db), "hints", hints_list(c, index));
  if (object == NULL)
    return NULL;
  const char *kernel = layer->time.kernel;
  json_object_set_new(object, "kernel", kernel == NULL ? json_null() : json_string(kernel));
  json_object_set_new(object, "nanoseconds", real(layer->time.nanoseconds));
  json_object_set_new(
      object, "nanoseconds_float",
      real(layer->float_time.kernel == NULL ? (double)NAN : layer->float_time.nanoseconds));
  json_object_set_new(object, "macs", whole(layer->info.macs));
  json_object_set_new(object, "weight_bytes", whole(layer->info.weight_bytes));
  json_object_set_new(object, "output_bytes", whole(layer->info.output.bytes));
  json_object_set_new(object, "arena_offset", whole(layer->info.arena_offset));
  if (layer->observed)
    json_object_set_new(object, "values", activations_object(&layer->activations));
  if (layer->weights.channels > 0)
    json_object_set_new(object, "weights", weights_object(&layer->weights));
  return object;
}

static json_t *general_hints(const conversion *c) {
  const hint_facts facts = report_facts(c);
  json_t *list = json_array();
  char text[HINT_BYTES];
  for (uint32_t i = 0; i < hints_general_rules(); i++)
    if (hints_general(&facts, i, text))
      json_array_append_new(list, json_file_text(text));
  return list;
}

static json_t *hash_text(const uint8_t digest[32]) {
  char text[65];
  sha256_text(digest, text);
  return json_string(text);
}

static void add_summary(const conversion *c, json_t *root) {
  const report_verdict verdict = report_verdict_of(c);
  const built_model *result = conversion_result(c);
  octavo_model_info info = {0};
  octavo_model_describe(result->model, &info);
  const struct {
    const char *key;
    json_t *value;
  } members[] = {
      {"tool", json_string(info.tool)},
      {"source", json_file_text(info.source)},
      {"source_sha256", hash_text(info.source_sha256)},
      {"mode", json_string(info.mode)},
      {"calibrator", json_string(info.calibrator)},
      {"calibration_images", whole(info.calibration_images)},
      {"calibration_sha256", hash_text(info.calibration_sha256)},
      {"seed", whole(info.seed)},
      {"verdict", json_string(verdict.headline)},
      {"reason", json_file_text(verdict.reason)},
      {"accuracy_float", real((double)c->accuracy_float)},
      {"accuracy_int8", real((double)c->accuracy_int8)},
      {"accuracy_images", whole(c->test_images.count)},
      {"agreement", real(c->quality.agreement)},
      {"bytes", whole(result->size)},
      {"source_bytes", whole(c->source_bytes)},
      {"ratio", real((double)c->source_bytes / (double)result->size)},
      {"arena_bytes", whole(result->plan.arena_bytes)},
      {"latency_float_ns", real(c->layers.latency_float)},
      {"latency_int8_ns", real(c->layers.latency_model)},
      {"hints", general_hints(c)},
  };
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
    json_object_set_new(root, members[i].key, members[i].value);
}

struct json_t *report_json(const conversion *c, const uint32_t *order) {
  json_t *root = json_object(), *layers = json_array();
  if (root == NULL || layers == NULL) {
    json_decref(root);
    json_decref(layers);
    return NULL;
  }
  add_summary(c, root);
  bool complete = true;
  for (uint32_t i = 0; i < c->layers.layer_count; i++)
    complete &= json_array_append_new(layers, layer_object(c, order[i], i)) == 0;
  complete &= json_object_set_new(root, "layers", layers) == 0;
  if (complete)
    return root;
  json_decref(root);
  return NULL;
}
