#include "converter/eager/plan_file.h"
#include "runtime/error.h"

static octavo_status apply_layer(const eager_layer *layer, const graph *g, uint32_t node,
                                 layer_precision *precisions, const calibrator **choices,
                                 octavo_error *error) {
  if (layer->quantized && !quantize_has_int8_form(g, node))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "the plan has layer '%s' (%s) in a quantized region, but it has no "
                            "int8 form: end the region before it",
                            g->nodes[node].name, g->nodes[node].source_op);
  precisions[node] = layer->quantized ? PRECISION_INT8 : PRECISION_FLOAT;
  choices[g->nodes[node].outputs[0]] = layer->observer;
  return OCTAVO_OK;
}

octavo_status eager_plan_apply(const eager_plan *plan, const graph *g, layer_precision *precisions,
                               const calibrator **choices, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  /* A network whose layers only move values has a plan without lines. */
  const bool begins_quantized = plan->layer_count > 0 && plan->layers[0].quantized;
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
    const eager_layer *layer = eager_plan_find(plan, g->nodes[n].name);
    if (layer == NULL) {
      const int32_t producer = graph_producer(g, g->nodes[n].inputs[0]);
      const bool quantized =
          producer != GRAPH_NONE ? precisions[producer] == PRECISION_INT8 : begins_quantized;
      precisions[n] = quantized && quantize_has_int8_form(g, n) ? PRECISION_INT8 : PRECISION_FLOAT;
    } else {
      status = apply_layer(layer, g, n, precisions, choices, error);
    }
  }
  return status;
}
