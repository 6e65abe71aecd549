/* Operators that name axes, or need their operands to lie alike. */
#include "converter/passes/layout.h"

#include "converter/passes/pass.h"
#include "runtime/memory.h"

#include <string.h>

octavo_status layout_elementwise(layout_table *table, uint32_t *node) {
  const graph_node *n = &table->graph->nodes[*node];
  return layout_set_same(table, n->outputs[0], n->inputs[0]);
}

/* Makes operands of flattened images, which no axes describe, lie as in the source. */
static octavo_status unflatten(layout_table *table, uint32_t *node, uint32_t operand) {
  const int32_t x = table->graph->nodes[*node].inputs[operand];
  return table->items[x].order == NULL ? OCTAVO_OK
                                       : layout_require(table, node, operand, layout_identity);
}

static bool in_one_order(const layout_table *table, const graph_node *n) {
  for (uint32_t i = 1; i < n->input_count; i++)
    if (!layout_same_order(table, n->inputs[0], n->inputs[i]))
      return false;
  return true;
}

/* Makes all operands lie as the first. */
static octavo_status align_operands(layout_table *table, uint32_t *node) {
  const graph *g = table->graph;
  if (table->items[g->nodes[*node].inputs[0]].order != NULL &&
      in_one_order(table, &g->nodes[*node]))
    return OCTAVO_OK;
  octavo_status status = unflatten(table, node, 0);
  const int32_t first = g->nodes[*node].inputs[0];
  for (uint32_t i = 1; i < g->nodes[*node].input_count && status == OCTAVO_OK; i++)
    status = layout_require(table, node, i, table->items[first].axes);
  return status;
}

static bool same_count(const graph *g, int32_t a, int32_t b) {
  return graph_element_count(&g->tensors[a]) == graph_element_count(&g->tensors[b]);
}

/* Makes the smaller operand, which is broadcast, lie as the larger; both as in the source if that
 * is a flattened image, unless they lie alike already. */
octavo_status layout_binary(layout_table *table, uint32_t *node) {
  const graph *g = table->graph;
  const int32_t *inputs = g->nodes[*node].inputs;
  const uint32_t small =
      graph_element_count(&g->tensors[inputs[0]]) < graph_element_count(&g->tensors[inputs[1]]) ? 0
                                                                                                : 1;
  const int32_t from = inputs[1 - small], other = inputs[small];
  octavo_status status = OCTAVO_OK;
  const bool alike = graph_element_count(&g->tensors[other]) == 1 ||
                     (same_count(g, from, other) && layout_same_order(table, from, other));
  if (table->items[from].order == NULL || !alike) {
    status = unflatten(table, node, 1 - small);
    const int32_t large = g->nodes[*node].inputs[1 - small];
    if (status == OCTAVO_OK)
      status = layout_require(table, node, small, table->items[large].axes);
  }
  const graph_node *n = &g->nodes[*node];
  return status == OCTAVO_OK ? layout_set_same(table, n->outputs[0], n->inputs[1 - small]) : status;
}

octavo_status layout_transpose(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  octavo_status status = unflatten(table, node, 0);
  if (status != OCTAVO_OK)
    return status;
  graph_node *n = &g->nodes[*node];
  const layout *from = &table->items[n->inputs[0]];
  /* The elements stay where they are; only what their axes are called changes. */
  uint8_t axes[GRAPH_MAX_RANK];
  memcpy(axes, layout_identity, sizeof axes);
  for (uint32_t i = 0; i < n->int_count; i++)
    for (uint32_t k = 0; k < n->int_count; k++)
      if (n->ints[k] == from->axes[i])
        axes[i] = (uint8_t)k;
  layout_set(table, n->outputs[0], axes, NULL);
  n->op = GRAPH_OP_IDENTITY;
  n->int_count = 0;
  return OCTAVO_OK;
}

/* Rows that are flattened images, one behind the other. */
static octavo_status join_orders(layout_table *table, const graph_node *n) {
  const graph *g = table->graph;
  const int32_t y = n->outputs[0];
  int32_t *joined =
      octavo_memory_alloc((size_t)graph_element_count(&g->tensors[y]), sizeof *joined);
  if (joined == NULL)
    return octavo_error_memory(table->error, graph_element_count(&g->tensors[y]) * 4, "a layout");
  int32_t done = 0;
  for (uint32_t i = 0; i < n->input_count; i++) {
    const int32_t count = (int32_t)graph_element_count(&g->tensors[n->inputs[i]]);
    const int32_t *order = table->items[n->inputs[i]].order;
    for (int32_t k = 0; k < count; k++)
      joined[done + k] = done + (order == NULL ? k : order[k]);
    done += count;
  }
  layout_set(table, y, layout_identity, joined);
  return OCTAVO_OK;
}

