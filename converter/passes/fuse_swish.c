#include "converter/passes/pass.h"
#include "converter/passes/pattern.h"

/* sigmoid(x) */
static bool is_sigmoid(const graph *g, int32_t tensor, int32_t *x, double *factor) {
  const int32_t node = graph_producer(g, tensor);
  if (!pattern_is_unary(g, node, OCTAVO_UNARY_SIGMOID))
    return false;
  *x = g->nodes[node].inputs[0];
  *factor = 1;
  return true;
}

/* The hard-sigmoid that belongs to hard-swish: x / 6 + 1 / 2 between 0 and 1, or in pieces six
 * times that, clip(x + 3, 0, 6). */
static bool is_hard_sigmoid(const graph *g, int32_t tensor, int32_t *x, double *factor) {
  const int32_t node = graph_producer(g, tensor);
  const graph_node *n = &g->nodes[node == GRAPH_NONE ? 0 : node];
  if (pattern_is_unary(g, node, OCTAVO_UNARY_HARD_SIGMOID)) {
    *x = n->inputs[0];
    *factor = 1;
    return pattern_close((double)n->attributes.unary.alpha, 1.0 / 6) &&
           pattern_close((double)n->attributes.unary.beta, 0.5);
  }
  if (!pass_is(g, node, OCTAVO_OP_CLIP) || n->attributes.clamp.clamp_min != 0.0f ||
      n->attributes.clamp.clamp_max != 6.0f)
    return false;
  double shift = 0;
  *x = n->inputs[0];
  *factor = 6;
  return pattern_shift(g, x, &shift) && shift == 3;
}

octavo_status pass_fuse_swish(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++) {
    int32_t x = GRAPH_NONE;
    octavo_attributes_unary swish = {0};
    if (pattern_gated(g, i, is_sigmoid, &x))
      swish.function = OCTAVO_UNARY_SILU;
    else if (pattern_gated(g, i, is_hard_sigmoid, &x))
      swish.function = OCTAVO_UNARY_HARD_SWISH;
    else
      continue;
    pattern_become_unary(g, i, x, swish);
    ++*changes;
  }
  return OCTAVO_OK;
}
