#include "converter/passes/layout.h"

#include "converter/passes/pass.h"
#include "runtime/memory.h"

#include <string.h>

const uint8_t layout_identity[GRAPH_MAX_RANK] = {0, 1, 2, 3, 4, 5, 6, 7};
const uint8_t layout_nhwc[GRAPH_MAX_RANK] = {0, 2, 3, 1, 4, 5, 6, 7};

octavo_status layout_table_init(layout_table *table, graph *g, octavo_error *error) {
  *table = (layout_table){.graph = g, .error = error};
  return layout_table_grow(table);
}

void layout_table_clear(layout_table *table) {
  for (uint32_t i = 0; i < table->count; i++)
    octavo_memory_free(table->items[i].order);
  octavo_memory_free(table->items);
  *table = (layout_table){0};
}

octavo_status layout_table_grow(layout_table *table) {
  const uint32_t count = table->graph->tensor_count;
  if (count <= table->count)
    return OCTAVO_OK;
  layout *items = octavo_memory_resize(table->items, count, sizeof *items);
  if (items == NULL)
    return octavo_error_memory(table->error, count * sizeof *items, "a table of layouts");
  for (uint32_t i = table->count; i < count; i++) {
    items[i].order = NULL;
    memcpy(items[i].axes, layout_identity, sizeof items[i].axes);
  }
  table->items = items;
  table->count = count;
  return OCTAVO_OK;
}

void layout_set(layout_table *table, int32_t tensor, const uint8_t *axes, int32_t *order) {
  graph_tensor *t = &table->graph->tensors[tensor];
  layout *item = &table->items[tensor];
  int64_t logical[GRAPH_MAX_RANK];
  memcpy(logical, t->shape, sizeof logical);
  for (uint32_t i = 0; i < t->rank; i++)
    t->shape[i] = logical[axes[i]];
  memmove(item->axes, axes, sizeof item->axes);
  octavo_memory_free(item->order);
  item->order = order;
}

octavo_status layout_set_same(layout_table *table, int32_t tensor, int32_t as) {
  const layout *from = &table->items[as];
  int32_t *order = NULL;
  if (from->order != NULL) {
    const size_t count = (size_t)graph_element_count(&table->graph->tensors[as]);
    order = octavo_memory_alloc(count, sizeof *order);
    if (order == NULL)
      return octavo_error_memory(table->error, count * sizeof *order, "a layout");
    memcpy(order, from->order, count * sizeof *order);
  }
  layout_set(table, tensor, from->axes, order);
  return OCTAVO_OK;
}

uint32_t layout_physical_axis(const layout_table *table, int32_t tensor, uint32_t logical_axis) {
  uint32_t i = 0;
  while (table->items[tensor].axes[i] != logical_axis)
    i++;
  return i;
}

int64_t layout_dimension(const layout_table *table, int32_t tensor, uint32_t logical_axis) {
  return table->graph->tensors[tensor].shape[layout_physical_axis(table, tensor, logical_axis)];
}

/* Walks over the places of a tensor in physical order and tells the logical index of each. */
typedef struct walker {
  uint32_t rank;
  int64_t dims[GRAPH_MAX_RANK], steps[GRAPH_MAX_RANK], position[GRAPH_MAX_RANK];
  int64_t index, count;
} walker;

static walker walk(uint32_t rank, const int64_t *logical_shape, const uint8_t *axes) {
  walker w = {.rank = rank, .count = 1};
  int64_t strides[GRAPH_MAX_RANK];
  for (uint32_t i = rank; i-- > 0;) {
    strides[i] = w.count;
    w.count *= logical_shape[i];
  }
  for (uint32_t i = 0; i < rank; i++) {
    w.dims[i] = logical_shape[axes[i]];
    w.steps[i] = strides[axes[i]];
  }
  return w;
}

static void step(walker *w) {
  for (uint32_t i = w->rank; i-- > 0;) {
    w->index += w->steps[i];
    if (++w->position[i] < w->dims[i])
      return;
    w->index -= w->steps[i] * w->dims[i];
    w->position[i] = 0;
  }
}

static void logical_shape_of(const layout_table *table, int32_t tensor, int64_t *shape) {
  const graph_tensor *t = &table->graph->tensors[tensor];
  for (uint32_t i = 0; i < t->rank; i++)
    shape[table->items[tensor].axes[i]] = t->shape[i];
}

bool layout_matches(uint32_t rank, const int64_t *logical_shape, const uint8_t *axes,
                    const int32_t *order) {
  walker w = walk(rank, logical_shape, axes);
  for (int64_t i = 0; i < w.count; i++) {
    if (w.index != (order == NULL ? i : order[i]))
      return false;
    step(&w);
  }
  return true;
}

bool layout_is_plain(const layout_table *table, int32_t tensor) {
  const graph_tensor *t = &table->graph->tensors[tensor];
  const layout *item = &table->items[tensor];
  if (item->order != NULL)
    return false;
  /* Axes of one element may lie anywhere. */
  int last = -1;
  for (uint32_t i = 0; i < t->rank; i++) {
    if (t->shape[i] == 1)
      continue;
    if (item->axes[i] < last)
      return false;
    last = item->axes[i];
  }
  return true;
}

int32_t *layout_make_order(const layout_table *table, int32_t tensor) {
  const graph_tensor *t = &table->graph->tensors[tensor];
  const layout *item = &table->items[tensor];
  const size_t count = (size_t)graph_element_count(t);
  int32_t *order = octavo_memory_alloc(count, sizeof *order);
  if (order == NULL)
    return NULL;
  if (item->order != NULL) {
    memcpy(order, item->order, count * sizeof *order);
    return order;
  }
  int64_t shape[GRAPH_MAX_RANK];
  logical_shape_of(table, tensor, shape);
  walker w = walk(t->rank, shape, item->axes);
  for (size_t i = 0; i < count; i++) {
    order[i] = (int32_t)w.index;
    step(&w);
  }
  return order;
}

bool layout_same_order(const layout_table *table, int32_t a, int32_t b) {
  const layout *la = &table->items[a], *lb = &table->items[b];
  const size_t count = (size_t)graph_element_count(&table->graph->tensors[a]);
  if (la->order != NULL && lb->order != NULL)
    return memcmp(la->order, lb->order, count * sizeof *la->order) == 0;
  const int32_t with = la->order != NULL ? a : b, without = la->order != NULL ? b : a;
  int64_t shape[GRAPH_MAX_RANK];
  const uint32_t rank = table->graph->tensors[without].rank;
  logical_shape_of(table, without, shape);
  if (table->items[with].order != NULL)
    return layout_matches(rank, shape, table->items[without].axes, table->items[with].order);
  /* Two permutations: the same but for axes of one element. */
  uint8_t kept_a[GRAPH_MAX_RANK], kept_b[GRAPH_MAX_RANK];
  uint32_t count_a = 0, count_b = 0;
  for (uint32_t i = 0; i < rank; i++) {
    if (shape[la->axes[i]] != 1)
      kept_a[count_a++] = la->axes[i];
    if (shape[lb->axes[i]] != 1)
      kept_b[count_b++] = lb->axes[i];
  }
  return count_a == count_b && memcmp(kept_a, kept_b, count_a) == 0;
}
