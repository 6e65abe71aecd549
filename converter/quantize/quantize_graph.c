#include "converter/quantize/quantize.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>

static void set_tensor(graph_tensor *tensor, quantization_parameters parameters) {
  tensor->type = GRAPH_INT8;
  tensor->quantization.scale = parameters.scale;
  tensor->quantization.zero_point = parameters.zero_point;
}

static void set_activations(graph *g, const bool *float_nodes,
                            const quantization_parameters *parameters) {
  for (uint32_t i = 0; i < g->input_count; i++)
    set_tensor(&g->tensors[g->inputs[i]], parameters[g->inputs[i]]);
  for (uint32_t n = 0; n < g->node_count; n++)
    for (uint32_t i = 0; !float_nodes[n] && i < g->nodes[n].output_count; i++)
      set_tensor(&g->tensors[g->nodes[n].outputs[i]], parameters[g->nodes[n].outputs[i]]);
}

/* Puts a dequantize node before node `position`, whose first input is int8. */
static octavo_status insert_dequantize(graph *g, uint32_t position, octavo_error *error) {
  const int32_t input = g->nodes[position].inputs[0];
  const graph_tensor quantized = g->tensors[input];
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  snprintf(name, sizeof name, "%.1000s_dequantized", quantized.name);
  int32_t output = GRAPH_NONE;
  octavo_status status = graph_add_tensor(g, name, GRAPH_FLOAT32, quantized.rank, quantized.shape,
                                          NULL, &output, error);
  if (status != OCTAVO_OK)
    return status;
  g->nodes[position].inputs[0] = output;
  snprintf(name, sizeof name, "%.1000s_dequantize", g->nodes[position].name);
  uint32_t index = 0;
  return graph_insert_node(g, position, OCTAVO_OP_DEQUANTIZE, name, "DequantizeLinear", &input, 1,
                           &output, 1, &index, error);
}

static octavo_status rewrite(graph *g, const bool *float_nodes,
                             const quantization_parameters *parameters, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  set_activations(g, float_nodes, parameters);
  /* From the end, so that nodes put in do not shift those still to come. */
  for (uint32_t n = g->node_count; n-- > 0 && status == OCTAVO_OK;) {
    const scale_rule *rule = scale_rule_find(g->nodes[n].op);
    if (float_nodes[n] && g->tensors[g->nodes[n].inputs[0]].type == GRAPH_INT8)
      status = insert_dequantize(g, n, error);
    else if (!float_nodes[n] && rule->weighted)
      status = quantize_constants(g, n, error);
    else if (!float_nodes[n] && rule->source == SCALE_OF_SOFTMAX)
      status = quantize_add_exp_table(g, n, error);
    else if (!float_nodes[n] && g->nodes[n].op == OCTAVO_OP_UNARY)
      status = quantize_add_unary_table(g, n, error);
  }
  return status == OCTAVO_OK ? graph_compact(g, error) : status;
}

octavo_status quantize_graph(const graph *source, const value_range *ranges, graph **result,
                             octavo_error *error) {
  *result = NULL;
  bool *float_nodes = octavo_memory_alloc(source->node_count, sizeof *float_nodes);
  quantization_parameters *parameters =
      octavo_memory_alloc(source->tensor_count, sizeof *parameters);
  graph *g = NULL;
  octavo_status status = OCTAVO_OK;
  if (float_nodes == NULL || parameters == NULL) {
    status = octavo_error_memory(error, source->tensor_count * sizeof *parameters, "the scales");
  } else {
    quantize_find_float_tail(source, float_nodes);
    status = scales_assign(&(scale_problem){source, float_nodes, ranges}, parameters, error);
  }
  if (status == OCTAVO_OK) {
    g = graph_copy(source, error);
    status = g == NULL ? OCTAVO_ERROR_MEMORY : rewrite(g, float_nodes, parameters, error);
  }
  if (status == OCTAVO_OK)
    *result = g;
  else
    graph_free(g);
  octavo_memory_free(parameters);
  octavo_memory_free(float_nodes);
  return status;
}
