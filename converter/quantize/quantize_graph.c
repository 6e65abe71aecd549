#include "converter/quantize/boundaries.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/error.h"
#include "runtime/memory.h"

/* Int8 layers get int8 constants, once the types of activations are set. */
static octavo_status quantize_layers(graph *g, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
    const scale_rule *rule = scale_rule_find(g->nodes[n].op);
    if (rule == NULL || g->tensors[g->nodes[n].outputs[0]].type != GRAPH_INT8)
      continue;
    if (rule->weighted)
      status = quantize_constants(g, n, error);
    else
      status = quantize_add_table(g, n, error);
  }
  return status;
}

static octavo_status quantize_dynamic_layers(graph *g, const layer_precision *precisions,
                                             octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++)
    if (precisions[n] == PRECISION_DYNAMIC)
      status = quantize_dynamic_constants(g, n, error);
  return status;
}

static octavo_status rewrite(graph *g, const layer_precision *precisions,
                             const quantization_parameters *parameters, octavo_error *error) {
  octavo_status status = quantize_dynamic_layers(g, precisions, error);
  if (status == OCTAVO_OK)
    status = boundaries_insert(g, precisions, parameters, error);
  if (status == OCTAVO_OK)
    status = quantize_layers(g, error);
  return status == OCTAVO_OK ? graph_compact(g, error) : status;
}

octavo_status quantize_graph(const graph *source, const quantize_settings *settings, graph **result,
                             octavo_error *error) {
  *result = NULL;
  layer_precision *chosen = octavo_memory_alloc(source->node_count, sizeof *chosen);
  quantization_parameters *parameters =
      octavo_memory_alloc(source->tensor_count, sizeof *parameters);
  const layer_precision *precisions = settings->precisions;
  graph *g = NULL;
  octavo_status status = OCTAVO_OK;
  if (chosen == NULL || parameters == NULL) {
    status = octavo_error_memory(error, source->tensor_count * sizeof *parameters, "the scales");
  } else {
    if (precisions == NULL) {
      quantize_choose_precisions(source, chosen);
      precisions = chosen;
    }
    if (settings->ranges != NULL)
      status =
          scales_assign(&(scale_problem){source, precisions, settings->ranges}, parameters, error);
  }
  if (status == OCTAVO_OK) {
    g = graph_copy(source, error);
    status = g == NULL ? OCTAVO_ERROR_MEMORY : rewrite(g, precisions, parameters, error);
  }
  if (status == OCTAVO_OK)
    *result = g;
  else
    graph_free(g);
  octavo_memory_free(parameters);
  octavo_memory_free(chosen);
  return status;
}
