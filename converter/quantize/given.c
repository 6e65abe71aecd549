#include "converter/quantize/given.h"

#include "converter/quantize/boundaries.h"
#include "converter/quantize/given_internal.h"

bool quantize_is_given(const graph *g) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (graph_is_conversion(&g->nodes[n]))
      return true;
  return false;
}

bool given_same(const graph_tensor *a, const graph_tensor *b) {
  return a->quantization.scale == b->quantization.scale &&
         a->quantization.zero_point == b->quantization.zero_point;
}

bool given_is(const graph *g, int32_t node, uint32_t op) {
  return node != GRAPH_NONE && !g->nodes[node].removed && g->nodes[node].op == op;
}

int32_t given_integers_of(const graph *g, int32_t tensor) {
  const int32_t producer = graph_producer(g, tensor);
  return given_is(g, producer, OCTAVO_OP_DEQUANTIZE) ? g->nodes[producer].inputs[0] : GRAPH_NONE;
}

int32_t given_quantizer_of(const graph *g, int32_t tensor) {
  const int32_t reader = graph_only_consumer(g, tensor);
  return given_is(g, reader, OCTAVO_OP_QUANTIZE) ? reader : GRAPH_NONE;
}

/* ---- Conversions ---------------------------------------------------------------------------- */

/* Of two nodes that convert the same tensor in the same way the second goes. If they dequantize,
 * its names stay: they are the source's. */
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
    if (node->op == OCTAVO_OP_DEQUANTIZE) {
      char *name = g->nodes[n].name;
      g->nodes[n].name = g->nodes[k].name;
      g->nodes[k].name = name;
      graph_swap_names(g, node->outputs[0], other->outputs[0]);
    }
    return;
  }
}

static void drop_duplicates(graph *g) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (given_is(g, (int32_t)n, OCTAVO_OP_QUANTIZE) ||
        given_is(g, (int32_t)n, OCTAVO_OP_DEQUANTIZE))
      drop_duplicate(g, n);
}

/* Dequantize, quantize: nothing, or int8 to int8. */
static void join_conversions(given_state *s, uint32_t n) {
  graph *g = s->g;
  graph_node *node = &g->nodes[n];
  const int32_t x = given_integers_of(g, node->inputs[0]), y = node->outputs[0];
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

octavo_status given_add_conversion(given_state *s, uint32_t position, int32_t from,
                                   const graph_quantization *quantization, int32_t *to) {
  quantization_parameters parameters = {0};
  if (quantization != NULL)
    parameters = (quantization_parameters){quantization->scale, quantization->zero_point};
  s->changed = true;
  return boundaries_convert(s->g, position, from, quantization != NULL ? &parameters : NULL, to,
                            s->error);
}

/* The first of the layers that keep the scale and lead to `tensor`, each read by the next alone;
 * GRAPH_NONE if there is none, or what they read is dequantized already. */
static int32_t first_of_chain(const graph *g, int32_t tensor) {
  int32_t first = GRAPH_NONE, reader = given_quantizer_of(g, tensor);
  while (reader != GRAPH_NONE && graph_only_consumer(g, tensor) == reader) {
    const int32_t layer = graph_producer(g, tensor);
    if (!given_is(g, layer, OCTAVO_OP_RESHAPE) && !given_is(g, layer, OCTAVO_OP_MAX_POOL))
      return first;
    tensor = g->nodes[layer].inputs[0];
    if (given_integers_of(g, tensor) != GRAPH_NONE || graph_only_consumer(g, tensor) != layer)
      return first;
    first = reader = layer;
  }
  return first;
}

/* A QUANTIZE behind such layers gets a double in front of them, where what they read could then
 * become int8; it joins with its double's results later. */
static octavo_status move_up(given_state *s, uint32_t n) {
  graph *g = s->g;
  const int32_t first = first_of_chain(g, g->nodes[n].inputs[0]);
  if (first == GRAPH_NONE)
    return OCTAVO_OK;
  const int32_t x = g->nodes[first].inputs[0];
  const graph_quantization quantization = g->tensors[g->nodes[n].outputs[0]].quantization;
  int32_t q = GRAPH_NONE, real = GRAPH_NONE;
  octavo_status status = given_add_conversion(s, (uint32_t)first, x, &quantization, &q);
  if (status == OCTAVO_OK)
    status = given_add_conversion(s, (uint32_t)first + 1, q, NULL, &real);
  if (status == OCTAVO_OK)
    g->nodes[first + 2].inputs[0] = real;
  return status;
}

/* ---- All ------------------------------------------------------------------------------------ */

static octavo_status sweep(given_state *s) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < s->g->node_count && status == OCTAVO_OK; n++) {
    if (s->g->nodes[n].removed || s->g->nodes[n].op == OCTAVO_OP_DEQUANTIZE)
      continue;
    if (s->g->nodes[n].op != OCTAVO_OP_QUANTIZE) {
      status = given_layer(s, n);
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
    if (given_is(g, (int32_t)n, OCTAVO_OP_FULLY_CONNECTED) &&
        given_is(g, producer, OCTAVO_OP_RESHAPE) && g->tensors[x].type == GRAPH_INT8)
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
    if (graph_is_conversion(&g->nodes[n]))
      continue;
    const bool int8 = g->tensors[g->nodes[n].outputs[0]].type == GRAPH_INT8;
    report->int8_layers += int8;
    report->float_layers += !int8;
  }
}

/* A flag that no lowered graph uses. */
static void mark_float(graph *g, const layer_precision *precisions) {
  for (uint32_t n = 0; n < g->node_count; n++)
    g->nodes[n].flag = precisions != NULL && precisions[n] == PRECISION_FLOAT;
}

octavo_status quantize_given(const graph *source, const layer_precision *precisions, graph **result,
                             given_report *report, octavo_error *error) {
  given_report unused;
  if (report == NULL)
    report = &unused;
  *report = (given_report){0};
  *result = NULL;
  given_state s = {.g = graph_copy(source, error), .report = report, .error = error};
  if (s.g == NULL)
    return OCTAVO_ERROR_MEMORY;
  mark_float(s.g, precisions);
  const octavo_status status = rewrite(&s);
  mark_float(s.g, NULL);
  if (status != OCTAVO_OK) {
    graph_free(s.g);
    return status;
  }
  count_layers(s.g, report);
  *result = s.g;
  return OCTAVO_OK;
}
