#include "converter/quantize/given.h"

#include "converter/quantize/quantize.h"
#include "converter/quantize/scale_rules.h"
#include "runtime/error.h"

#include <math.h>
#include <stdio.h>

typedef struct given_state {
  graph *g;
  given_report *report;
  bool changed;
  octavo_error *error;
} given_state;

bool quantize_is_given(const graph *g) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (g->nodes[n].op == OCTAVO_OP_QUANTIZE || g->nodes[n].op == OCTAVO_OP_DEQUANTIZE)
      return true;
  return false;
}

bool given_same(const graph_tensor *a, const graph_tensor *b) {
  return a->quantization.scale == b->quantization.scale &&
         a->quantization.zero_point == b->quantization.zero_point;
}

static bool is(const graph *g, int32_t node, uint32_t op) {
  return node != GRAPH_NONE && !g->nodes[node].removed && g->nodes[node].op == op;
}

/* The int8 tensor that a float32 one was dequantized from, or GRAPH_NONE. */
static int32_t integers_of(const graph *g, int32_t tensor) {
  const int32_t producer = graph_producer(g, tensor);
  return is(g, producer, OCTAVO_OP_DEQUANTIZE) ? g->nodes[producer].inputs[0] : GRAPH_NONE;
}

/* The only reader of a float32 tensor if that quantizes it, or GRAPH_NONE. */
static int32_t quantizer_of(const graph *g, int32_t tensor) {
  const int32_t reader = graph_only_consumer(g, tensor);
  return is(g, reader, OCTAVO_OP_QUANTIZE) ? reader : GRAPH_NONE;
}

/* ---- Conversions ---------------------------------------------------------------------------- */

/* Of two nodes that convert the same tensor in the same way the second goes. */
static void drop_duplicate(graph *g, uint32_t n) {
  const graph_node *node = &g->nodes[n];
  for (uint32_t k = 0; k < n; k++) {
    const graph_node *other = &g->nodes[k];
    if (other->removed || other->op != node->op || other->inputs[0] != node->inputs[0] ||
        !given_same(&g->tensors[other->outputs[0]], &g->tensors[node->outputs[0]]) ||
        given_is_model_output(g, node->outputs[0]))
      continue;
    graph_replace_uses(g, node->outputs[0], other->outputs[0]);
    graph_remove_node(g, n);
    return;
  }
}

static void drop_duplicates(graph *g) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (is(g, (int32_t)n, OCTAVO_OP_QUANTIZE) || is(g, (int32_t)n, OCTAVO_OP_DEQUANTIZE))
      drop_duplicate(g, n);
}

/* Dequantize, quantize: nothing, or int8 to int8. */
static void join_conversions(given_state *s, uint32_t n) {
  graph *g = s->g;
  graph_node *node = &g->nodes[n];
  const int32_t x = integers_of(g, node->inputs[0]), y = node->outputs[0];
  if (x == GRAPH_NONE)
    return;
  s->changed = true;
  const bool ends =
      given_is_model_output(g, y) && (given_is_model_input(g, x) || given_is_model_output(g, x));
  if (ends || !given_same(&g->tensors[x], &g->tensors[y])) {
    node->inputs[0] = x;
    return;
  }
  graph_replace_uses(g, y, x);
  graph_remove_node(g, n);
}

static octavo_status add_conversion(given_state *s, uint32_t position, uint32_t op, int32_t from,
                                    const graph_quantization *quantization, int32_t *to) {
  graph *g = s->g;
  const bool to_int8 = op == OCTAVO_OP_QUANTIZE;
  const graph_tensor x = g->tensors[from];
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  snprintf(name, sizeof name, "%.1000s_%s", x.name, to_int8 ? "quantized" : "dequantized");
  octavo_status status = graph_add_tensor(g, name, to_int8 ? GRAPH_INT8 : GRAPH_FLOAT32, x.rank,
                                          x.shape, NULL, to, s->error);
  if (status != OCTAVO_OK)
    return status;
  if (to_int8)
    g->tensors[*to].quantization = *quantization;
  snprintf(name, sizeof name, "%.1000s_%s", x.name, to_int8 ? "quantize" : "dequantize");
  uint32_t index = 0;
  s->changed = true;
  return graph_insert_node(g, position, op, name, to_int8 ? "QuantizeLinear" : "DequantizeLinear",
                           &from, 1, to, 1, &index, s->error);
}

/* A QUANTIZE behind a layer that keeps the scale moves in front of it, where what it reads could
 * then become int8; what is left behind joins later. */
