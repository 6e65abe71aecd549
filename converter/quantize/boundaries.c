#include "converter/quantize/boundaries.h"

#include "runtime/error.h"
#include "runtime/memory.h"

typedef struct boundary_state {
  graph *g;
  const quantization_parameters *parameters;
  int32_t *converted; /* per tensor: the same values in the other type; GRAPH_NONE = not yet */
} boundary_state;

static void set_int8(graph_tensor *tensor, quantization_parameters parameters) {
  tensor->type = GRAPH_INT8;
  tensor->quantization.scale = parameters.scale;
  tensor->quantization.zero_point = parameters.zero_point;
}

static bool all_readers_int8(const graph *g, const layer_precision *precisions, int32_t tensor) {
  bool any = false;
  for (uint32_t n = 0; n < g->node_count; n++)
    for (uint32_t i = 0; i < g->nodes[n].input_count; i++)
      if (g->nodes[n].inputs[i] == tensor) {
        if (precisions[n] != PRECISION_INT8)
          return false;
        any = true;
      }
  return any;
}

static void set_types(graph *g, const layer_precision *precisions,
                      const quantization_parameters *parameters) {
  for (uint32_t i = 0; i < g->input_count; i++)
    if (all_readers_int8(g, precisions, g->inputs[i]))
      set_int8(&g->tensors[g->inputs[i]], parameters[g->inputs[i]]);
  for (uint32_t n = 0; n < g->node_count; n++)
    for (uint32_t i = 0; precisions[n] == PRECISION_INT8 && i < g->nodes[n].output_count; i++)
      set_int8(&g->tensors[g->nodes[n].outputs[i]], parameters[g->nodes[n].outputs[i]]);
}

octavo_status boundaries_convert(graph *g, uint32_t position, int32_t from,
                                 const quantization_parameters *parameters, int32_t *to,
                                 octavo_error *error) {
  const bool to_int8 = parameters != NULL;
  const graph_tensor x = g->tensors[from];
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  graph_derive_name(x.name, to_int8 ? "quantized" : "dequantized", name);
  octavo_status status = graph_add_tensor(g, name, GRAPH_FLOAT32, x.rank, x.shape, NULL, to, error);
  if (status != OCTAVO_OK)
    return status;
  if (to_int8)
    set_int8(&g->tensors[*to], *parameters);
  graph_derive_name(x.name, to_int8 ? "quantize" : "dequantize", name);
  uint32_t index = 0;
  return graph_insert_node(g, position, to_int8 ? OCTAVO_OP_QUANTIZE : OCTAVO_OP_DEQUANTIZE, name,
                           to_int8 ? "QuantizeLinear" : "DequantizeLinear", &from, 1, to, 1, &index,
                           error);
}

/* Adds the conversion of `tensor` at *position, which moves behind it. */
static octavo_status convert(const boundary_state *s, int32_t tensor, uint32_t *position,
                             octavo_error *error) {
  const bool to_int8 = s->g->tensors[tensor].type == GRAPH_FLOAT32;
  return boundaries_convert(s->g, (*position)++, tensor, to_int8 ? &s->parameters[tensor] : NULL,
                            &s->converted[tensor], error);
}

/* Makes the node at *position read what it computes with. */
static octavo_status connect(const boundary_state *s, uint32_t *position, graph_type type,
                             octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < s->g->nodes[*position].input_count && status == OCTAVO_OK; i++) {
    const int32_t tensor = s->g->nodes[*position].inputs[i];
    if (tensor == GRAPH_NONE || s->g->tensors[tensor].constant ||
        s->g->tensors[tensor].type == type)
      continue;
    if (s->converted[tensor] == GRAPH_NONE)
      status = convert(s, tensor, position, error);
    if (status == OCTAVO_OK)
      s->g->nodes[*position].inputs[i] = s->converted[tensor];
  }
  return status;
}

octavo_status boundaries_insert(graph *g, const layer_precision *precisions,
                                const quantization_parameters *parameters, octavo_error *error) {
  const uint32_t node_count = g->node_count, tensor_count = g->tensor_count;
  const boundary_state s = {g, parameters, octavo_memory_alloc(tensor_count, sizeof *s.converted)};
  if (s.converted == NULL)
    return octavo_error_memory(error, tensor_count * sizeof *s.converted, "the boundaries");
  for (uint32_t t = 0; t < tensor_count; t++)
    s.converted[t] = GRAPH_NONE;
  set_types(g, precisions, parameters);
  octavo_status status = OCTAVO_OK;
  uint32_t position = 0;
  for (uint32_t n = 0; n < node_count && status == OCTAVO_OK; n++, position++)
    status =
        connect(&s, &position, precisions[n] == PRECISION_INT8 ? GRAPH_INT8 : GRAPH_FLOAT32, error);
  octavo_memory_free(s.converted);
  return status;
}
