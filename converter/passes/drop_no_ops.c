#include "converter/passes/pass.h"

#include <math.h>
#include <string.h>

static bool same_shape(const graph_tensor *a, const graph_tensor *b) {
  return a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0;
}

static bool is_identity_permutation(const graph_node *node) {
  for (uint32_t i = 0; i < node->int_count; i++)
    if (node->ints[i] != (int64_t)i)
      return false;
  return true;
}

static bool pools_single_elements(const octavo_attributes_pool *pool) {
  return pool->kernel_height == 1 && pool->kernel_width == 1 && pool->stride_height == 1 &&
         pool->stride_width == 1 &&
         (pool->pad_top | pool->pad_left | pool->pad_bottom | pool->pad_right) == 0;
}

static bool pads_nothing(const octavo_attributes_pad *pad) {
  uint32_t any = 0;
  for (uint32_t i = 0; i < OCTAVO_MAX_RANK; i++)
    any |= pad->before[i] | pad->after[i];
  return any == 0;
}

static bool resizes_nothing(const octavo_attributes_resize *resize) {
  return resize->scale_height == 1.0f && resize->scale_width == 1.0f;
}

static bool clamps_nothing(const octavo_attributes_clamp *clamp) {
  return clamp->clamp_min == -INFINITY && clamp->clamp_max == INFINITY;
}

static bool is_no_op(const graph *g, const graph_node *node) {
  switch (node->op) {
  case GRAPH_OP_IDENTITY:
    return true;
  case GRAPH_OP_TRANSPOSE:
    return is_identity_permutation(node);
  case OCTAVO_OP_RESHAPE:
  case OCTAVO_OP_SLICE: /* of everything, then */
    return same_shape(&g->tensors[node->inputs[0]], &g->tensors[node->outputs[0]]);
  case OCTAVO_OP_CONCATENATION:
    return node->input_count == 1;
  case OCTAVO_OP_MAX_POOL:
  case OCTAVO_OP_AVERAGE_POOL:
    return pools_single_elements(&node->attributes.pool);
  case OCTAVO_OP_PAD:
    return pads_nothing(&node->attributes.pad);
  case OCTAVO_OP_RESIZE:
    return resizes_nothing(&node->attributes.resize) &&
           same_shape(&g->tensors[node->inputs[0]], &g->tensors[node->outputs[0]]);
  case OCTAVO_OP_CLIP:
    return clamps_nothing(&node->attributes.clamp);
  default:
    return false;
  }
}

/* A reshape behind another: what the first does is lost. */
static bool skip_reshape(graph *g, graph_node *node) {
  if (node->op != OCTAVO_OP_RESHAPE)
    return false;
  const int32_t producer = graph_producer(g, node->inputs[0]);
  if (!pass_is(g, producer, OCTAVO_OP_RESHAPE))
    return false;
  node->inputs[0] = g->nodes[producer].inputs[0];
  return true;
}

/* A slice of a slice that nobody else reads, as exporters write one for each axis. */
static bool join_slices(graph *g, graph_node *node) {
  if (node->op != OCTAVO_OP_SLICE || graph_use_count(g, node->inputs[0]) != 1)
    return false;
  const int32_t producer = graph_producer(g, node->inputs[0]);
  if (!pass_is(g, producer, OCTAVO_OP_SLICE))
    return false;
  const octavo_attributes_slice *first = &g->nodes[producer].attributes.slice;
  octavo_attributes_slice *second = &node->attributes.slice;
  const graph_tensor *y = &g->tensors[node->outputs[0]];
  for (uint32_t i = 0; i < y->rank; i++) {
    second->begin[i] = first->begin[i] + second->begin[i] * first->step[i];
    second->step[i] = y->shape[i] == 1 ? 1 : second->step[i] * first->step[i];
  }
  node->inputs[0] = g->nodes[producer].inputs[0];
  return true;
}

octavo_status pass_drop_no_ops(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++) {
    graph_node *node = &g->nodes[i];
    if (node->removed)
      continue;
    while (skip_reshape(g, node) || join_slices(g, node))
      ++*changes;
    if (!is_no_op(g, node))
      continue;
    pass_bypass(g, i);
    *changes += node->removed;
  }
  return OCTAVO_OK;
}
