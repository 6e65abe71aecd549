#include "converter/correct/correct.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>

#define SWEEPS 40
/* A pair is done with when no channel's ranges differ by more than this factor, ± 1. */
#define EVEN 1e-3f
/* Weights all below are taken for zero. */
#define TINY 0x1p-60f

/* A layer with weights, seen as rows of output channels and columns of input channels. */
typedef struct layer_weights {
  float *data;
  uint32_t channels, groups;
  uint64_t depth;        /* of a row */
  uint32_t inputs_group; /* input channels of a group, the innermost axis of a row */
} layer_weights;

static bool has_own_weights(const graph *g, uint32_t node) {
  const scale_rule *rule = scale_rule_find(g->nodes[node].op);
  if (rule == NULL || !rule->weighted)
    return false;
  const int32_t weights = g->nodes[node].inputs[1];
  return g->tensors[weights].constant && g->tensors[weights].type == GRAPH_FLOAT32 &&
         g->tensors[weights].quantization.scales == NULL && graph_use_count(g, weights) == 1;
}

/* `inputs`: channels of the layer's input. */
static layer_weights weights_of(const graph *g, uint32_t node, uint32_t inputs) {
  const graph_node *layer = &g->nodes[node];
  const graph_tensor *t = &g->tensors[layer->inputs[1]];
  const uint32_t channels = (uint32_t)t->shape[0];
  const uint32_t groups =
      layer->op == OCTAVO_OP_CONVOLUTION ? layer->attributes.convolution.groups : 1;
  return (layer_weights){t->data, channels, groups, graph_element_count(t) / channels,
                         inputs / groups};
}

static bool is_scalable(const graph_node *layer) {
  float min, max;
  graph_clamp(layer, &min, &max);
  return (min == 0.0f || min == -INFINITY) && max == INFINITY;
}

/* The largest weight that input channel `c` is multiplied by. */
static float column_max(const layer_weights *w, uint32_t c) {
  const uint32_t rows = w->channels / w->groups, group = c / w->inputs_group;
  float max = 0.0f;
  for (uint32_t r = group * rows; r < (group + 1) * rows; r++)
    for (uint64_t i = c % w->inputs_group; i < w->depth; i += w->inputs_group)
      max = fmaxf(max, fabsf(w->data[r * w->depth + i]));
  return max;
}

static void scale_column(const layer_weights *w, uint32_t c, float factor) {
  const uint32_t rows = w->channels / w->groups, group = c / w->inputs_group;
  for (uint32_t r = group * rows; r < (group + 1) * rows; r++)
    for (uint64_t i = c % w->inputs_group; i < w->depth; i += w->inputs_group)
      w->data[r * w->depth + i] *= factor;
}

static float row_max(const layer_weights *w, uint32_t c) {
  float max = 0.0f;
  for (uint64_t i = 0; i < w->depth; i++)
    max = fmaxf(max, fabsf(w->data[c * w->depth + i]));
  return max;
}

static void scale_row(const layer_weights *w, float *bias, uint32_t c, float factor) {
  for (uint64_t i = 0; i < w->depth; i++)
    w->data[c * w->depth + i] *= factor;
  bias[c] *= factor;
}

/* s = sqrt(r1 / r2): r1 / s = r2 · s, equation 11 there. Returns whether a channel changed. */
static bool even_out(const layer_weights *first, float *bias, const layer_weights *second) {
  bool changed = false;
  for (uint32_t c = 0; c < first->channels; c++) {
    const float r1 = row_max(first, c), r2 = column_max(second, c);
    if (r1 < TINY || r2 < TINY)
      continue;
    const float s = sqrtf(r1) / sqrtf(r2);
    if (fabsf(s - 1.0f) <= EVEN)
      continue;
    scale_row(first, bias, c, 1.0f / s);
    scale_column(second, c, s);
    changed = true;
  }
  return changed;
}

/* The layer that alone reads what `node` puts out, if the two can be evened out; else GRAPH_NONE.
 */
static int32_t partner(const graph *g, uint32_t node) {
  const graph_node *layer = &g->nodes[node];
  if (!has_own_weights(g, node) || !is_scalable(layer))
    return GRAPH_NONE;
  const int32_t reader = graph_only_consumer(g, layer->outputs[0]);
  return reader != GRAPH_NONE && has_own_weights(g, (uint32_t)reader) &&
                 g->nodes[reader].inputs[0] == layer->outputs[0]
             ? reader
             : GRAPH_NONE;
}

static octavo_status even_out_nodes(graph *g, uint32_t node, uint32_t reader, bool *changed,
                                    octavo_error *error) {
  const octavo_status status = quantize_own_bias(g, node, error);
  if (status != OCTAVO_OK)
    return status;
  const uint32_t channels = (uint32_t)g->tensors[g->nodes[node].inputs[1]].shape[0];
  const layer_weights first = weights_of(g, node, channels),
                      second = weights_of(g, reader, channels);
  *changed = even_out(&first, g->tensors[g->nodes[node].inputs[2]].data, &second);
  return OCTAVO_OK;
}

octavo_status correct_equalize(graph *g, uint32_t *layers, octavo_error *error) {
  bool *touched = octavo_memory_alloc(g->node_count, sizeof *touched);
  if (touched == NULL)
    return octavo_error_memory(error, g->node_count, "equalization");
  octavo_status status = OCTAVO_OK;
  bool changed = true;
  /* Chains of layers settle after a few rounds. */
  for (int sweep = 0; sweep < SWEEPS && changed && status == OCTAVO_OK; sweep++) {
    changed = false;
    for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++) {
      const int32_t reader = partner(g, n);
      bool pair = false;
      if (reader != GRAPH_NONE)
        status = even_out_nodes(g, n, (uint32_t)reader, &pair, error);
      if (pair)
        touched[n] = touched[reader] = changed = true;
    }
  }
  for (uint32_t n = 0; n < g->node_count; n++)
    *layers += touched[n];
  octavo_memory_free(touched);
  return status;
}
