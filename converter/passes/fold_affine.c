#include "converter/passes/pass.h"

#include <math.h>

static const float *scale_of(const graph *g, uint32_t affine) {
  return g->tensors[g->nodes[affine].inputs[1]].data;
}

static const float *shift_of(const graph *g, uint32_t affine) {
  return g->tensors[g->nodes[affine].inputs[2]].data;
}

static int64_t channels_of(const graph *g, uint32_t affine) {
  return g->tensors[g->nodes[affine].inputs[1]].shape[0];
}

static bool scales(const graph *g, uint32_t affine) {
  for (int64_t c = 0; c < channels_of(g, affine); c++)
    if (scale_of(g, affine)[c] != 1.0f)
      return true;
  return false;
}

static bool clamps(const graph_node *node) {
  float low, high;
  return graph_clamp(node, &low, &high);
}

/* ---- Into the layer before ------------------------------------------------------------------ */

/* The layer whose result reaches the node unchanged but for reshapes that keep the channels, and
 * goes nowhere else. */
static int32_t layer_before(const graph *g, uint32_t affine) {
  int32_t tensor = g->nodes[affine].inputs[0];
  const int64_t channels = channels_of(g, affine);
  while (graph_use_count(g, tensor) == 1) {
    const int32_t producer = graph_producer(g, tensor);
    if (!pass_is(g, producer, OCTAVO_OP_RESHAPE))
      return producer;
    tensor = g->nodes[producer].inputs[0];
    const graph_tensor *x = &g->tensors[tensor];
    if (x->shape[x->rank - 1] != channels)
      return GRAPH_NONE;
  }
  return GRAPH_NONE;
}

/* scale · (W · x + b) + shift: rows of W and elements of b. */
static octavo_status fold_into_rows(graph *g, uint32_t layer, uint32_t affine,
                                    octavo_error *error) {
  float *weights = NULL, *bias = NULL;
  octavo_status status = OCTAVO_OK;
  bool scaled = false;
  const int32_t old = g->nodes[layer].inputs[1];
  /* Weights that stay as they are stay those of the source model, with what it says of them. */
  if (scales(g, affine))
    status = pass_own_weights(g, layer, &weights, error);
  if (status == OCTAVO_OK && weights != NULL)
    status =
        pass_scale_integers(g, old, g->nodes[layer].inputs[1], scale_of(g, affine), &scaled, error);
  if (status == OCTAVO_OK)
    status = pass_own_bias(g, layer, &bias, error);
  if (status != OCTAVO_OK)
    return status;
  const float *scale = scale_of(g, affine), *shift = shift_of(g, affine);
  const graph_tensor *tensor = &g->tensors[g->nodes[layer].inputs[1]];
  const int64_t rows = tensor->shape[0];
  const int64_t columns = (int64_t)graph_element_count(tensor) / rows;
  for (int64_t o = 0; o < rows; o++) {
    for (int64_t i = 0; weights != NULL && !scaled && i < columns; i++)
      weights[o * columns + i] *= scale[o];
    bias[o] = (float)((double)bias[o] * (double)scale[o] + (double)shift[o]);
  }
  return OCTAVO_OK;
}

/* scale₂ · (scale₁ · x + shift₁) + shift₂, in the second node. */
static octavo_status merge(graph *g, uint32_t first, uint32_t second, octavo_error *error) {
  const int64_t channels = channels_of(g, second);
  int32_t scale_index = GRAPH_NONE, shift_index = GRAPH_NONE;
  float *scale = NULL, *shift = NULL;
  const char *name = g->nodes[second].name;
  octavo_status status = pass_add_floats(g, name, 1, &channels, &scale_index, &scale, error);
  if (status == OCTAVO_OK)
    status = pass_add_floats(g, name, 1, &channels, &shift_index, &shift, error);
  if (status != OCTAVO_OK)
    return status;
  for (int64_t c = 0; c < channels; c++) {
    const double outer = (double)scale_of(g, second)[c];
    scale[c] = (float)(outer * (double)scale_of(g, first)[c]);
    shift[c] = (float)(outer * (double)shift_of(g, first)[c] + (double)shift_of(g, second)[c]);
  }
  g->nodes[second].inputs[1] = scale_index;
  g->nodes[second].inputs[2] = shift_index;
  pass_bypass(g, first);
  return OCTAVO_OK;
}

static octavo_status fold_before(graph *g, uint32_t affine, bool *folded, octavo_error *error) {
  const int32_t before = layer_before(g, affine);
  *folded = false;
  if (before == GRAPH_NONE)
    return OCTAVO_OK;
  const uint32_t layer = (uint32_t)before;
  const uint32_t op = g->nodes[layer].op;
  if (op == GRAPH_OP_AFFINE) {
    if (channels_of(g, layer) != channels_of(g, affine) || g->nodes[layer].separate)
      return OCTAVO_OK;
    *folded = true;
    return merge(g, layer, affine, error);
  }
  if ((op != OCTAVO_OP_CONVOLUTION && op != OCTAVO_OP_FULLY_CONNECTED) || clamps(&g->nodes[layer]))
    return OCTAVO_OK;
  *folded = true;
  octavo_status status = fold_into_rows(g, layer, affine, error);
  if (status == OCTAVO_OK)
    pass_bypass(g, affine);
  return status;
}

