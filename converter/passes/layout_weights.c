/* Operators whose constants move with the layout. */
#include "converter/passes/layout.h"

#include "converter/passes/pass.h"
#include "runtime/memory.h"

#include <string.h>

/* OIHW to OHWI. */
octavo_status layout_convolution(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  octavo_status status = layout_pool(table, node);
  if (status != OCTAVO_OK)
    return status;
  const int32_t old = g->nodes[*node].inputs[1];
  const int64_t *from = g->tensors[old].shape;
  const int64_t shape[4] = {from[0], from[2], from[3], from[1]};
  int32_t index = GRAPH_NONE;
  float *weights = NULL;
  status = pass_add_floats(g, g->tensors[old].name, 4, shape, &index, &weights, table->error);
  if (status != OCTAVO_OK)
    return status;
  const float *source = g->tensors[old].data;
  const int64_t inputs = shape[3], area = shape[1] * shape[2];
  for (int64_t o = 0; o < shape[0]; o++)
    for (int64_t i = 0; i < inputs; i++)
      for (int64_t k = 0; k < area; k++)
        weights[(o * area + k) * inputs + i] = source[(o * inputs + i) * area + k];
  status = pass_keep_integers(g, old, index, table->error);
  if (status != OCTAVO_OK)
    return status;
  graph_swap_names(g, old, index);
  g->nodes[*node].inputs[1] = index;
  return OCTAVO_OK;
}

/* A copy of a constant whose rows are in the order of a tensor's elements. */
static octavo_status reorder_rows(layout_table *table, int32_t constant, const int32_t *order,
                                  int32_t *index) {
  graph *g = table->graph;
  const graph_tensor *old = &g->tensors[constant];
  const int64_t columns = old->shape[old->rank - 1];
  const int64_t rows = columns == 0 ? 0 : (int64_t)graph_element_count(old) / columns;
  float *moved = NULL;
  octavo_status status =
      pass_add_floats(g, old->name, old->rank, old->shape, index, &moved, table->error);
  if (status != OCTAVO_OK)
    return status;
  const float *source = g->tensors[constant].data;
  for (int64_t r = 0; r < rows; r++)
    for (int64_t k = 0; k < columns; k++)
      moved[r * columns + k] = source[r * columns + order[k]];
  status = pass_keep_integers(g, constant, *index, table->error);
  graph_swap_names(g, constant, *index);
  return status;
}

octavo_status layout_fully_connected(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  const int32_t x = g->nodes[*node].inputs[0];
  layout_set(table, g->nodes[*node].outputs[0], layout_identity, NULL);
  if (layout_is_plain(table, x))
    return OCTAVO_OK;
  int32_t *order = layout_make_order(table, x);
  if (order == NULL)
    return octavo_error_memory(table->error, graph_element_count(&g->tensors[x]) * 4, "a layout");
  int32_t index = GRAPH_NONE;
  octavo_status status = reorder_rows(table, g->nodes[*node].inputs[1], order, &index);
  octavo_memory_free(order);
  if (status == OCTAVO_OK)
    g->nodes[*node].inputs[1] = index;
  return status;
}

octavo_status layout_batch_norm(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  const int32_t x = g->nodes[*node].inputs[0];
  const uint32_t rank = g->tensors[x].rank;
  const int32_t *order = table->items[x].order;
  for (uint32_t i = 1; i < 5 && order != NULL; i++) {
    int32_t index = GRAPH_NONE;
    octavo_status status = reorder_rows(table, g->nodes[*node].inputs[i], order, &index);
    if (status != OCTAVO_OK)
      return status;
    g->nodes[*node].inputs[i] = index;
  }
  if (order == NULL && table->items[x].axes[rank - 1] != 1) {
    uint8_t axes[GRAPH_MAX_RANK];
    memcpy(axes, layout_identity, sizeof axes);
    for (uint32_t i = 1; i + 1 < rank; i++)
      axes[i] = (uint8_t)(i + 1);
    axes[rank - 1] = 1;
    octavo_status status = layout_require(table, node, 0, axes);
    if (status != OCTAVO_OK)
      return status;
  }
  return layout_elementwise(table, node);
}

/* The constant, broadcast to the rank of `x`, with its axes moved like those of `x`. */
static octavo_status move_axes(layout_table *table, int32_t x, int32_t constant, int32_t *index) {
  graph *g = table->graph;
  const uint32_t rank = g->tensors[x].rank;
  const graph_tensor *old = &g->tensors[constant];
  int64_t logical[GRAPH_MAX_RANK], shape[GRAPH_MAX_RANK], strides[GRAPH_MAX_RANK];
  for (uint32_t i = 0; i < rank; i++)
    logical[i] = i < rank - old->rank ? 1 : old->shape[i - (rank - old->rank)];
  for (uint32_t i = 0; i < rank; i++)
    shape[i] = logical[table->items[x].axes[i]];
  int64_t stride = 1;
  for (uint32_t i = rank; i-- > 0; stride *= logical[i])
    strides[i] = stride;
  float *moved = NULL;
  octavo_status status = pass_add_floats(g, old->name, rank, shape, index, &moved, table->error);
  if (status != OCTAVO_OK)
    return status;
  const float *source = g->tensors[constant].data;
  const int64_t count = (int64_t)graph_element_count(&g->tensors[*index]);
  for (int64_t k = 0; k < count; k++) {
    int64_t rest = k, from = 0;
    for (uint32_t i = rank; i-- > 0; rest /= shape[i])
      from += rest % shape[i] * strides[table->items[x].axes[i]];
    moved[k] = source[from];
  }
  return OCTAVO_OK;
}

octavo_status layout_constant_operand(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  const int32_t x = g->nodes[*node].inputs[0], constant = g->nodes[*node].inputs[1];
  const graph_tensor *c = &g->tensors[constant];
  int32_t index = constant;
  octavo_status status = OCTAVO_OK;
  if (table->items[x].order == NULL)
    status = move_axes(table, x, constant, &index);
  else if (graph_element_count(c) > 1)
    status = reorder_rows(table, constant, table->items[x].order, &index);
  if (status != OCTAVO_OK)
    return status;
  g->nodes[*node].inputs[1] = index;
  return layout_elementwise(table, node);
}
