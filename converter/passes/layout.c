#include "converter/passes/layout.h"

#include "converter/passes/pass.h"

#include <string.h>

typedef struct rule {
  uint32_t op;
  layout_function apply;
} rule;

static const rule rules[] = {
    {OCTAVO_OP_CONVOLUTION, layout_convolution},
    {OCTAVO_OP_FULLY_CONNECTED, layout_fully_connected},
    {OCTAVO_OP_ADD, layout_binary},
    {OCTAVO_OP_MAX_POOL, layout_pool},
    {OCTAVO_OP_AVERAGE_POOL, layout_pool},
    {OCTAVO_OP_GLOBAL_AVERAGE_POOL, layout_pool},
    {OCTAVO_OP_CLIP, layout_elementwise},
    {OCTAVO_OP_SOFTMAX, layout_softmax},
    {OCTAVO_OP_CONCATENATION, layout_concatenation},
    {OCTAVO_OP_RESHAPE, layout_reshape},
    {OCTAVO_OP_PAD, layout_pad},
    {OCTAVO_OP_SLICE, layout_slice},
    {OCTAVO_OP_RESIZE, layout_pool},
    {OCTAVO_OP_QUANTIZE, layout_elementwise},
    {OCTAVO_OP_DEQUANTIZE, layout_elementwise},
    {OCTAVO_OP_UNARY, layout_elementwise},
    {OCTAVO_OP_MULTIPLY, layout_binary},
    {OCTAVO_OP_SUBTRACT, layout_binary},
    {GRAPH_OP_BATCH_NORM, layout_batch_norm},
    {GRAPH_OP_IDENTITY, layout_elementwise},
    {GRAPH_OP_TRANSPOSE, layout_transpose},
    {GRAPH_OP_MULTIPLY, layout_constant_operand},
    {GRAPH_OP_SUBTRACT, layout_constant_operand},
    {GRAPH_OP_DIVIDE, layout_constant_operand},
    {GRAPH_OP_ADD_CONSTANT, layout_constant_operand},
    {GRAPH_OP_REDUCE_MEAN, layout_reduce_mean},
};

static const rule *find_rule(uint32_t op) {
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (rules[i].op == op)
      return &rules[i];
  return NULL;
}

octavo_status layout_require(layout_table *table, uint32_t *node, uint32_t operand,
                             const uint8_t *axes) {
  graph *g = table->graph;
  const int32_t tensor = g->nodes[*node].inputs[operand];
  const uint32_t rank = g->tensors[tensor].rank;
  if (table->items[tensor].order == NULL && memcmp(table->items[tensor].axes, axes, rank) == 0)
    return OCTAVO_OK;
  /* `axes` may be those of another tensor in the table, which moves as it grows. */
  layout item = {0};
  memcpy(item.axes, axes, sizeof item.axes);
  int64_t shape[GRAPH_MAX_RANK];
  for (uint32_t i = 0; i < rank; i++)
    shape[i] = layout_dimension(table, tensor, axes[i]);
  int32_t moved = GRAPH_NONE;
  octavo_status status = pass_add_like(g, tensor, rank, shape, &moved, table->error);
  if (status == OCTAVO_OK)
    status = layout_table_grow(table);
  if (status != OCTAVO_OK)
    return status;
  table->items[moved] = item;
  status = layout_bring(table, node, tensor, moved);
  if (status == OCTAVO_OK)
    g->nodes[*node].inputs[operand] = moved;
  return status;
}

/* ---- Inputs of the model -------------------------------------------------------------------- */

typedef enum image_order { ORDER_OPEN, ORDER_NCHW, ORDER_NHWC } image_order;

static bool transposes_to_nchw(const graph_node *node) {
  static const int64_t to_nchw[4] = {0, 3, 1, 2};
  return node->int_count == 4 && memcmp(node->ints, to_nchw, sizeof to_nchw) == 0;
}

