#include "converter/summary.h"

#include "common/table.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORST_LAYERS  5
#define LISTED_LAYERS 8

static const char *summary_check(const conversion *c) {
  if (c->quantized == NULL)
    return "engine agrees with the stored results";
  return c->bit_exact ? "engine and plain C reference agree to the last bit"
                      : "engine and plain C reference agree; float32 layers differ between CPUs in "
                        "their last bits";
}

static void print_model(const conversion *c, FILE *stream) {
  const built_model *result = conversion_result(c);
  octavo_model_info info = {0};
  octavo_model_describe(result->model, &info);
  const double ratio = (double)c->source_bytes / (double)result->size;
  fprintf(stream, "%s: %zu bytes, %.2f times %s %s (%llu bytes)\n", c->options->output,
          result->size, ratio >= 1.0 ? ratio : 1.0 / ratio,
          ratio >= 1.0 ? "smaller than" : "the size of", c->options->source,
          (unsigned long long)c->source_bytes);
  fprintf(stream,
          "%u operators; transposes left: %u, in the source: %u; weights %zu bytes; activations "
          "%llu bytes (no "
          "plan needs "
          "less than %llu)\n",
          octavo_model_operator_count(result->model), c->passes.transposes_left,
          c->passes.transposes_found, info.weight_bytes,
          (unsigned long long)result->plan.arena_bytes,
          (unsigned long long)result->plan.lower_bound);
  fprintf(stream, "self-check passed: %u test vector%s, %s\n", info.test_vectors,
          info.test_vectors == 1 ? "" : "s", summary_check(c));
}

static const char *const origins[RULE_SOURCES] = {
    [RULE_DEFAULT] = "by default",
    [RULE_NETWORK] = "from the network",
    [RULE_PRESET] = "from the preset",
    [RULE_OPTION] = "from the option",
};

static void print_numbers(const char *name, const float values[3], uint32_t count,
                          rule_source source, FILE *stream) {
  fprintf(stream, "%s ", name);
  for (uint32_t c = 0; c < count; c++)
    fprintf(stream, "%s%.4g", c == 0 ? "" : ",", (double)values[c]);
  fprintf(stream, " %s", origins[source]);
}

/* Where the preprocessing and the labels came from. */
static void print_rule(const conversion *c, FILE *stream) {
  const rule_sources sources = rule_sources_find(c->options, &c->network->metadata);
  if (c->is_image) {
    print_numbers("mean", c->rule.mean, c->rule.channels, sources.mean, stream);
    print_numbers(", std", c->rule.std, c->rule.channels, sources.std, stream);
    fputs("; ", stream);
  }
  if (c->labels.count == 0)
    fputs("no labels", stream);
  else
    fprintf(stream, "%u labels %s", c->labels.count, origins[sources.labels]);
  fputc('\n', stream);
}

static void print_calibration(const conversion *c, FILE *stream) {
  const image_sample *images = &c->calibration_images;
  fprintf(stream, "calibrated (%s) on %u of %u images", calibrator_names[c->options->calibrator],
          images->count, images->available);
  if (images->skipped > 0)
    fprintf(stream, ", %u left out as unreadable (%s)", images->skipped, images->reason.text);
  if (c->ranges.moved_tensor == GRAPH_NONE) {
    fputs(images->count < 4 ? "; too few to tell whether they were enough\n"
                            : "; they were enough: the last quarter moved no range\n",
          stream);
    return;
  }
  fprintf(stream,
          "; %s: the last quarter moved ranges by %.1f %% on average, at most %.1f %% (%s)\n",
          c->ranges.movement_worst <= CALIBRATION_ENOUGH
              ? "they were enough"
              : "more images would help (--calib-count, or a larger folder)",
          100.0 * (double)c->ranges.movement_mean, 100.0 * (double)c->ranges.movement_worst,
          c->network->tensors[c->ranges.moved_tensor].name);
}

static bool is_float_layer(const graph *g, const graph_node *node) {
  return !graph_is_conversion(node) && g->tensors[node->outputs[0]].type == GRAPH_FLOAT32;
}

