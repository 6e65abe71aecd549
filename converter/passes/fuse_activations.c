#include "converter/passes/pass.h"

/* Clamping to [low, high] after clamping to [*minimum, *maximum]. */
static void narrow(float *minimum, float *maximum, float low, float high) {
  const float a = *minimum > low ? *minimum : low;
  const float b = *maximum > low ? *maximum : low;
  *minimum = a < high ? a : high;
  *maximum = b < high ? b : high;
}

static bool fuse(graph_node *layer, const octavo_attributes_clamp *clamp) {
  switch (layer->op) {
  case OCTAVO_OP_CONVOLUTION: {
    octavo_attributes_convolution *c = &layer->attributes.convolution;
    narrow(&c->clamp_min, &c->clamp_max, clamp->clamp_min, clamp->clamp_max);
    return true;
  }
  case OCTAVO_OP_FULLY_CONNECTED:
  case OCTAVO_OP_ADD:
  case OCTAVO_OP_MULTIPLY:
  case OCTAVO_OP_SUBTRACT:
  case OCTAVO_OP_CLIP: {
    octavo_attributes_clamp *c = &layer->attributes.clamp;
    narrow(&c->clamp_min, &c->clamp_max, clamp->clamp_min, clamp->clamp_max);
    return true;
  }
  default:
    return false;
  }
}

/* The node that computes a tensor which nobody else reads, seen through reshapes and transposes,
 * which clamping does not care about. */
static int32_t layer_before(const graph *g, int32_t tensor) {
  while (graph_use_count(g, tensor) == 1) {
    const int32_t producer = graph_producer(g, tensor);
    if (!pass_is(g, producer, OCTAVO_OP_RESHAPE) && !pass_is(g, producer, OCTAVO_OP_TRANSPOSE))
      return producer;
    tensor = g->nodes[producer].inputs[0];
  }
  return GRAPH_NONE;
}

octavo_status pass_fuse_activations(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++) {
    if (!pass_is(g, (int32_t)i, OCTAVO_OP_CLIP) || g->nodes[i].separate)
      continue;
    const int32_t producer = layer_before(g, g->nodes[i].inputs[0]);
    if (producer == GRAPH_NONE || !fuse(&g->nodes[producer], &g->nodes[i].attributes.clamp))
      continue;
    pass_bypass(g, i);
    ++*changes;
  }
  return OCTAVO_OK;
}