/* What the first operator that tells says about the order of a tensor's axes. */
static image_order order_told_by(const graph *g, const graph_node *node) {
  switch (node->op) {
  case GRAPH_OP_TRANSPOSE:
    return transposes_to_nchw(node) ? ORDER_NHWC : ORDER_OPEN;
  case OCTAVO_OP_CONVOLUTION:
  case OCTAVO_OP_MAX_POOL:
  case OCTAVO_OP_AVERAGE_POOL:
  case OCTAVO_OP_GLOBAL_AVERAGE_POOL:
  case OCTAVO_OP_RESIZE:
  case GRAPH_OP_BATCH_NORM:
    return ORDER_NCHW;
  case GRAPH_OP_IDENTITY:
  case GRAPH_OP_MULTIPLY:
  case GRAPH_OP_SUBTRACT:
  case GRAPH_OP_DIVIDE:
  case GRAPH_OP_ADD_CONSTANT:
  case OCTAVO_OP_CLIP:
  case OCTAVO_OP_PAD:
  case OCTAVO_OP_SLICE:
  case OCTAVO_OP_UNARY:
  case OCTAVO_OP_QUANTIZE:
  case OCTAVO_OP_DEQUANTIZE: {
    const int32_t next = graph_only_consumer(g, node->outputs[0]);
    return next == GRAPH_NONE ? ORDER_OPEN : order_told_by(g, &g->nodes[next]);
  }
  default:
    return ORDER_OPEN;
  }
}

static bool few_channels(int64_t dimension) {
  return dimension == 1 || dimension == 3 || dimension == 4;
}

static image_order order_of_input(const graph *g, int32_t tensor) {
  for (uint32_t i = 0; i < g->node_count; i++) {
    for (uint32_t k = 0; k < g->nodes[i].input_count; k++) {
      if (g->nodes[i].removed || g->nodes[i].inputs[k] != tensor)
        continue;
      const image_order order = order_told_by(g, &g->nodes[i]);
      if (order != ORDER_OPEN)
        return order;
    }
  }
  const int64_t *shape = g->tensors[tensor].shape;
  return few_channels(shape[3]) && !few_channels(shape[1]) ? ORDER_NHWC : ORDER_NCHW;
}

static void lay_out_inputs(layout_table *table) {
  const graph *g = table->graph;
  for (uint32_t i = 0; i < g->input_count; i++)
    if (g->tensors[g->inputs[i]].rank == 4 && order_of_input(g, g->inputs[i]) == ORDER_NCHW)
      layout_set(table, g->inputs[i], layout_nhwc, NULL);
}

/* Gives output `i`, whose name the new tensor takes over, the source's order. */
static octavo_status restore_output(layout_table *table, uint32_t i) {
  graph *g = table->graph;
  const int32_t tensor = g->outputs[i];
  int32_t restored = GRAPH_NONE;
  octavo_status status = layout_add_plain(table, tensor, &restored);
  uint32_t end = g->node_count;
  if (status == OCTAVO_OK)
    status = layout_bring(table, &end, tensor, restored);
  if (status != OCTAVO_OK)
    return status;
  graph_swap_names(g, tensor, restored);
  g->outputs[i] = restored;
  return OCTAVO_OK;
}

/* Images leave as NHWC, whatever the source has; everything else as in the source. */
static octavo_status lay_out_outputs(layout_table *table) {
  const graph *g = table->graph;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < g->output_count && status == OCTAVO_OK; i++) {
    const int32_t tensor = g->outputs[i];
    const layout *item = &table->items[tensor];
    const bool image = g->tensors[tensor].rank == 4 && item->order == NULL &&
                       memcmp(item->axes, layout_nhwc, 4) == 0;
    if (!image && !layout_is_plain(table, tensor))
      status = restore_output(table, i);
  }
  return status;
}

/* ---- Pass ----------------------------------------------------------------------------------- */

static octavo_status lay_out_nodes(layout_table *table, uint32_t *changes) {
  graph *g = table->graph;
  for (uint32_t i = 0; i < g->node_count; i++) {
    const uint32_t op = g->nodes[i].op;
    const rule *found = find_rule(op);
    if (g->nodes[i].removed)
      continue;
    if (found == NULL)
      return pass_unsupported(g, i, table->error, "is not known to the layout pass");
    octavo_status status = found->apply(table, &i);
    if (status == OCTAVO_OK)
      status = layout_table_grow(table);
    if (status != OCTAVO_OK)
      return status;
    *changes += op == GRAPH_OP_TRANSPOSE || op == OCTAVO_OP_CONVOLUTION;
  }
  return OCTAVO_OK;
}

octavo_status pass_layout(graph *g, uint32_t *changes, octavo_error *error) {
  layout_table table;
  octavo_status status = layout_table_init(&table, g, error);
  if (status == OCTAVO_OK) {
    lay_out_inputs(&table);
    status = lay_out_nodes(&table, changes);
  }
  if (status == OCTAVO_OK)
    status = lay_out_outputs(&table);
  layout_table_clear(&table);
  return status;
}