/* ---- Into the layer behind ------------------------------------------------------------------ */

static bool shifts(const graph *g, uint32_t affine) {
  for (int64_t c = 0; c < channels_of(g, affine); c++)
    if (shift_of(g, affine)[c] != 0.0f)
      return true;
  return false;
}

static bool pads(const octavo_attributes_convolution *c) {
  return (c->pad_top | c->pad_left | c->pad_bottom | c->pad_right) != 0;
}

/* The only layer that reads the result, again through reshapes, whose last axis then holds whole
 * images, channels innermost. */
static int32_t layer_behind(const graph *g, uint32_t affine) {
  int32_t consumer = graph_only_consumer(g, g->nodes[affine].outputs[0]);
  while (pass_is(g, consumer, OCTAVO_OP_RESHAPE))
    consumer = graph_only_consumer(g, g->nodes[consumer].outputs[0]);
  return consumer;
}

/* W · (scale · x + shift) + b: columns of W, and what the shift adds to b. Column i of row o
 * belongs to channel first + i modulo `period`. */
static octavo_status fold_into_columns(graph *g, uint32_t layer, uint32_t affine,
                                       octavo_error *error) {
  float *weights = NULL, *bias = NULL;
  octavo_status status = pass_own_weights(g, layer, &weights, error);
  if (status == OCTAVO_OK)
    status = pass_own_bias(g, layer, &bias, error);
  if (status != OCTAVO_OK)
    return status;
  const float *scale = scale_of(g, affine), *shift = shift_of(g, affine);
  const graph_node *n = &g->nodes[layer];
  const graph_tensor *tensor = &g->tensors[n->inputs[1]];
  const int64_t groups = n->op == OCTAVO_OP_CONVOLUTION ? n->attributes.convolution.groups : 1;
  const int64_t rows = tensor->shape[0];
  const int64_t columns = (int64_t)graph_element_count(tensor) / rows;
  const int64_t period = channels_of(g, affine) / groups;
  for (int64_t o = 0; o < rows; o++) {
    const int64_t first = o / (rows / groups) * period;
    double sum = (double)bias[o];
    for (int64_t i = 0; i < columns; i++) {
      const int64_t c = first + i % period;
      sum += (double)weights[o * columns + i] * (double)shift[c];
      weights[o * columns + i] *= scale[c];
    }
    bias[o] = (float)sum;
  }
  return OCTAVO_OK;
}

/* Padding is zeros behind the shift, which the folded layer cannot have: then only a scale goes. */
static octavo_status fold_behind(graph *g, uint32_t affine, bool *folded, octavo_error *error) {
  const int32_t behind = layer_behind(g, affine);
  *folded = false;
  const bool convolution = pass_is(g, behind, OCTAVO_OP_CONVOLUTION);
  if (!convolution && !pass_is(g, behind, OCTAVO_OP_FULLY_CONNECTED))
    return OCTAVO_OK;
  const graph_node *layer = &g->nodes[behind];
  const graph_tensor *x = &g->tensors[layer->inputs[0]];
  if (convolution && ((shifts(g, affine) && pads(&layer->attributes.convolution)) ||
                      x->shape[x->rank - 1] != channels_of(g, affine)))
    return OCTAVO_OK;
  *folded = true;
  octavo_status status = fold_into_columns(g, (uint32_t)behind, affine, error);
  if (status == OCTAVO_OK)
    pass_bypass(g, affine);
  return status;
}

octavo_status pass_fold_affine(graph *g, uint32_t *changes, octavo_error *error) {
  for (uint32_t i = 0; i < g->node_count; i++) {
    bool folded = false;
    if (!pass_is(g, (int32_t)i, GRAPH_OP_AFFINE) || g->nodes[i].separate)
      continue;
    octavo_status status = fold_before(g, i, &folded, error);
    if (status == OCTAVO_OK && folded && !g->nodes[i].removed) {
      /* Merged with another: this one may fold on. */
      ++*changes;
      status = fold_before(g, i, &folded, error);
    }
    if (status != OCTAVO_OK)
      return status;
    *changes += folded;
  }
  for (uint32_t i = 0; i < g->node_count; i++) {
    bool folded = false;
    if (!pass_is(g, (int32_t)i, GRAPH_OP_AFFINE) || g->nodes[i].separate)
      continue;
    const octavo_status status = fold_behind(g, i, &folded, error);
    if (status != OCTAVO_OK)
      return status;
    *changes += folded;
  }
  return OCTAVO_OK;
}