static octavo_status move_up(given_state *s, uint32_t n) {
  graph *g = s->g;
  const int32_t layer = graph_producer(g, g->nodes[n].inputs[0]);
  if ((!is(g, layer, OCTAVO_OP_RESHAPE) && !is(g, layer, OCTAVO_OP_MAX_POOL)) ||
      quantizer_of(g, g->nodes[n].inputs[0]) != (int32_t)n)
    return OCTAVO_OK;
  const int32_t x = g->nodes[layer].inputs[0];
  if (integers_of(g, x) != GRAPH_NONE || graph_only_consumer(g, x) != layer)
    return OCTAVO_OK;
  const graph_quantization quantization = g->tensors[g->nodes[n].outputs[0]].quantization;
  int32_t q = GRAPH_NONE, real = GRAPH_NONE;
  octavo_status status =
      add_conversion(s, (uint32_t)layer, OCTAVO_OP_QUANTIZE, x, &quantization, &q);
  if (status == OCTAVO_OK)
    status = add_conversion(s, (uint32_t)layer + 1, OCTAVO_OP_DEQUANTIZE, q, NULL, &real);
  if (status == OCTAVO_OK)
    g->nodes[layer + 2].inputs[0] = real;
  return status;
}

/* ---- Layers --------------------------------------------------------------------------------- */

static bool inputs_are_dequantized(const graph *g, const graph_node *node, const scale_rule *rule) {
  for (uint32_t i = 0; i < (rule->weighted ? 1 : node->input_count); i++)
    if (node->inputs[i] == GRAPH_NONE || integers_of(g, node->inputs[i]) == GRAPH_NONE)
      return false;
  return node->input_count > 0;
}

/* Clamps and paddings that are no integers are rounded to one, so only those that are quantized
 * anyway. */
static bool is_exact(const graph *g, const graph_node *node) {
  if (quantizer_of(g, node->outputs[0]) != GRAPH_NONE && node->op == OCTAVO_OP_CLIP)
    return true;
  switch (node->op) {
  case OCTAVO_OP_CLIP: {
    const octavo_attributes_clamp *clamp = &node->attributes.clamp;
    return (clamp->clamp_min == 0.0f || isinf(clamp->clamp_min)) &&
           (clamp->clamp_max == 0.0f || isinf(clamp->clamp_max));
  }
  case OCTAVO_OP_PAD:
    return node->attributes.pad.value == 0.0f;
  default:
    return true;
  }
}

static bool ratios_fit(const graph *g, const graph_node *node, const scale_rule *rule,
                       const graph_quantization *result) {
  for (uint32_t i = 0; !rule->weighted && i < node->input_count; i++) {
    const float scale = g->tensors[integers_of(g, node->inputs[i])].quantization.scale;
    const float ratio = scale / result->scale;
    if (!(ratio >= rule->ratio_min && ratio < rule->ratio_below))
      return false;
  }
  return true;
}

static bool inputs_alike(const graph *g, const graph_node *node) {
  const graph_tensor *first = &g->tensors[integers_of(g, node->inputs[0])];
  for (uint32_t i = 1; i < node->input_count; i++)
    if (!given_same(first, &g->tensors[integers_of(g, node->inputs[i])]))
      return false;
  return true;
}

/* What the result of a layer will have if it becomes int8. False: it cannot. */
static bool choose_result(const graph *g, const graph_node *node, const scale_rule *rule,
                          graph_quantization *result) {
  const int32_t quantizer = quantizer_of(g, node->outputs[0]);
  if (quantizer != GRAPH_NONE)
    *result = g->tensors[g->nodes[quantizer].outputs[0]].quantization;
  switch (rule->source) {
  case SCALE_OF_INPUT:
    *result = g->tensors[integers_of(g, node->inputs[0])].quantization;
    return is_exact(g, node);
  case SCALE_UNIFIED:
    if (quantizer == GRAPH_NONE)
      *result = g->tensors[integers_of(g, node->inputs[0])].quantization;
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
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < g->nodes[*n].input_count && status == OCTAVO_OK; i++) {
    int32_t x = g->nodes[*n].inputs[i];
    if (x == GRAPH_NONE || g->tensors[x].constant || g->tensors[x].type == GRAPH_INT8)
      continue;
    x = integers_of(g, x);
    if (rule->source == SCALE_UNIFIED && !given_same(&g->tensors[x], &wanted))
      status = add_conversion(s, (*n)++, OCTAVO_OP_QUANTIZE, x, result, &x);
    g->nodes[*n].inputs[i] = x;
  }
  return status;
}

