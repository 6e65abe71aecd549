#include "converter/conversion_steps.h"

#include "converter/calibrate/choices.h"
#include "converter/conversion_correct.h"
#include "converter/layer_names.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* Layers that --keep-float names may be float32 with --require-int8 too. */
static octavo_status check_given(const conversion *c, const bool *kept, octavo_error *error) {
  const graph *q = c->quantized;
  for (uint32_t n = 0; c->options->require_int8 && n < q->node_count; n++) {
    const graph_node *node = &q->nodes[n];
    uint32_t source = 0;
    const bool wanted = layer_find(c->network, "--keep-float", node->name, strlen(node->name),
                                   &source, NULL) == OCTAVO_OK &&
                        kept[source];
    if (node->op != OCTAVO_OP_DEQUANTIZE && !wanted &&
        q->tensors[node->outputs[0]].type == GRAPH_FLOAT32)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--require-int8: layer '%s' (%s) stays in float32, since the source "
                              "gives no scale for it, or weights that have no int8 form",
                              node->name, node->source_op);
  }
  return OCTAVO_OK;
}

static octavo_status quantize_source(conversion *c, bool *kept, layer_precision *precisions,
                                     octavo_error *error) {
  const graph *g = c->network;
  octavo_status status = layer_mark(g, "--keep-float", &c->options->keep_float, kept, error);
  for (uint32_t n = 0; n < g->node_count; n++)
    precisions[n] = kept[n] ? PRECISION_FLOAT : PRECISION_INT8;
  if (status == OCTAVO_OK)
    status = quantize_given(g, precisions, &c->quantized, &c->given, error);
  return status == OCTAVO_OK ? check_given(c, kept, error) : status;
}

/* Scales and weights are those of the source. */
static octavo_status take_given(conversion *c, octavo_error *error) {
  bool *kept = octavo_memory_alloc(c->network->node_count, sizeof *kept);
  layer_precision *precisions = octavo_memory_alloc(c->network->node_count, sizeof *precisions);
  octavo_status status =
      kept == NULL || precisions == NULL
          ? octavo_error_memory(error, c->network->node_count * sizeof *precisions, "precisions")
          : quantize_source(c, kept, precisions, error);
  octavo_memory_free(precisions);
  octavo_memory_free(kept);
  if (status == OCTAVO_OK)
    status = built_model_create(c->quantized, c->is_image ? &c->rule : NULL, &c->labels,
                                &c->int8_model, error);
  return status;
}

static octavo_status calibrate_ranges(conversion *c, octavo_error *error) {
  const convert_options *o = c->options;
  const calibration_job job = {.g = c->network,
                               .model = c->float_model.model,
                               .images = &c->calibration_images,
                               .calibrator = calibrator_find(calibrator_names[o->calibrator]),
                               .threads = c->threads,
                               .progress = c->progress,
                               .percentile = o->percentile,
                               .choices = c->choices,
                               .skip_stages = o->calib_report == NULL};
  const octavo_status status =
      calibrator_choices_read(c->network, &o->calibrator_for, c->choices, error);
  return status == OCTAVO_OK ? calibrate(&job, &c->ranges, error) : status;
}

/* What the options say about single layers. */
static octavo_status apply_options(conversion *c, bool *kept, octavo_error *error) {
  const graph *g = c->network;
  octavo_status status = layer_mark(g, "--keep-float", &c->options->keep_float, kept, error);
  quantize_choose_precisions(g, c->precisions);
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
    if (c->options->require_int8 && !quantize_has_int8_form(g, n))
      status = octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                                "--require-int8: layer '%s' (%s) has no int8 form",
                                g->nodes[n].name, g->nodes[n].source_op);
    else if (kept[n])
      c->precisions[n] = PRECISION_FLOAT;
  }
  return status;
}

static octavo_status choose_precisions(conversion *c, octavo_error *error) {
  const graph *g = c->network;
  c->precisions = octavo_memory_alloc(g->node_count, sizeof *c->precisions);
  c->choices = octavo_memory_alloc(g->tensor_count, sizeof *c->choices);
  bool *kept = octavo_memory_alloc(g->node_count, sizeof *kept);
  octavo_status status = OCTAVO_OK;
  if (c->precisions == NULL || c->choices == NULL || kept == NULL)
    status = octavo_error_memory(error, g->node_count * sizeof *c->precisions, "precisions");
  else if (c->options->mode == CONVERT_DYNAMIC)
    quantize_choose_dynamic(g, c->precisions);
  else if (c->options->plan != NULL)
    status = eager_plan_apply(&c->plan, g, c->precisions, c->choices, error);
  else
    status = apply_options(c, kept, error);
  octavo_memory_free(kept);
  return status;
}

static const graph *to_quantize(const conversion *c) {
  return c->corrected != NULL ? c->corrected : c->network;
}

static octavo_status search_precisions(conversion *c, octavo_error *error) {
  const precision_job job = {.g = to_quantize(c),
                             .corrects_bias = (c->corrections & CORRECT_BIAS) != 0,
                             .reference = c->float_model.model,
                             .ranges = c->ranges.ranges,
                             .rule = &c->rule,
                             .calibration = &c->inputs,
                             .test = &c->test_images,
                             .threads = c->threads,
                             .progress = c->progress};
  if (c->options->search)
    return front_measure(&job, c->precisions, &c->front, error);
  if (isnan(c->options->max_drop))
    return OCTAVO_OK;
  return max_drop_solve(&job, c->options->max_drop, c->precisions, &c->drop, error);
}

octavo_status conversion_quantize(conversion *c, octavo_error *error) {
  if (c->is_given)
    return take_given(c, error);
  octavo_status status = choose_precisions(c, error);
  if (status == OCTAVO_OK && conversion_calibrates(c))
    status = calibrate_ranges(c, error);
  if (status == OCTAVO_OK && conversion_calibrates(c))
    status = conversion_decide_rounding(c, error);
  if (status == OCTAVO_OK)
    status = search_precisions(c, error);
  if (status != OCTAVO_OK || c->options->search)
    return status;
  if (conversion_calibrates(c))
    status = conversion_correct_bias(c, error);
  if (status != OCTAVO_OK)
    return status;
  const quantize_settings settings = {.ranges = c->ranges.ranges, .precisions = c->precisions};
  status = quantize_graph(to_quantize(c), &settings, &c->quantized, error);
  if (status == OCTAVO_OK)
    status = built_model_create(c->quantized, c->is_image ? &c->rule : NULL, &c->labels,
                                &c->int8_model, error);
  return status;
}
