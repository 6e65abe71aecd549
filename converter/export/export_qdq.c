#include "converter/export/export_qdq.h"

#include "converter/export/exporter.h"
#include "runtime/error.h"

/* The DEQUANTIZE node that the graph itself has for an int8 tensor, or GRAPH_NONE. */
static int32_t own_dequantize(const graph *g, int32_t tensor) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (g->nodes[n].op == OCTAVO_OP_DEQUANTIZE && g->nodes[n].inputs[0] == tensor)
      return (int32_t)n;
  return GRAPH_NONE;
}

static exporter_scale add_scale(exporter *e, int32_t tensor) {
  const graph_tensor *t = &e->g->tensors[tensor];
  return exporter_add_scale(e, t->name, &t->quantization.scale, 0, t->quantization.zero_point,
                            ONNX__TENSOR_PROTO__DATA_TYPE__INT8);
}

/* The way back from the integers of a tensor, which all that read it share. An output of the model
 * has its name there. */
static void dequantize(exporter *e, int32_t tensor, exporter_scale scale) {
  const graph *g = e->g;
  const char *name = g->tensors[tensor].name;
  const int32_t own = own_dequantize(g, tensor);
  if (exporter_is_output(e, tensor)) {
    exporter_dequantize(e, exporter_name(e, name, "_dequantize"), e->integers[tensor], scale, -1,
                        name);
    e->real[tensor] = name;
  }
  if (own != GRAPH_NONE) {
    const int32_t y = g->nodes[own].outputs[0];
    exporter_dequantize(e, g->nodes[own].name, e->integers[tensor], scale, -1, g->tensors[y].name);
    e->real[y] = e->real[tensor] = g->tensors[y].name;
  } else if (e->real[tensor] == NULL) {
    e->real[tensor] = exporter_name(e, name, "_dequantized");
    exporter_dequantize(e, exporter_name(e, name, "_dequantize"), e->integers[tensor], scale, -1,
                        e->real[tensor]);
  }
}

/* The value `x`, float32, becomes the integers of `tensor`, and real numbers again. */
static void quantize(exporter *e, int32_t tensor, const char *x) {
  const char *name = e->g->tensors[tensor].name;
  const exporter_scale scale = add_scale(e, tensor);
  e->integers[tensor] = exporter_name(e, name, "_quantized");
  exporter_quantize(e, exporter_name(e, name, "_quantize"), x, scale, e->integers[tensor]);
  dequantize(e, tensor, scale);
}

/* A QUANTIZE node of the graph. */
static void add_quantize(exporter *e, const graph_node *node) {
  const int32_t y = node->outputs[0];
  const char *name = e->g->tensors[y].name;
  const exporter_scale scale = add_scale(e, y);
  e->integers[y] = exporter_is_output(e, y) ? exporter_name(e, name, "_quantized") : name;
  exporter_quantize(e, node->name, e->real[node->inputs[0]], scale, e->integers[y]);
  dequantize(e, y, scale);
}

/* A layer's result is float32 first; if it is int8, QuantizeLinear follows. The value that the
 * layer itself gives has the tensor's name where that is free, so that reading the model back,
 * which fuses clamp and quantization, finds it there. */
static bool add_layer(exporter *e, const graph_node *node) {
  const int32_t y = node->outputs[0];
  const graph_tensor *t = &e->g->tensors[y];
  const bool int8 = t->type == GRAPH_INT8, output = exporter_is_output(e, y);
  const char *tail = exporter_tail(e, node);
  const char *result = t->name, *body = t->name;
  if (output && int8)
    result = exporter_name(e, t->name, "_float");
  else if (!output && tail != NULL)
    result = exporter_name(e, t->name, tail);
  if (output)
    body = tail != NULL ? exporter_name(e, t->name, "_raw") : result;
  if (!exporter_add_layer(e, node, body, result))
    return false;
  if (int8)
    quantize(e, y, result);
  else
    e->real[y] = result;
  return true;
}

static octavo_status refuse(const graph_node *node, octavo_error *error) {
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "layer '%.200s' (%.40s): has no equal in ONNX's operator set 13 that can "
                          "be exported",
                          node->name, node->source_op);
}

