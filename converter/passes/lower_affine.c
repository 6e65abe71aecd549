#include "converter/passes/pass.h"

#include <math.h>

/* Inputs of another rank than 4 become images of one row for the convolution, and back. */
static octavo_status wrap(graph *g, uint32_t *node, octavo_error *error) {
  const int32_t x = g->nodes[*node].inputs[0], y = g->nodes[*node].outputs[0];
  const graph_tensor *t = &g->tensors[x];
  if (t->rank == 4)
    return OCTAVO_OK;
  const int64_t channels = t->shape[t->rank - 1];
  const int64_t image[4] = {1, 1, (int64_t)graph_element_count(t) / channels, channels};
  int32_t before = GRAPH_NONE, behind = GRAPH_NONE;
  uint32_t index = 0;
  octavo_status status = pass_insert_reshape(g, *node, x, 4, image, &before, error);
  if (status != OCTAVO_OK)
    return status;
  ++*node;
  status = graph_add_tensor(g, g->tensors[y].name, GRAPH_FLOAT32, 4, image, NULL, &behind, error);
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, *node + 1, OCTAVO_OP_RESHAPE, g->tensors[behind].name, "Reshape",
                               &behind, 1, &y, 1, &index, error);
  if (status != OCTAVO_OK)
    return status;
  g->nodes[*node].inputs[0] = before;
  g->nodes[*node].outputs[0] = behind;
  return OCTAVO_OK;
}

static octavo_status lower(graph *g, uint32_t node, octavo_error *error) {
  graph_node *n = &g->nodes[node];
  const int64_t channels = g->tensors[n->inputs[1]].shape[0];
  const int64_t shape[4] = {channels, 1, 1, 1};
  int32_t weights = GRAPH_NONE;
  octavo_status status = graph_add_tensor(g, n->name, GRAPH_FLOAT32, 4, shape,
                                          g->tensors[n->inputs[1]].data, &weights, error);
  if (status != OCTAVO_OK)
    return status;
  n->inputs[1] = weights;
  n->op = OCTAVO_OP_CONVOLUTION;
  n->attributes.convolution = (octavo_attributes_convolution){
      .kernel_height = 1,
      .kernel_width = 1,
      .stride_height = 1,
      .stride_width = 1,
      .dilation_height = 1,
      .dilation_width = 1,
      .groups = (uint32_t)channels,
      .clamp_min = -INFINITY,
      .clamp_max = INFINITY,
  };
  return OCTAVO_OK;
}

octavo_status pass_lower_affine(graph *g, uint32_t *changes, octavo_error *error) {
  for (uint32_t i = 0; i < g->node_count; i++) {
    if (!pass_is(g, (int32_t)i, GRAPH_OP_AFFINE))
      continue;
    octavo_status status = wrap(g, &i, error);
    if (status == OCTAVO_OK)
      status = lower(g, i, error);
    if (status != OCTAVO_OK)
      return status;
    ++*changes;
  }
  return OCTAVO_OK;
}
