#include "converter/passes/pass.h"

#include "runtime/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

octavo_status pass_unsupported(const graph *g, uint32_t node, octavo_error *error,
                               const char *format, ...) {
  char text[300];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED, "layer '%.150s' (%.40s): %s",
                          g->nodes[node].name, g->nodes[node].source_op, text);
}

octavo_status pass_add_floats(graph *g, const char *name, uint32_t rank, const int64_t *shape,
                              int32_t *index, float **data, octavo_error *error) {
  size_t count = 1;
  for (uint32_t i = 0; i < rank; i++)
    count *= (size_t)shape[i];
  void *zeros = octavo_memory_alloc(count + 1, sizeof(float));
  if (zeros == NULL)
    return octavo_error_memory(error, count * sizeof(float), name);
  const octavo_status status =
      graph_add_tensor(g, name, GRAPH_FLOAT32, rank, shape, zeros, index, error);
  octavo_memory_free(zeros);
  if (status == OCTAVO_OK)
    *data = g->tensors[*index].data;
  return status;
}

octavo_status pass_keep_integers(graph *g, int32_t from, int32_t to, octavo_error *error) {
  const graph_integers *integers = g->tensors[from].integers;
  if (integers == NULL || integers->values != NULL ||
      (integers->scale_count > 1 && integers->axis != 0))
    return OCTAVO_OK;
  return graph_set_integers(g, to, integers, error);
}

octavo_status pass_add_like(graph *g, int32_t like, uint32_t rank, const int64_t *shape,
                            int32_t *index, octavo_error *error) {
  const octavo_status status = graph_add_tensor(g, g->tensors[like].name, g->tensors[like].type,
                                                rank, shape, NULL, index, error);
  if (status != OCTAVO_OK)
    return status;
  const graph_quantization *from = &g->tensors[like].quantization;
  g->tensors[*index].quantization.scale = from->scale;
  g->tensors[*index].quantization.zero_point = from->zero_point;
  return OCTAVO_OK;
}

octavo_status pass_insert_reshape(graph *g, uint32_t position, int32_t input, uint32_t rank,
                                  const int64_t *shape, int32_t *output, octavo_error *error) {
  octavo_status status = pass_add_like(g, input, rank, shape, output, error);
  uint32_t index = 0;
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, position, OCTAVO_OP_RESHAPE, g->tensors[*output].name, "Reshape",
                               &input, 1, output, 1, &index, error);
  return status;
}

static bool contains(const int32_t *indices, uint32_t count, int32_t index) {
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] == index)
      return true;
  return false;
}

void pass_bypass(graph *g, uint32_t node) {
  const int32_t from = g->nodes[node].outputs[0], to = g->nodes[node].inputs[0];
  const bool model_output = contains(g->outputs, g->output_count, from);
  if (model_output &&
      (contains(g->inputs, g->input_count, to) || contains(g->outputs, g->output_count, to))) {
    g->nodes[node].op = OCTAVO_OP_RESHAPE;
    g->nodes[node].input_count = 1;
    memset(&g->nodes[node].attributes, 0, sizeof g->nodes[node].attributes);
    return;
  }
  graph_replace_uses(g, from, to);
  graph_remove_node(g, node);
}

bool pass_is(const graph *g, int32_t node, uint32_t op) {
  return node != GRAPH_NONE && !g->nodes[node].removed && g->nodes[node].op == op;
}

octavo_status pass_own_bias(graph *g, uint32_t node, float **bias, octavo_error *error) {
  graph_node *layer = &g->nodes[node];
  const int64_t outputs = g->tensors[layer->inputs[1]].shape[0];
  const int32_t old = layer->input_count > 2 ? layer->inputs[2] : GRAPH_NONE;
  int32_t index = GRAPH_NONE;
  octavo_status status = pass_add_floats(g, old == GRAPH_NONE ? layer->name : g->tensors[old].name,
                                         1, &outputs, &index, bias, error);
  if (status != OCTAVO_OK)
    return status;
  if (old != GRAPH_NONE) {
    memcpy(*bias, g->tensors[old].data, g->tensors[old].bytes);
    graph_swap_names(g, old, index);
  }
  int32_t *inputs = octavo_memory_resize(layer->inputs, 3, sizeof *inputs);
  if (inputs == NULL)
    return octavo_error_memory(error, 3 * sizeof *inputs, "a layer's operands");
  inputs[2] = index;
  layer->inputs = inputs;
  layer->input_count = 3;
  return OCTAVO_OK;
}

octavo_status pass_own_weights(graph *g, uint32_t node, float **weights, octavo_error *error) {
  const int32_t shared = g->nodes[node].inputs[1];
  const graph_tensor *old = &g->tensors[shared];
  int32_t index = GRAPH_NONE;
  const octavo_status status = graph_add_tensor(g, old->name, GRAPH_FLOAT32, old->rank, old->shape,
                                                old->data, &index, error);
  if (status != OCTAVO_OK)
    return status;
  graph_swap_names(g, shared, index);
  g->nodes[node].inputs[1] = index;
  *weights = g->tensors[index].data;
  return OCTAVO_OK;
}
