#include "converter/quantize/quantize.h"
#include "converter/quantize/scale_rules.h"

bool quantize_has_int8_form(const graph *g, uint32_t node) {
  const graph_node *n = &g->nodes[node];
  const scale_rule *rule = scale_rule_find(n->op);
  if (rule == NULL)
    return false;
  for (uint32_t i = 0; !rule->weighted && i < n->input_count; i++)
    if (n->inputs[i] != GRAPH_NONE && g->tensors[n->inputs[i]].constant)
      return false;
  return true;
}

/* Whether some node that is int8 so far reads the tensor. */
static bool read_by_int8(const graph *g, const layer_precision *precisions, int32_t tensor) {
  for (uint32_t n = 0; n < g->node_count; n++)
    for (uint32_t i = 0; precisions[n] == PRECISION_INT8 && i < g->nodes[n].input_count; i++)
      if (g->nodes[n].inputs[i] == tensor)
        return true;
  return false;
}

static bool only_moves(const graph_node *node) {
  return node->op == OCTAVO_OP_RESHAPE || node->op == OCTAVO_OP_TRANSPOSE ||
         node->op == OCTAVO_OP_SLICE;
}

/* What only shapes or normalizes results on the way out gains nothing from int8, and a softmax
 * loses its small probabilities. */
static void leave_tail_float(const graph *g, layer_precision *precisions) {
  for (uint32_t n = g->node_count; n-- > 0;) {
    const graph_node *node = &g->nodes[n];
    if ((node->op == OCTAVO_OP_SOFTMAX || only_moves(node)) &&
        !read_by_int8(g, precisions, node->outputs[0]))
      precisions[n] = PRECISION_FLOAT;
  }
  /* What moves values before the softmax may as well move int8. */
  for (uint32_t n = 0; n < g->node_count; n++) {
    if (precisions[n] == PRECISION_INT8 || !only_moves(&g->nodes[n]))
      continue;
    const int32_t producer = graph_producer(g, g->nodes[n].inputs[0]);
    if (producer == GRAPH_NONE || precisions[producer] == PRECISION_INT8)
      precisions[n] = PRECISION_INT8;
  }
}

void quantize_choose_precisions(const graph *g, layer_precision *precisions) {
  for (uint32_t n = 0; n < g->node_count; n++)
    precisions[n] = quantize_has_int8_form(g, n) ? PRECISION_INT8 : PRECISION_FLOAT;
  leave_tail_float(g, precisions);
}

void quantize_choose_dynamic(const graph *g, layer_precision *precisions) {
  for (uint32_t n = 0; n < g->node_count; n++)
    precisions[n] = quantize_is_dynamic_capable(g, n) ? PRECISION_DYNAMIC : PRECISION_FLOAT;
}