octavo_status layout_concatenation(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  const graph_node *n = &g->nodes[*node];
  bool ordered = false;
  for (uint32_t i = 0; i < n->input_count; i++)
    ordered = ordered || table->items[n->inputs[i]].order != NULL;
  if (ordered && g->tensors[n->outputs[0]].rank == 2)
    return join_orders(table, n);
  octavo_status status = align_operands(table, node);
  if (status != OCTAVO_OK)
    return status;
  graph_node *moved = &g->nodes[*node];
  octavo_attributes_axis *axis = &moved->attributes.axis;
  axis->axis = layout_physical_axis(table, moved->inputs[0], axis->axis);
  return layout_elementwise(table, node);
}

octavo_status layout_pad(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  octavo_status status = unflatten(table, node, 0);
  if (status != OCTAVO_OK)
    return status;
  graph_node *n = &g->nodes[*node];
  const layout *from = &table->items[n->inputs[0]];
  const octavo_attributes_pad pad = n->attributes.pad;
  for (uint32_t i = 0; i < g->tensors[n->inputs[0]].rank; i++) {
    n->attributes.pad.before[i] = pad.before[from->axes[i]];
    n->attributes.pad.after[i] = pad.after[from->axes[i]];
  }
  return layout_elementwise(table, node);
}

octavo_status layout_slice(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  octavo_status status = unflatten(table, node, 0);
  if (status != OCTAVO_OK)
    return status;
  graph_node *n = &g->nodes[*node];
  const layout *from = &table->items[n->inputs[0]];
  const octavo_attributes_slice slice = n->attributes.slice;
  for (uint32_t i = 0; i < g->tensors[n->inputs[0]].rank; i++) {
    n->attributes.slice.begin[i] = slice.begin[from->axes[i]];
    n->attributes.slice.step[i] = slice.step[from->axes[i]];
  }
  return layout_elementwise(table, node);
}

/* The axis that softmax runs over becomes the last; over a whole row it may lie in any order. */
octavo_status layout_softmax(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  if (g->tensors[g->nodes[*node].inputs[0]].rank == 2) {
    g->nodes[*node].int_count = 0;
    return layout_elementwise(table, node);
  }
  octavo_status status = unflatten(table, node, 0);
  if (status != OCTAVO_OK)
    return status;
  const int32_t x = g->nodes[*node].inputs[0];
  const uint32_t rank = g->tensors[x].rank;
  const uint8_t last = (uint8_t)g->nodes[*node].ints[0];
  uint8_t axes[GRAPH_MAX_RANK];
  memcpy(axes, layout_identity, sizeof axes);
  for (uint32_t i = 0, next = 0; i < rank; i++)
    if (table->items[x].axes[i] != last)
      axes[next++] = table->items[x].axes[i];
  axes[rank - 1] = last;
  status = layout_require(table, node, 0, axes);
  g->nodes[*node].int_count = 0;
  return status == OCTAVO_OK ? layout_elementwise(table, node) : status;
}

octavo_status layout_reduce_mean(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  octavo_status status = unflatten(table, node, 0);
  if (status != OCTAVO_OK)
    return status;
  graph_node *n = &g->nodes[*node];
  const int32_t x = n->inputs[0], y = n->outputs[0];
  const layout from = table->items[x];
  uint32_t reduced = 0;
  for (uint32_t i = 0; i < n->int_count; i++) {
    reduced |= 1u << n->ints[i];
    n->ints[i] = layout_physical_axis(table, x, (uint32_t)n->ints[i]);
  }
  if (n->flag) {
    layout_set(table, y, from.axes, NULL);
    return OCTAVO_OK;
  }
  /* Axes that stay are numbered anew. */
  uint8_t axes[GRAPH_MAX_RANK];
  memcpy(axes, layout_identity, sizeof axes);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < g->tensors[x].rank; i++) {
    uint8_t name = 0;
    for (uint32_t k = 0; k < from.axes[i]; k++)
      name = (uint8_t)(name + (reduced >> k & 1 ? 0 : 1));
    if ((reduced >> from.axes[i] & 1) == 0)
      axes[kept++] = name;
  }
  layout_set(table, y, axes, NULL);
  return OCTAVO_OK;
}

octavo_status layout_pool(layout_table *table, uint32_t *node) {
  octavo_status status = layout_require(table, node, 0, layout_nhwc);
  if (status == OCTAVO_OK)
    layout_set(table, table->graph->nodes[*node].outputs[0], layout_nhwc, NULL);
  return status;
}