/* What became of a network that was quantized already. */
static void print_given(const conversion *c, FILE *stream) {
  const graph *g = c->quantized;
  fprintf(
      stream,
      "quantized by the source: scales and weights kept, no calibration; %u of %u layers int8\n",
      c->given.int8_layers, c->given.int8_layers + c->given.float_layers);
  if (c->given.raised_weights > 0)
    fprintf(stream,
            "%llu weights of -128 became -127, the least that the kernels of all processors take\n",
            (unsigned long long)c->given.raised_weights);
  if (c->given.float_layers == 0)
    return;
  fputs("float32, as the source gives no scale for them, weights whose zero point is not 0, or "
        "scales so far apart that no kernel takes them:",
        stream);
  uint32_t listed = 0;
  for (uint32_t n = 0; n < g->node_count && listed < LISTED_LAYERS; n++)
    if (is_float_layer(g, &g->nodes[n]))
      fprintf(stream, "%s %s", listed++ == 0 ? "" : ",", g->nodes[n].name);
  fprintf(stream, "%s\n", c->given.float_layers > LISTED_LAYERS ? ", ..." : "");
}

static void print_corrections(const conversion *c, FILE *stream) {
  const struct {
    const char *name;
    const correction_report *report;
  } rows[] = {
      {"weights evened out", &c->equalized},
      {"weights rounded by their effect", &c->rounded},
      {"mean error taken off the bias", &c->bias_corrected},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].report->layers == 0)
      continue;
    fprintf(stream, "%s in %u layer%s", rows[i].name, rows[i].report->layers,
            rows[i].report->layers == 1 ? "" : "s");
    if (rows[i].report->images > 0)
      fprintf(stream, ", by %u images", rows[i].report->images);
    fputc('\n', stream);
  }
}

static void print_accuracy(const conversion *c, FILE *stream) {
  if (c->quality.layer_count > 0)
    fprintf(stream, "int8 and float32 agree on the class of %.2f %% of the calibration images\n",
            c->quality.agreement);
  if (c->test_images.count == 0)
    return;
  fprintf(stream, "accuracy on %u test images: float32 %.2f %%", c->test_images.count,
          (double)c->accuracy_float);
  if (c->quantized != NULL)
    fprintf(stream, ", int8 %.2f %% (%+.2f)", (double)c->accuracy_int8,
            (double)c->accuracy_int8 - (double)c->accuracy_float);
  if (c->test_images.skipped > 0)
    fprintf(stream, "; %u unreadable images left out", c->test_images.skipped);
  fputc('\n', stream);
}

/* A line of more names is no longer read; dynamic mode may leave most layers in float32. */
#define FLOAT_NAMES 12

/* Which layers compute in float32 although the rest is int8. */
static void print_float_layers(const conversion *c, bool verbose, FILE *stream) {
  const graph *g = c->network;
  uint32_t count = 0;
  for (uint32_t n = 0; n < g->node_count; n++)
    if (c->precisions[n] == PRECISION_FLOAT) {
      if (verbose || count < FLOAT_NAMES)
        fprintf(stream, "%s%s", count == 0 ? "in float32: " : ", ", g->nodes[n].name);
      count++;
    }
  if (!verbose && count > FLOAT_NAMES)
    fprintf(stream, ", and %u more, which --verbose tells", count - FLOAT_NAMES);
  if (count > 0)
    fprintf(stream, " (%u of %u layers)\n", count, g->node_count);
  if (!isnan(c->options->max_drop))
    fprintf(stream,
            "--max-drop %g: %u of %u layers that int8 harms had to stay in float32; %u models "
            "measured\n",
            c->options->max_drop, c->drop.kept, c->drop.candidates, c->drop.measured);
}

/* What a layer loses by itself; layers in float32 lose nothing and come last. */
static int compare_quality(const void *a, const void *b) {
  const layer_quality *const *x = a, *const *y = b;
  const double p = isnan((*x)->isolated_snr_db) ? INFINITY : (*x)->isolated_snr_db;
  const double q = isnan((*y)->isolated_snr_db) ? INFINITY : (*y)->isolated_snr_db;
  if (p != q)
    return p < q ? -1 : 1;
  return *x < *y ? -1 : *x > *y;
}

static void decibel_cell(table *t, double value) {
  if (isnan(value))
    table_cell(t, "-");
  else
    table_cell(t, "%.1f", value);
}

