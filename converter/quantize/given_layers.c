/* Layers between conversions become int8 ones. */
#include "converter/quantize/given_internal.h"
#include "converter/quantize/scale_rules.h"

#include <math.h>

static bool inputs_are_dequantized(const graph *g, const graph_node *node, const scale_rule *rule) {
  for (uint32_t i = 0; i < (rule->weighted ? 1 : node->input_count); i++)
    if (node->inputs[i] == GRAPH_NONE || given_integers_of(g, node->inputs[i]) == GRAPH_NONE)
      return false;
  return node->input_count > 0;
}

static bool is_whole_clamp(const octavo_attributes_clamp *clamp) {
  return (clamp->clamp_min == 0.0f || isinf(clamp->clamp_min)) &&
         (clamp->clamp_max == 0.0f || isinf(clamp->clamp_max));
}

/* Clamps, paddings and means of neighbours that are no integers are rounded to one: only where the
 * result is quantized anyway. */
static bool is_exact(const graph *g, const graph_node *node) {
  const int32_t quantizer = given_quantizer_of(g, node->outputs[0]);
  const graph_tensor *x = &g->tensors[given_integers_of(g, node->inputs[0])];
  const bool same =
      quantizer != GRAPH_NONE && given_same(x, &g->tensors[g->nodes[quantizer].outputs[0]]);
  switch (node->op) {
  case OCTAVO_OP_CLIP:
    return same || is_whole_clamp(&node->attributes.clamp);
  case OCTAVO_OP_RESIZE:
    return same || node->attributes.resize.mode == OCTAVO_RESIZE_NEAREST;
  case OCTAVO_OP_PAD:
    return same || node->attributes.pad.value == 0.0f;
  default:
    return true;
  }
}

static bool ratios_fit(const graph *g, const graph_node *node, const scale_rule *rule,
                       const graph_quantization *result) {
  for (uint32_t i = 0; !rule->weighted && i < node->input_count; i++) {
    const float scale = g->tensors[given_integers_of(g, node->inputs[i])].quantization.scale;
    const float ratio = scale / result->scale;
    if (!(ratio >= rule->ratio_min && ratio < rule->ratio_below))
      return false;
  }
  return true;
}

static bool inputs_alike(const graph *g, const graph_node *node) {
  const graph_tensor *first = &g->tensors[given_integers_of(g, node->inputs[0])];
  for (uint32_t i = 1; i < node->input_count; i++)
    if (!given_same(first, &g->tensors[given_integers_of(g, node->inputs[i])]))
      return false;
  return true;
}

/* What the result of a layer will have if it becomes int8. False: it cannot. */
static bool choose_result(const graph *g, const graph_node *node, const scale_rule *rule,
                          graph_quantization *result) {
  const int32_t quantizer = given_quantizer_of(g, node->outputs[0]);
  if (quantizer != GRAPH_NONE)
    *result = g->tensors[g->nodes[quantizer].outputs[0]].quantization;
  switch (rule->source) {
  case SCALE_OF_INPUT:
    *result = g->tensors[given_integers_of(g, node->inputs[0])].quantization;
    return is_exact(g, node);
  case SCALE_UNIFIED:
    if (quantizer == GRAPH_NONE)
      *result = g->tensors[given_integers_of(g, node->inputs[0])].quantization;
    return quantizer != GRAPH_NONE || inputs_alike(g, node);
  case SCALE_OF_SOFTMAX:
    return quantizer != GRAPH_NONE && result->scale == 0x1p-8f && result->zero_point == -128;
  case SCALE_OWN:
    return quantizer != GRAPH_NONE && ratios_fit(g, node, rule, result);
  }
  return false;
}

/* Makes the layer read integers, of the result's scale where that must be the same. */
static octavo_status read_integers(given_state *s, uint32_t *n, const scale_rule *rule,
                                   const graph_quantization *result) {
  graph *g = s->g;
  const graph_tensor wanted = {.quantization = *result};
  for (uint32_t i = 0; i < g->nodes[*n].input_count; i++) {
    int32_t x = g->nodes[*n].inputs[i];
    if (x == GRAPH_NONE || g->tensors[x].constant || g->tensors[x].type == GRAPH_INT8)
      continue;
    x = given_integers_of(g, x);
    if (rule->source == SCALE_UNIFIED && !given_same(&g->tensors[x], &wanted)) {
      const octavo_status status = given_add_conversion(s, *n, x, result, &x);
      if (status != OCTAVO_OK)
        return status;
      ++*n;
    }
    g->nodes[*n].inputs[i] = x;
  }
  return OCTAVO_OK;
}

/* The layer writes int8 under the old name, which is dequantized for whoever read it before. */
static octavo_status write_integers(given_state *s, uint32_t n, const graph_quantization *result) {
  graph *g = s->g;
  const int32_t y = g->nodes[n].outputs[0];
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  const bool output = given_is_model_output(g, y);
  graph_derive_name(g->tensors[y].name, output ? "quantized" : "dequantized", name);
  int32_t q = GRAPH_NONE;
  octavo_status status = graph_add_tensor(g, name, GRAPH_INT8, g->tensors[y].rank,
                                          g->tensors[y].shape, NULL, &q, s->error);
  if (status != OCTAVO_OK)
    return status;
  g->tensors[q].quantization = *result;
  g->nodes[n].outputs[0] = q;
  if (!output)
    graph_swap_names(g, y, q);
  graph_derive_name(g->tensors[q].name, "dequantize", name);
  uint32_t index = 0;
  s->changed = true;
  return graph_insert_node(g, n + 1, OCTAVO_OP_DEQUANTIZE, name, "DequantizeLinear", &q, 1, &y, 1,
                           &index, s->error);
}

octavo_status given_layer(given_state *s, uint32_t n) {
  graph *g = s->g;
  const graph_node *node = &g->nodes[n];
  const scale_rule *rule = scale_rule_find(node->op);
  graph_quantization result = {0};
  if (rule == NULL || node->flag || g->tensors[node->outputs[0]].type != GRAPH_FLOAT32 ||
      !inputs_are_dequantized(g, node, rule) || !choose_result(g, node, rule, &result))
    return OCTAVO_OK;
  bool done = true;
  octavo_status status = OCTAVO_OK;
  if (rule->weighted) {
    const int32_t real = node->inputs[0];
    g->nodes[n].inputs[0] = given_integers_of(g, real);
    status = given_weights(g, n, result.scale, &done, &s->report->raised_weights, s->error);
    if (!done)
      g->nodes[n].inputs[0] = real;
  }
  if (status != OCTAVO_OK || !done)
    return status;
  status = read_integers(s, &n, rule, &result);
  if (status == OCTAVO_OK)
    status = write_integers(s, n, &result);
  return status == OCTAVO_OK ? quantize_add_table(g, n, s->error) : status;
}
