#include "converter/passes/pass.h"

/* As the runtime's limit. */
#define MAX_PADDING 1024u

/* Top, left, bottom, right. */
typedef struct edges {
  uint32_t *at[4];
} edges;

static edges convolution_edges(octavo_attributes_convolution *c) {
  return (edges){{&c->pad_top, &c->pad_left, &c->pad_bottom, &c->pad_right}};
}

static edges pool_edges(octavo_attributes_pool *p) {
  return (edges){{&p->pad_top, &p->pad_left, &p->pad_bottom, &p->pad_right}};
}

static bool any(const edges *e) {
  return (*e->at[0] | *e->at[1] | *e->at[2] | *e->at[3]) != 0;
}

/* Whether height and width alone are padded. */
static bool pads_image(const graph *g, const graph_node *node) {
  const octavo_attributes_pad *pad = &node->attributes.pad;
  return g->tensors[node->inputs[0]].rank == 4 && (pad->before[3] | pad->after[3]) == 0;
}

/* Whether no value of the tensor is negative, so that zeros never win a maximum over nothing. */
static bool not_negative(const graph *g, int32_t tensor) {
  const int32_t producer = graph_producer(g, tensor);
  if (producer == GRAPH_NONE)
    return false;
  const graph_node *node = &g->nodes[producer];
  switch (node->op) {
  case OCTAVO_OP_CONVOLUTION:
    return node->attributes.convolution.clamp_min >= 0.0f;
  case OCTAVO_OP_FULLY_CONNECTED:
  case OCTAVO_OP_ADD:
  case OCTAVO_OP_CLIP:
    return node->attributes.clamp.clamp_min >= 0.0f;
  case OCTAVO_OP_MAX_POOL:
  case OCTAVO_OP_AVERAGE_POOL:
  case OCTAVO_OP_RESHAPE:
  case OCTAVO_OP_TRANSPOSE:
  case OCTAVO_OP_SLICE:
    return not_negative(g, node->inputs[0]);
  default:
    return false;
  }
}

/* With padding in the pool every window must still hold an element of the image. */
static bool windows_stay_covered(const octavo_attributes_pool *p,
                                 const octavo_attributes_pad *pad) {
  return pad->before[1] < p->kernel_height && pad->after[1] < p->kernel_height &&
         pad->before[2] < p->kernel_width && pad->after[2] < p->kernel_width &&
         p->dilation_height == 1 && p->dilation_width == 1;
}

/* Whether the padding can move into the layer with the same result. */
static bool can_fold(const graph *g, const graph_node *pad, graph_node *layer) {
  const octavo_attributes_pad *attributes = &pad->attributes.pad;
  octavo_attributes_pool *pool = &layer->attributes.pool;
  const edges own = pool_edges(pool);
  switch (layer->op) {
  case OCTAVO_OP_CONVOLUTION:
    return attributes->value == 0.0f;
  case OCTAVO_OP_AVERAGE_POOL:
    /* Either all padding counts in the divisor or none of it. */
    return attributes->value == 0.0f && windows_stay_covered(pool, attributes) &&
           (pool->count_padding == 1 || !any(&own));
  case OCTAVO_OP_MAX_POOL:
    return attributes->value == 0.0f && windows_stay_covered(pool, attributes) && !any(&own) &&
           not_negative(g, pad->inputs[0]);
  default:
    return false;
  }
}

static bool fits(const edges *e, const octavo_attributes_pad *pad) {
  return *e->at[0] + pad->before[1] <= MAX_PADDING && *e->at[1] + pad->before[2] <= MAX_PADDING &&
         *e->at[2] + pad->after[1] <= MAX_PADDING && *e->at[3] + pad->after[2] <= MAX_PADDING;
}

/* Folds the padding into the only layer that reads it. */
static bool fold(graph *g, uint32_t node) {
  const graph_node *pad = &g->nodes[node];
  const int32_t consumer = graph_only_consumer(g, pad->outputs[0]);
  if (consumer == GRAPH_NONE || !pads_image(g, pad))
    return false;
  graph_node *layer = &g->nodes[consumer];
  if (!can_fold(g, pad, layer))
    return false;
  edges e = layer->op == OCTAVO_OP_CONVOLUTION ? convolution_edges(&layer->attributes.convolution)
                                               : pool_edges(&layer->attributes.pool);
  const octavo_attributes_pad attributes = pad->attributes.pad;
  if (!fits(&e, &attributes))
    return false;
  *e.at[0] += attributes.before[1];
  *e.at[1] += attributes.before[2];
  *e.at[2] += attributes.after[1];
  *e.at[3] += attributes.after[2];
  if (layer->op == OCTAVO_OP_AVERAGE_POOL)
    layer->attributes.pool.count_padding = 1;
  pass_bypass(g, node);
  return true;
}

octavo_status pass_fold_padding(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++)
    if (pass_is(g, (int32_t)i, OCTAVO_OP_PAD))
      *changes += fold(g, i);
  return OCTAVO_OK;
}