static octavo_status print_layers(const conversion *c, bool verbose, FILE *stream,
                                  octavo_error *error) {
  const layer_quality **layers = octavo_memory_alloc(c->quality.layer_count, sizeof *layers);
  if (layers == NULL)
    return octavo_error_memory(error, c->quality.layer_count * sizeof *layers, "the table");
  uint32_t count = 0;
  for (uint32_t i = 0; i < c->quality.layer_count; i++)
    if (c->quality.layers[i].compared)
      layers[count++] = &c->quality.layers[i];
  if (!verbose)
    qsort(layers, count, sizeof *layers, compare_quality);
  const uint32_t shown = verbose || count < WORST_LAYERS ? count : WORST_LAYERS;
  fprintf(stream,
          "\nSignal to noise of int8 against float32 in dB, %s: with this layer alone in int8, and "
          "with all before it too:\n\n",
          verbose ? "all layers in order" : "the worst layers");
  table *t = table_create("llrr", (const char *const[]){"layer", "operator", "alone", "all"});
  for (uint32_t i = 0; i < shown; i++) {
    table_cell(t, "%s", layers[i]->name);
    table_cell(t, "%s", layers[i]->kind);
    decibel_cell(t, layers[i]->isolated_snr_db);
    decibel_cell(t, layers[i]->snr_db);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  octavo_memory_free(layers);
  return status;
}

static octavo_status print_passes(const conversion *c, FILE *stream, octavo_error *error) {
  fputs("\nPasses over the network:\n\n", stream);
  table *t = table_create("lr", (const char *const[]){"pass", "changes"});
  for (uint32_t i = 0; i < c->passes.count; i++) {
    table_cell(t, "%s", c->passes.rows[i].name);
    table_cell(t, "%u", c->passes.rows[i].changes);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

static octavo_status print_ranges(const conversion *c, FILE *stream, octavo_error *error) {
  fputs("\nActivations:\n\n", stream);
  table *t = table_create(
      "lrrrrrr", (const char *const[]){"tensor", "min", "max", "from", "to", "scale", "zero"});
  const graph *g = c->quantized;
  for (uint32_t i = 0; i < g->tensor_count; i++) {
    const graph_tensor *q = &g->tensors[i];
    if (q->constant || q->type != GRAPH_INT8)
      continue;
    const value_range range = scale_to_range(
        (quantization_parameters){q->quantization.scale, q->quantization.zero_point});
    table_cell(t, "%s", q->name);
    const int32_t source = graph_find_tensor(c->network, q->name);
    const value_range *seen = source == GRAPH_NONE ? NULL : &c->ranges.seen[source];
    table_cell(t, "%.4g", seen == NULL ? (double)NAN : (double)seen->min);
    table_cell(t, "%.4g", seen == NULL ? (double)NAN : (double)seen->max);
    table_cell(t, "%.4g", (double)range.min);
    table_cell(t, "%.4g", (double)range.max);
    table_cell(t, "%.6g", (double)q->quantization.scale);
    table_cell(t, "%d", q->quantization.zero_point);
  }
  const octavo_status status = table_print(t, stream, error);
  table_free(t);
  return status;
}

octavo_status summary_print(const conversion *c, bool verbose, FILE *stream, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  print_model(c, stream);
  print_rule(c, stream);
  if (c->is_given && c->quantized != NULL)
    print_given(c, stream);
  else if (c->ranges.ranges != NULL)
    print_calibration(c, stream);
  print_corrections(c, stream);
  if (c->precisions != NULL)
    print_float_layers(c, verbose, stream);
  print_accuracy(c, stream);
  for (uint32_t i = 0; i < c->options->report.count; i++)
    fprintf(stream, "report: %s\n", c->options->report.values[i]);
  fprintf(stream, "took %.1f s\n", (double)c->nanoseconds * 1e-9);
  if (c->quality.layer_count > 0)
    status = print_layers(c, verbose, stream, error);
  if (status == OCTAVO_OK && verbose)
    status = print_passes(c, stream, error);
  if (status == OCTAVO_OK && verbose && c->ranges.ranges != NULL)
    status = print_ranges(c, stream, error);
  return status;
}
