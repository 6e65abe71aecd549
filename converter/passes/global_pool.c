#include "converter/passes/pass.h"

#include <string.h>

static void become_global_pool(graph *g, uint32_t node) {
  g->nodes[node].op = OCTAVO_OP_GLOBAL_AVERAGE_POOL;
  g->nodes[node].int_count = 0;
  memset(&g->nodes[node].attributes, 0, sizeof g->nodes[node].attributes);
}

static bool covers_image(const graph *g, const graph_node *node) {
  const int64_t *x = g->tensors[node->inputs[0]].shape, *y = g->tensors[node->outputs[0]].shape;
  const octavo_attributes_pool *pool = &node->attributes.pool;
  return (int64_t)pool->kernel_height == x[1] && (int64_t)pool->kernel_width == x[2] && y[1] == 1 &&
         y[2] == 1 && (pool->pad_top | pool->pad_left | pool->pad_bottom | pool->pad_right) == 0;
}

static bool averages_pixels(uint32_t rank, uint32_t axes) {
  return rank >= 3 && axes == (1u << (rank - 1)) - 2u;
}

static uint32_t axes_of(const graph_node *node) {
  uint32_t axes = 0;
  for (uint32_t i = 0; i < node->int_count; i++)
    axes |= 1u << node->ints[i];
  return axes;
}

/* A mean over any axes, which the runtime's keeps, and a reshape if they are to go. */
static octavo_status become_mean(graph *g, uint32_t node, octavo_error *error) {
  const int32_t x = g->nodes[node].inputs[0], y = g->nodes[node].outputs[0];
  const uint32_t rank = g->tensors[x].rank, axes = axes_of(&g->nodes[node]);
  g->nodes[node].op = OCTAVO_OP_MEAN;
  g->nodes[node].int_count = 0;
  g->nodes[node].attributes.mean = (octavo_attributes_mean){.axes = axes};
  if (g->tensors[y].rank == rank)
    return OCTAVO_OK;
  int64_t shape[GRAPH_MAX_RANK];
  for (uint32_t i = 0; i < rank; i++)
    shape[i] = (axes >> i & 1) != 0 ? 1 : g->tensors[x].shape[i];
  int32_t kept = GRAPH_NONE;
  uint32_t index = 0;
  octavo_status status =
      graph_add_tensor(g, g->tensors[y].name, GRAPH_FLOAT32, rank, shape, NULL, &kept, error);
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, node + 1, OCTAVO_OP_RESHAPE, g->tensors[kept].name, "Reshape",
                               &kept, 1, &y, 1, &index, error);
  if (status == OCTAVO_OK)
    g->nodes[node].outputs[0] = kept;
  return status;
}

/* All axes but batch and channels, whose image is then rows of one pixel each. */
static octavo_status lower_pixels(graph *g, uint32_t *node, octavo_error *error) {
  const int32_t x = g->nodes[*node].inputs[0];
  const uint32_t rank = g->tensors[x].rank;
  if (rank == 4) {
    become_global_pool(g, *node);
    return OCTAVO_OK;
  }
  const int64_t channels = g->tensors[x].shape[rank - 1];
  const int64_t image[4] = {1, (int64_t)graph_element_count(&g->tensors[x]) / channels, 1,
                            channels};
  int32_t reshaped = GRAPH_NONE;
  octavo_status status = pass_insert_reshape(g, *node, x, 4, image, &reshaped, error);
  if (status != OCTAVO_OK)
    return status;
  ++*node;
  g->nodes[*node].inputs[0] = reshaped;
  become_global_pool(g, *node);
  return OCTAVO_OK;
}

/* Results that are neither NC nor N11C get a reshape behind the pool. */
static octavo_status fix_result(graph *g, uint32_t node, octavo_error *error) {
  const int32_t y = g->nodes[node].outputs[0];
  const uint32_t rank = g->tensors[y].rank;
  if (rank == 2 || rank == 4)
    return OCTAVO_OK;
  const int64_t shape[2] = {1, g->tensors[y].shape[rank - 1]};
  int32_t flat = GRAPH_NONE;
  uint32_t index = 0;
  octavo_status status =
      graph_add_tensor(g, g->tensors[y].name, GRAPH_FLOAT32, 2, shape, NULL, &flat, error);
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, node + 1, OCTAVO_OP_RESHAPE, g->tensors[flat].name, "Reshape",
                               &flat, 1, &y, 1, &index, error);
  if (status == OCTAVO_OK)
    g->nodes[node].outputs[0] = flat;
  return status;
}

static octavo_status lower_mean(graph *g, uint32_t *node, octavo_error *error) {
  const graph_node *n = &g->nodes[*node];
  if (!averages_pixels(g->tensors[n->inputs[0]].rank, axes_of(n)))
    return become_mean(g, *node, error);
  octavo_status status = lower_pixels(g, node, error);
  return status == OCTAVO_OK ? fix_result(g, *node, error) : status;
}

/* A pool whose [1, 1, 1, C] is read only by a reshape to [1, C] can give that itself. */
static bool take_over_reshape(graph *g, uint32_t node) {
  const int32_t y = g->nodes[node].outputs[0];
  const int32_t consumer = graph_only_consumer(g, y);
  if (g->tensors[y].rank != 4 || !pass_is(g, consumer, OCTAVO_OP_RESHAPE) ||
      g->tensors[g->nodes[consumer].outputs[0]].rank != 2)
    return false;
  g->nodes[node].outputs[0] = g->nodes[consumer].outputs[0];
  graph_remove_node(g, (uint32_t)consumer);
  return true;
}

octavo_status pass_global_pool(graph *g, uint32_t *changes, octavo_error *error) {
  for (uint32_t i = 0; i < g->node_count; i++) {
    octavo_status status = OCTAVO_OK;
    if (pass_is(g, (int32_t)i, GRAPH_OP_REDUCE_MEAN)) {
      status = lower_mean(g, &i, error);
      ++*changes;
    } else if (pass_is(g, (int32_t)i, OCTAVO_OP_AVERAGE_POOL) && covers_image(g, &g->nodes[i])) {
      become_global_pool(g, i);
      ++*changes;
    }
    if (status != OCTAVO_OK)
      return status;
    if (pass_is(g, (int32_t)i, OCTAVO_OP_GLOBAL_AVERAGE_POOL))
      *changes += take_over_reshape(g, i);
  }
  return OCTAVO_OK;
}
