#include "converter/passes/pass.h"

#include <math.h>
#include <string.h>

/* Weights I, O to O, I. */
static octavo_status transpose_weights(graph *g, uint32_t node, octavo_error *error) {
  const int32_t old = g->nodes[node].inputs[1];
  const int64_t inputs = g->tensors[old].shape[0], outputs = g->tensors[old].shape[1];
  const int64_t shape[2] = {outputs, inputs};
  int32_t index = GRAPH_NONE;
  float *weights = NULL;
  octavo_status status =
      pass_add_floats(g, g->tensors[old].name, 2, shape, &index, &weights, error);
  if (status != OCTAVO_OK)
    return status;
  const float *from = g->tensors[old].data;
  for (int64_t o = 0; o < outputs; o++)
    for (int64_t i = 0; i < inputs; i++)
      weights[o * inputs + i] = from[i * outputs + o];
  status = graph_set_integers(g, index, g->tensors[old].integers, error);
  if (status != OCTAVO_OK)
    return status;
  if (g->tensors[index].integers != NULL)
    g->tensors[index].integers->axis = 1 - g->tensors[index].integers->axis;
  graph_swap_names(g, old, index);
  g->nodes[node].inputs[1] = index;
  return OCTAVO_OK;
}

/* A fully connected layer gives [1, O]: a reshape behind it restores any other rank. */
static octavo_status flatten_result(graph *g, uint32_t node, octavo_error *error) {
  const int32_t result = g->nodes[node].outputs[0];
  const graph_tensor *y = &g->tensors[result];
  if (y->rank == 2)
    return OCTAVO_OK;
  const int64_t shape[2] = {1, y->shape[y->rank - 1]};
  int32_t flat = GRAPH_NONE;
  uint32_t index = 0;
  octavo_status status = graph_add_tensor(g, y->name, GRAPH_FLOAT32, 2, shape, NULL, &flat, error);
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, node + 1, OCTAVO_OP_RESHAPE, g->nodes[node].name, "Reshape",
                               &flat, 1, &result, 1, &index, error);
  if (status == OCTAVO_OK)
    g->nodes[node].outputs[0] = flat;
  return status;
}

octavo_status pass_lower_matmul(graph *g, uint32_t *changes, octavo_error *error) {
  for (uint32_t i = 0; i < g->node_count; i++) {
    if (!pass_is(g, (int32_t)i, GRAPH_OP_MATMUL))
      continue;
    octavo_status status = transpose_weights(g, i, error);
    if (status == OCTAVO_OK)
      status = flatten_result(g, i, error);
    if (status != OCTAVO_OK)
      return status;
    g->nodes[i].op = OCTAVO_OP_FULLY_CONNECTED;
    g->nodes[i].attributes.clamp =
        (octavo_attributes_clamp){.clamp_min = -INFINITY, .clamp_max = INFINITY};
    ++*changes;
  }
  return OCTAVO_OK;
}
