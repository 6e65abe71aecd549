#include "converter/diagnosis/shadow_graph.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

/* Whether the result is int8 or, in dynamic quantization, a constant is. */
static bool is_int8(const graph *quantized, const graph_node *node) {
  bool int8 = quantized->tensors[node->outputs[0]].type == GRAPH_INT8;
  for (uint32_t i = 0; i < node->input_count; i++)
    if (node->inputs[i] != GRAPH_NONE && quantized->tensors[node->inputs[i]].constant)
      int8 |= quantized->tensors[node->inputs[i]].type == GRAPH_INT8;
  return int8;
}

static bool same_shape(const graph_tensor *a, const graph_tensor *b) {
  return a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0;
}

/* Whether the int8 layer takes what the float one takes: in a network that was quantized already,
 * reshapes between them may have gone. */
static bool same_inputs(const graph *source, const graph_node *layer, const graph *quantized,
                        const graph_node *node) {
  for (uint32_t i = 0; i < layer->input_count; i++) {
    if (layer->inputs[i] == GRAPH_NONE || node->inputs[i] == GRAPH_NONE)
      continue;
    const graph_tensor *x = &source->tensors[layer->inputs[i]];
    if (!x->constant && !same_shape(x, &quantized->tensors[node->inputs[i]]))
      return false;
  }
  return true;
}

/* The int8 form of a layer, NULL if it has none. */
static const graph_node *find_int8(const graph *source, const graph_node *layer,
                                   const graph *quantized) {
  for (uint32_t n = 0; n < quantized->node_count && !graph_is_conversion(layer); n++) {
    const graph_node *node = &quantized->nodes[n];
    if (node->op == layer->op && strcmp(node->name, layer->name) == 0)
      return node->input_count >= layer->input_count && is_int8(quantized, node) &&
                     same_inputs(source, layer, quantized, node)
                 ? node
                 : NULL;
  }
  return NULL;
}

/* Adds a tensor like `from`, its quantization included. */
static octavo_status add_like(graph *g, const graph_tensor *from, int32_t *index,
                              octavo_error *error) {
  const octavo_status status = graph_add_tensor(g, from->name, from->type, from->rank, from->shape,
                                                from->data, index, error);
  if (status != OCTAVO_OK)
    return status;
  graph_quantization *to = &g->tensors[*index].quantization;
  const uint32_t count = from->quantization.scale_count;
  to->scale = from->quantization.scale;
  to->zero_point = from->quantization.zero_point;
  if (from->quantization.scales == NULL)
    return OCTAVO_OK;
  to->scales = octavo_memory_alloc(count, sizeof *to->scales);
  if (to->scales == NULL)
    return octavo_error_memory(error, count * sizeof *to->scales, "scales");
  memcpy(to->scales, from->quantization.scales, count * sizeof *to->scales);
  to->scale_count = count;
  return OCTAVO_OK;
}

static octavo_status add_quantize(graph *g, uint32_t position, int32_t input,
                                  const graph_tensor *as, int32_t *output, octavo_error *error) {
  octavo_status status = add_like(g, as, output, error);
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  graph_derive_name(g->tensors[input].name, "probe", name);
  uint32_t index = 0;
  if (status == OCTAVO_OK)
    status = graph_insert_node(g, position, OCTAVO_OP_QUANTIZE, name, "QuantizeLinear", &input, 1,
                               output, 1, &index, error);
  return status;
}

typedef struct shadow_builder {
  graph *g;
  const graph *quantized;
  int32_t *originals; /* per node of g, with room for all */
  uint32_t position;  /* where the next node goes */
} shadow_builder;

/* Fills `operands`: constants are copied, activations quantized from what the float layer reads. */
static octavo_status add_operands(shadow_builder *b, uint32_t original, const graph_node *layer,
                                  int32_t *operands, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < layer->input_count && status == OCTAVO_OK; i++) {
    operands[i] = GRAPH_NONE;
    if (layer->inputs[i] == GRAPH_NONE)
      continue;
    const graph_tensor *tensor = &b->quantized->tensors[layer->inputs[i]];
    if (tensor->constant) {
      status = add_like(b->g, tensor, &operands[i], error);
      continue;
    }
    const int32_t input = b->g->nodes[original].inputs[i];
    operands[i] = input;
    if (tensor->type != GRAPH_INT8)
      continue;
    status = add_quantize(b->g, b->position, input, tensor, &operands[i], error);
    if (status == OCTAVO_OK)
      b->originals[b->position++] = SHADOW_HELPER;
  }
  return status;
}

static octavo_status add_shadow(shadow_builder *b, uint32_t original, const graph_node *layer,
                                octavo_error *error) {
  const uint32_t count = layer->input_count + layer->output_count;
  int32_t *operands = octavo_memory_alloc(count, sizeof *operands);
  if (operands == NULL)
    return octavo_error_memory(error, count * sizeof *operands, "operands");
  octavo_status status = add_operands(b, original, layer, operands, error);
  int32_t *outputs = operands + layer->input_count;
  for (uint32_t i = 0; i < layer->output_count && status == OCTAVO_OK; i++)
    status = add_like(b->g, &b->quantized->tensors[layer->outputs[i]], &outputs[i], error);
  uint32_t index = 0;
  if (status == OCTAVO_OK)
    status =
        graph_insert_node(b->g, b->position, layer->op, layer->name, layer->source_op, operands,
                          layer->input_count, outputs, layer->output_count, &index, error);
  if (status == OCTAVO_OK) {
    b->g->nodes[index].attributes = layer->attributes;
    b->originals[b->position++] = (int32_t)original;
  }
  octavo_memory_free(operands);
  return status;
}

/* Each layer adds at most one node per operand, and itself. */
static size_t room_needed(const graph *source, const graph *quantized) {
  size_t count = source->node_count;
  for (uint32_t n = 0; n < quantized->node_count; n++)
    count += 1 + (size_t)quantized->nodes[n].input_count;
  return count;
}

static octavo_status build(shadow_graph *s, const graph *source, const graph *quantized,
                           octavo_error *error) {
  const size_t room = room_needed(source, quantized);
  s->originals = octavo_memory_alloc(room, sizeof *s->originals);
  if (s->originals == NULL)
    return octavo_error_memory(error, room * sizeof *s->originals, "the shadow graph");
  s->g = graph_copy(source, error);
  if (s->g == NULL)
    return OCTAVO_ERROR_MEMORY;
  shadow_builder b = {s->g, quantized, s->originals, 0};
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < source->node_count && status == OCTAVO_OK; n++) {
    const uint32_t original = b.position;
    const graph_node *layer = find_int8(source, &source->nodes[n], quantized);
    b.originals[b.position++] = SHADOW_ORIGINAL;
    if (layer != NULL)
      status = add_shadow(&b, original, layer, error);
  }
  return status;
}

octavo_status shadow_graph_create(const graph *source, const graph *quantized, shadow_graph *result,
                                  octavo_error *error) {
  memset(result, 0, sizeof *result);
  const octavo_status status = build(result, source, quantized, error);
  if (status != OCTAVO_OK)
    shadow_graph_free(result);
  return status;
}

void shadow_graph_free(shadow_graph *s) {
  graph_free(s->g);
  octavo_memory_free(s->originals);
  memset(s, 0, sizeof *s);
}