/* The layer writes int8 under the old name, which is dequantized for whoever read it before. */
static octavo_status write_integers(given_state *s, uint32_t n, const graph_quantization *result) {
  graph *g = s->g;
  const int32_t y = g->nodes[n].outputs[0];
  int32_t q = GRAPH_NONE;
  octavo_status status = graph_add_tensor(g, g->tensors[y].name, GRAPH_INT8, g->tensors[y].rank,
                                          g->tensors[y].shape, NULL, &q, s->error);
  if (status != OCTAVO_OK)
    return status;
  g->tensors[q].quantization = *result;
  g->nodes[n].outputs[0] = q;
  if (!given_is_model_output(g, y)) {
    char *name = g->tensors[y].name;
    g->tensors[y].name = g->tensors[q].name;
    g->tensors[q].name = name;
  }
  uint32_t index = 0;
  s->changed = true;
  return graph_insert_node(g, n + 1, OCTAVO_OP_DEQUANTIZE, g->tensors[y].name, "DequantizeLinear",
                           &q, 1, &y, 1, &index, s->error);
}

static octavo_status become_int8(given_state *s, uint32_t n) {
  graph *g = s->g;
  const graph_node *node = &g->nodes[n];
  const scale_rule *rule = scale_rule_find(node->op);
  graph_quantization result = {0};
  if (rule == NULL || g->tensors[node->outputs[0]].type != GRAPH_FLOAT32 ||
      !inputs_are_dequantized(g, node, rule) || !choose_result(g, node, rule, &result))
    return OCTAVO_OK;
  bool done = true;
  octavo_status status = OCTAVO_OK;
  if (rule->weighted) {
    const int32_t real = node->inputs[0];
    g->nodes[n].inputs[0] = integers_of(g, real);
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

/* ---- All ------------------------------------------------------------------------------------ */

static octavo_status sweep(given_state *s) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < s->g->node_count && status == OCTAVO_OK; n++) {
    if (s->g->nodes[n].removed || s->g->nodes[n].op == OCTAVO_OP_DEQUANTIZE)
      continue;
    if (s->g->nodes[n].op != OCTAVO_OP_QUANTIZE) {
      status = become_int8(s, n);
    } else if (s->g->tensors[s->g->nodes[n].inputs[0]].type == GRAPH_FLOAT32) {
      status = move_up(s, n);
      if (!s->g->nodes[n].removed && s->g->nodes[n].op == OCTAVO_OP_QUANTIZE &&
          s->g->tensors[s->g->nodes[n].inputs[0]].type == GRAPH_FLOAT32)
        join_conversions(s, n);
    }
  }
  return status;
}

/* A fully connected layer takes inputs of any rank. */
static void drop_flattening(graph *g) {
  for (uint32_t n = 0; n < g->node_count; n++) {
    const int32_t x = g->nodes[n].inputs[0], producer = graph_producer(g, x);
    if (is(g, (int32_t)n, OCTAVO_OP_FULLY_CONNECTED) && is(g, producer, OCTAVO_OP_RESHAPE) &&
        g->tensors[x].type == GRAPH_INT8)
      g->nodes[n].inputs[0] = g->nodes[producer].inputs[0];
  }
}

static octavo_status rewrite(given_state *s) {
  octavo_status status = OCTAVO_OK;
  drop_duplicates(s->g);
  do {
    s->changed = false;
    status = sweep(s);
    drop_duplicates(s->g);
  } while (s->changed && status == OCTAVO_OK);
  if (status != OCTAVO_OK)
    return status;
  given_inputs(s->g);
  given_outputs(s->g);
  drop_flattening(s->g);
  return graph_compact(s->g, s->error);
}

static void count_layers(const graph *g, given_report *report) {
  for (uint32_t n = 0; n < g->node_count; n++) {
    if (g->nodes[n].op == OCTAVO_OP_QUANTIZE || g->nodes[n].op == OCTAVO_OP_DEQUANTIZE)
      continue;
    const bool int8 = g->tensors[g->nodes[n].outputs[0]].type == GRAPH_INT8;
    report->int8_layers += int8;
    report->float_layers += !int8;
  }
}

octavo_status quantize_given(const graph *source, graph **result, given_report *report,
                             octavo_error *error) {
  given_report unused;
  if (report == NULL)
    report = &unused;
  *report = (given_report){0};
  *result = NULL;
  given_state s = {.g = graph_copy(source, error), .report = report, .error = error};
  if (s.g == NULL)
    return OCTAVO_ERROR_MEMORY;
  const octavo_status status = rewrite(&s);
  if (status != OCTAVO_OK) {
    graph_free(s.g);
    return status;
  }
  count_layers(s.g, report);
  *result = s.g;
  return OCTAVO_OK;
}
