#include "converter/quantize/quantize.h"

static bool only_moves(const graph_node *node) {
  return node->op == OCTAVO_OP_RESHAPE || node->op == OCTAVO_OP_TRANSPOSE ||
         node->op == OCTAVO_OP_SLICE;
}

/* Whether some node outside the tail reads the tensor. */
static bool read_elsewhere(const graph *g, const bool *tail, int32_t tensor) {
  for (uint32_t n = 0; n < g->node_count; n++)
    for (uint32_t i = 0; !tail[n] && i < g->nodes[n].input_count; i++)
      if (g->nodes[n].inputs[i] == tensor)
        return true;
  return false;
}

void quantize_find_float_tail(const graph *g, bool *float_nodes) {
  /* Backwards: what only shapes or normalizes results on the way out. */
  for (uint32_t n = 0; n < g->node_count; n++)
    float_nodes[n] = false;
  for (uint32_t n = g->node_count; n-- > 0;) {
    const graph_node *node = &g->nodes[n];
    if (node->op == OCTAVO_OP_SOFTMAX || only_moves(node))
      float_nodes[n] = !read_elsewhere(g, float_nodes, node->outputs[0]);
  }
  /* Forwards: reshapes before the softmax may as well move int8. */
  for (uint32_t n = 0; n < g->node_count; n++) {
    if (!float_nodes[n] || g->nodes[n].op == OCTAVO_OP_SOFTMAX)
      continue;
    const int32_t producer = graph_producer(g, g->nodes[n].inputs[0]);
    float_nodes[n] = producer != GRAPH_NONE && float_nodes[producer];
  }
}
