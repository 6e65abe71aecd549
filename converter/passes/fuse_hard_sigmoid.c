#include "converter/passes/pass.h"
#include "converter/passes/pattern.h"

/* factor · clip(x + shift, 0, 1 / factor), as exporters write it:
 * clip(x + 3, 0, 6) / 6. Without a shift it is a clip like others. */
static bool match(const graph *g, uint32_t node, int32_t *x, octavo_attributes_unary *attributes) {
  double factor = 1, shift = 0;
  int32_t tensor = g->nodes[node].outputs[0];
  pattern_scales(g, &tensor, &factor);
  const int32_t clip = graph_producer(g, tensor);
  if (!pass_is(g, clip, OCTAVO_OP_CLIP))
    return false;
  const octavo_attributes_clamp clamp = g->nodes[clip].attributes.clamp;
  tensor = g->nodes[clip].inputs[0];
  if (clamp.clamp_min != 0.0f || !pattern_close((double)clamp.clamp_max * factor, 1) ||
      !pattern_shift(g, &tensor, &shift))
    return false;
  *x = tensor;
  *attributes = (octavo_attributes_unary){.function = OCTAVO_UNARY_HARD_SIGMOID,
                                          .alpha = (float)factor,
                                          .beta = (float)(factor * shift)};
  return true;
}

/* A product, or the clip itself where it ends at 1 already. */
static bool ends_one(const graph *g, uint32_t node) {
  return pattern_is_product(g, node) || pass_is(g, (int32_t)node, OCTAVO_OP_CLIP);
}

octavo_status pass_fuse_hard_sigmoid(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++) {
    int32_t x = GRAPH_NONE;
    octavo_attributes_unary attributes;
    if (!ends_one(g, i) || !match(g, i, &x, &attributes))
      continue;
    pattern_become_unary(g, i, x, attributes);
    ++*changes;
  }
  return OCTAVO_OK;
}
