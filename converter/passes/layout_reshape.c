#include "converter/passes/layout.h"

#include "converter/passes/pass.h"
#include "runtime/memory.h"

#include <string.h>

/* The next permutation of axes[1..rank), in lexical order; false after the last. */
static bool next_permutation(uint8_t *axes, uint32_t rank) {
  uint32_t i = rank - 1;
  while (i > 1 && axes[i - 1] >= axes[i])
    i--;
  if (i <= 1)
    return false;
  uint32_t k = rank - 1;
  while (axes[k] <= axes[i - 1])
    k--;
  uint8_t swap = axes[k];
  axes[k] = axes[i - 1];
  axes[i - 1] = swap;
  for (k = rank - 1; i < k; i++, k--) {
    swap = axes[i];
    axes[i] = axes[k];
    axes[k] = swap;
  }
  return true;
}

/* Looks for the permutation under which a tensor of that logical shape has its elements in that
 * order. Of several, NHWC is preferred for images; but [1, 1, 1, C] is taken for an image in NHWC
 * already. */
static bool find_axes(const graph_tensor *y, const int32_t *order, uint8_t *axes) {
  const bool from_nhwc = y->rank == 4 && y->shape[1] == 1 && y->shape[2] == 1 && y->shape[3] > 1;
  memcpy(axes, layout_nhwc, GRAPH_MAX_RANK);
  if (y->rank == 4 && !from_nhwc && layout_matches(4, y->shape, axes, order))
    return true;
  memcpy(axes, layout_identity, GRAPH_MAX_RANK);
  if (order == NULL)
    return true;
  if (y->rank > OCTAVO_MAX_RANK)
    return false;
  do
    if (layout_matches(y->rank, y->shape, axes, order))
      return true;
  while (next_permutation(axes, y->rank));
  return false;
}

/* It splits or joins axes that lie apart, as a channel shuffle does. */
static octavo_status move_elements(layout_table *table, uint32_t *node, int32_t x, int32_t y) {
  const bool image = table->graph->tensors[y].rank == 4;
  layout_set(table, y, image ? layout_nhwc : layout_identity, NULL);
  octavo_status status = layout_bring(table, node, x, y);
  if (status == OCTAVO_OK)
    graph_remove_node(table->graph, *node);
  return status;
}

octavo_status layout_reshape(layout_table *table, uint32_t *node) {
  graph *g = table->graph;
  const int32_t x = g->nodes[*node].inputs[0], y = g->nodes[*node].outputs[0];
  int32_t *order = NULL;
  if (!layout_is_plain(table, x)) {
    order = layout_make_order(table, x);
    if (order == NULL)
      return octavo_error_memory(table->error, graph_element_count(&g->tensors[x]) * 4, "a layout");
  }
  uint8_t axes[GRAPH_MAX_RANK];
  if (find_axes(&g->tensors[y], order, axes)) {
    octavo_memory_free(order);
    order = NULL;
  } else if (g->tensors[y].rank == 2) {
    memcpy(axes, layout_identity, sizeof axes);
  } else {
    octavo_memory_free(order);
    return move_elements(table, node, x, y);
  }
  layout_set(table, y, axes, order);
  return OCTAVO_OK;
}