/* Dynamic quantization: float32 activations, which the layer quantizes as they come. */
static bool is_dynamic(const graph *g, const graph_node *node) {
  const bool weighted = node->op == OCTAVO_OP_CONVOLUTION || node->op == OCTAVO_OP_FULLY_CONNECTED;
  return weighted && g->tensors[node->inputs[1]].type == GRAPH_INT8 &&
         g->tensors[node->inputs[0]].type == GRAPH_FLOAT32;
}

static octavo_status refuse_dynamic(const graph_node *node, octavo_error *error) {
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "layer '%.200s': is quantized dynamically, by scales that it finds while "
                          "it runs; QuantizeLinear nodes need given ones: use --mode static",
                          node->name);
}

static octavo_status add_node(exporter *e, const graph_node *node, octavo_error *error) {
  /* Written with what it reads. */
  if (node->op == OCTAVO_OP_DEQUANTIZE)
    return OCTAVO_OK;
  if (node->op == OCTAVO_OP_QUANTIZE)
    add_quantize(e, node);
  else if (!add_layer(e, node))
    return refuse(node, error);
  return e->proto.status;
}

static void add_inputs(exporter *e) {
  for (uint32_t i = 0; i < e->g->input_count; i++) {
    const int32_t index = e->g->inputs[i];
    const graph_tensor *t = &e->g->tensors[index];
    int64_t shape[GRAPH_MAX_RANK] = {0};
    exporter_shape(t, shape);
    proto_input(&e->proto, t->name, t->rank, shape);
    if (t->type == GRAPH_INT8)
      quantize(e, index, t->name);
    else
      e->real[index] = t->name;
  }
}

static void add_outputs(exporter *e) {
  for (uint32_t i = 0; i < e->g->output_count; i++) {
    const graph_tensor *t = &e->g->tensors[e->g->outputs[i]];
    int64_t shape[GRAPH_MAX_RANK] = {0};
    exporter_shape(t, shape);
    proto_output(&e->proto, t->name, t->rank, shape);
  }
}

static bool has_int8(const graph *g) {
  for (uint32_t t = 0; t < g->tensor_count; t++)
    if (!g->tensors[t].constant && g->tensors[t].type == GRAPH_INT8)
      return true;
  return false;
}

static octavo_status fill(exporter *e, const export_notes *notes, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  e->real = proto_alloc(&e->proto, e->g->tensor_count, sizeof(*e->real));
  e->integers = proto_alloc(&e->proto, e->g->tensor_count, sizeof(*e->integers));
  if (e->proto.status != OCTAVO_OK)
    return OCTAVO_OK;
  e->is_short_of_memory = !exporter_take_names(e);
  add_inputs(e);
  for (uint32_t n = 0; n < e->g->node_count && status == OCTAVO_OK; n++)
    status = add_node(e, &e->g->nodes[n], error);
  add_outputs(e);
  exporter_add_notes(e, notes);
  if (status == OCTAVO_OK && e->is_short_of_memory)
    return octavo_error_memory(error, 0, "names");
  /* Errors of the proto_graph are reported by proto_save. */
  return status == e->proto.status ? OCTAVO_OK : status;
}

static octavo_status check(const graph *g, octavo_error *error) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (is_dynamic(g, &g->nodes[n]))
      return refuse_dynamic(&g->nodes[n], error);
  if (has_int8(g))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "expected a network with int8 layers, found a float32 one: there is "
                          "nothing to quantize or dequantize");
}

octavo_status export_qdq(const graph *g, const export_notes *notes, const char *path,
                         octavo_error *error) {
  octavo_status status = check(g, error);
  if (status != OCTAVO_OK)
    return status;
  exporter e = {.g = g};
  proto_begin(&e.proto, "octavo");
  status = fill(&e, notes, error);
  if (status == OCTAVO_OK)
    status = proto_save(&e.proto, "octavo-convert", path, error);
  proto_end(&e.proto);
  name_map_clear(&e.names);
  return status;
}
