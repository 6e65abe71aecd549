/* Where elements have to move while the network runs: a transpose between two reshapes. */
#include "converter/passes/layout.h"

#include "converter/passes/pass.h"
#include "runtime/memory.h"

#include <string.h>

/* An axis of a tensor of which elements lie `stride` apart in the tensor they come from. */
typedef struct moved_axis {
  int64_t length, stride;
} moved_axis;

/* Without the batch, innermost first. */
typedef struct movement {
  moved_axis axes[OCTAVO_MAX_RANK - 1];
  uint32_t count;
} movement;

/* Where in `from` each element of `to` lies; NULL: out of memory. */
static int32_t *find_sources(const layout_table *table, int32_t from, int32_t to) {
  const size_t count = (size_t)graph_element_count(&table->graph->tensors[from]);
  int32_t *have = layout_make_order(table, from), *want = layout_make_order(table, to);
  int32_t *places = octavo_memory_alloc(count, sizeof *places);
  const bool complete = have != NULL && want != NULL && places != NULL;
  for (size_t i = 0; complete && i < count; i++)
    places[have[i]] = (int32_t)i;
  for (size_t i = 0; complete && i < count; i++)
    want[i] = places[want[i]];
  octavo_memory_free(places);
  octavo_memory_free(have);
  if (complete)
    return want;
  octavo_memory_free(want);
  return NULL;
}

/* Reads sources as loops over axes, each as long as it goes on evenly; false if they are none. */
static bool find_axes(const int32_t *sources, int64_t count, movement *m) {
  *m = (movement){0};
  for (int64_t block = 1; block < count;) {
    moved_axis axis = {.length = 1, .stride = sources[block]};
    while (axis.length * block < count && sources[axis.length * block] == axis.length * axis.stride)
      axis.length++;
    if (axis.length < 2 || count % (axis.length * block) != 0 || m->count == OCTAVO_MAX_RANK - 1)
      return false;
    m->axes[m->count++] = axis;
    block *= axis.length;
  }
  for (int64_t i = 0; i < count; i++) {
    int64_t rest = i, from = 0;
    for (uint32_t k = 0; k < m->count; rest /= m->axes[k++].length)
      from += rest % m->axes[k].length * m->axes[k].stride;
    if (sources[i] != from)
      return false;
  }
  return true;
}

/* How many of the axes lie outside axis `k` in the tensor they come from. */
static uint32_t rank_of(const movement *m, uint32_t k) {
  uint32_t outside = 0;
  for (uint32_t i = 0; i < m->count; i++)
    outside += m->axes[i].stride > m->axes[k].stride;
  return outside;
}

/* The transpose, from a tensor of shape `from` to one of shape `to`, batch first. */
static octavo_attributes_transpose describe(const movement *m, int64_t *from, int64_t *to) {
  octavo_attributes_transpose attributes = {0};
  from[0] = to[0] = 1;
  for (uint32_t k = 0; k < m->count; k++) {
    const uint32_t target = m->count - k, source = 1 + rank_of(m, k);
    to[target] = from[source] = m->axes[k].length;
    attributes.axes[target] = source;
  }
  return attributes;
}

static bool has_shape(const graph_tensor *t, uint32_t rank, const int64_t *shape) {
  return t->rank == rank && memcmp(t->shape, shape, rank * sizeof *shape) == 0;
}

static octavo_status insert_reshape_into(layout_table *table, uint32_t *node, int32_t from,
                                         int32_t to) {
  uint32_t index = 0;
  octavo_status status =
      graph_insert_node(table->graph, *node, OCTAVO_OP_RESHAPE, table->graph->tensors[to].name,
                        "Reshape", &from, 1, &to, 1, &index, table->error);
  *node += status == OCTAVO_OK;
  return status;
}

static octavo_status insert_transpose(layout_table *table, uint32_t *node, const movement *m,
                                      int32_t from, int32_t to) {
  graph *g = table->graph;
  int64_t source[OCTAVO_MAX_RANK], target[OCTAVO_MAX_RANK];
  const octavo_attributes_transpose attributes = describe(m, source, target);
  const uint32_t rank = m->count + 1;
  int32_t before = from, behind = to;
  octavo_status status = OCTAVO_OK;
  if (!has_shape(&g->tensors[from], rank, source)) {
    status = pass_insert_reshape(g, *node, from, rank, source, &before, table->error);
    *node += status == OCTAVO_OK;
  }
  if (status == OCTAVO_OK && !has_shape(&g->tensors[to], rank, target))
    status = pass_add_like(g, to, rank, target, &behind, table->error);
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  graph_derive_name(g->tensors[from].name, "transpose", name);
  uint32_t index = 0;
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, *node, OCTAVO_OP_TRANSPOSE, name, "Transpose", &before, 1,
                               &behind, 1, &index, table->error);
  if (status != OCTAVO_OK)
    return status;
  g->nodes[index].attributes.transpose = attributes;
  ++*node;
  return behind == to ? OCTAVO_OK : insert_reshape_into(table, node, behind, to);
}

/* One transpose at most; *found tells whether that is enough, and if not nothing is done. */
static octavo_status bring_at_once(layout_table *table, uint32_t *node, int32_t from, int32_t to,
                                   bool *found) {
  const int64_t count = (int64_t)graph_element_count(&table->graph->tensors[from]);
  int32_t *sources = find_sources(table, from, to);
  if (sources == NULL)
    return octavo_error_memory(table->error, (uint64_t)count * sizeof *sources, "a layout");
  movement m;
  *found = find_axes(sources, count, &m);
  octavo_memory_free(sources);
  if (!*found)
    return OCTAVO_OK;
  const bool moves = m.count > 1;
  octavo_status status = moves ? insert_transpose(table, node, &m, from, to)
                               : insert_reshape_into(table, node, from, to);
  return status == OCTAVO_OK ? layout_table_grow(table) : status;
}

octavo_status layout_add_plain(layout_table *table, int32_t tensor, int32_t *plain) {
  graph *g = table->graph;
  const uint32_t rank = g->tensors[tensor].rank;
  int64_t shape[GRAPH_MAX_RANK];
  for (uint32_t i = 0; i < rank; i++)
    shape[i] = layout_dimension(table, tensor, i);
  octavo_status status = pass_add_like(g, tensor, rank, shape, plain, table->error);
  return status == OCTAVO_OK ? layout_table_grow(table) : status;
}

octavo_status layout_bring(layout_table *table, uint32_t *node, int32_t from, int32_t to) {
  const graph *g = table->graph;
  bool found = false;
  octavo_status status = bring_at_once(table, node, from, to, &found);
  if (status != OCTAVO_OK || found)
    return status;
  /* Axes that are cut anew, as of 6 x 4 to 4 x 6: by way of the source's order. */
  int32_t plain = GRAPH_NONE;
  status = layout_add_plain(table, from, &plain);
  if (status == OCTAVO_OK)
    status = bring_at_once(table, node, from, plain, &found);
  if (status == OCTAVO_OK && found)
    status = bring_at_once(table, node, plain, to, &found);
  if (status != OCTAVO_OK || found)
    return status;
  return pass_unsupported(g, *node < g->node_count ? *node : g->node_count - 1, table->error,
                          "the elements of '%.100s' would have to be moved about in a way that "
                          "is no transpose of at most %d axes, which is not supported",
                          g->tensors[from].name, OCTAVO_MAX_RANK);
}
