#include "converter/operators/quantization.h"

#include <float.h>

/* ---- Scale and zero point ------------------------------------------------------------------- */

static octavo_status check_count(const onnx_node *n, const graph_tensor *scale,
                                 const quantized_operand *operand, const onnx_shape *shape,
                                 quantization_read *q) {
  const uint64_t count = graph_element_count(scale);
  int64_t axis = operand->axis;
  *q = (quantization_read){.scales = scale->data, .count = 1};
  if (count == 1)
    return OCTAVO_OK;
  if (scale->rank != 1)
    return onnx_invalid(n, "the scale '%.100s': expected one number or a list, found rank %u",
                        scale->name, scale->rank);
  const octavo_status status = onnx_check_axis(n, &axis, shape->rank);
  if (status != OCTAVO_OK)
    return status;
  if (count != (uint64_t)shape->dims[axis])
    return onnx_invalid(n, "the scale '%.100s': expected 1 or %lld elements, found %llu",
                        scale->name, (long long)shape->dims[axis], (unsigned long long)count);
  q->axis = (uint32_t)axis;
  q->count = (uint32_t)count;
  return OCTAVO_OK;
}

static octavo_status check_scales(const onnx_node *n, const graph_tensor *scale,
                                  const quantization_read *q) {
  for (uint32_t i = 0; i < q->count; i++)
    if (!(q->scales[i] >= FLT_MIN && q->scales[i] <= FLT_MAX))
      return onnx_invalid(n,
                          "the scale '%.100s': expected normal numbers above 0, found %g at index "
                          "%u",
                          scale->name, (double)q->scales[i], i);
  return OCTAVO_OK;
}

octavo_status quantization_read_operand(const onnx_node *n, const quantized_operand *operand,
                                        const onnx_shape *shape, quantization_read *q) {
  octavo_status status = onnx_expect_floats(n, operand->scale, GRAPH_NONE, "scale");
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *scale = onnx_input(n, operand->scale);
  status = check_count(n, scale, operand, shape, q);
  if (status == OCTAVO_OK)
    status = check_scales(n, scale, q);
  if (status != OCTAVO_OK || !onnx_has_input(n, operand->zero_point))
    return status;
  const graph_tensor *zero_point = onnx_input(n, operand->zero_point);
  if (!zero_point->constant)
    return onnx_unsupported(n, "zero point computed by the network, not constant");
  if (graph_element_count(zero_point) != q->count)
    return onnx_invalid(n,
                        "the zero point '%.100s': expected as many elements as the scale has, %u, "
                        "found %llu",
                        zero_point->name, q->count,
                        (unsigned long long)graph_element_count(zero_point));
  q->zero_point = zero_point;
  return OCTAVO_OK;
}

int32_t quantization_zero_point(const quantization_read *q, uint32_t i, graph_type type) {
  const int32_t shift = type == GRAPH_UINT8 ? QUANTIZATION_UNSIGNED_SHIFT : 0;
  if (q->zero_point == NULL)
    return -shift;
  switch (q->zero_point->type) {
  case GRAPH_INT8:
    return ((const int8_t *)q->zero_point->data)[i] - shift;
  case GRAPH_UINT8:
    return ((const uint8_t *)q->zero_point->data)[i] - shift;
  case GRAPH_INT32:
    return ((const int32_t *)q->zero_point->data)[i];
  default:
    return 0;
  }
}

static const char *type_name(graph_type type) {
  static const char *const names[] = {
      [GRAPH_INT8] = "int8",   [GRAPH_FLOAT32] = "float32", [GRAPH_INT32] = "int32",
      [GRAPH_INT64] = "int64", [GRAPH_UINT8] = "uint8",     [GRAPH_BOOL] = "bool"};
  return names[type];
}

static octavo_status expect_type(const onnx_node *n, const quantization_read *q, graph_type type,
                                 const char *what) {
  if (q->zero_point == NULL || q->zero_point->type == type)
    return OCTAVO_OK;
  return onnx_invalid(n, "the zero point '%.100s': expected %s, as %s is, found %s",
                      q->zero_point->name, type_name(type), what, type_name(q->zero_point->type));
}

/* ---- Activations ---------------------------------------------------------------------------- */

octavo_status quantization_add_conversion(onnx_node *n, const quantization_conversion *c,
                                          int32_t *to) {
  graph *g = n->graph;
  const graph_tensor *x = &g->tensors[c->from];
  const octavo_status status =
      graph_add_tensor(g, c->tensor, c->type, x->rank, x->shape, NULL, to, n->error);
  if (status != OCTAVO_OK)
    return status;
  g->tensors[*to].quantization = c->quantization;
  uint32_t index = 0;
  return graph_insert_node(g, g->node_count, c->op,
                           c->node == NULL ? g->tensors[*to].name : c->node, n->proto->op_type,
                           &c->from, 1, to, 1, &index, n->error);
}

/* An activation keeps the scale of whoever wrote it; an input of the network gets that of its first
 * reader. */
static octavo_status agree(const onnx_node *n, graph_tensor *t, const quantization_read *q) {
  const int32_t zero_point = quantization_zero_point(q, 0, t->type);
  if (t->quantization.scale == 0.0f) {
    t->quantization.scale = q->scales[0];
    t->quantization.zero_point = zero_point;
  }
  if (t->quantization.scale == q->scales[0] && t->quantization.zero_point == zero_point)
    return OCTAVO_OK;
  return onnx_unsupported(n, "reads '%.100s' with scale %g and zero point %d, which has %g and %d",
                          t->name, (double)q->scales[0], (int)zero_point,
                          (double)t->quantization.scale, (int)t->quantization.zero_point);
}

/* `name` NULL: the source has no node of its own for it, and both names follow from the tensor's.
 */
static octavo_status dequantize_activation(onnx_node *n, int32_t source, const char *name,
                                           int32_t *output) {
  const graph_tensor *t = &n->graph->tensors[source];
  const char *node = n->name;
  char made[OCTAVO_FORMAT_MAX_NAME + 1], made_node[OCTAVO_FORMAT_MAX_NAME + 1];
  if (name == NULL) {
    graph_derive_name(t->name, "dequantized", made);
    graph_derive_name(t->name, "dequantize", made_node);
    name = made;
    node = made_node;
  }
  return quantization_add_conversion(n,
                                     &(quantization_conversion){.op = OCTAVO_OP_DEQUANTIZE,
                                                                .from = source,
                                                                .tensor = name,
                                                                .node = node,
                                                                .type = GRAPH_FLOAT32},
                                     output);
}

octavo_status quantization_dequantize(onnx_node *n, const quantized_operand *operand,
                                      const char *name, int32_t *output) {
  if (!onnx_has_input(n, operand->value))
    return onnx_invalid(n, "input %u is left out", operand->value);
  const int32_t source = n->inputs[operand->value];
  graph_tensor *t = &n->graph->tensors[source];
  const onnx_shape shape = onnx_shape_of(t);
  quantization_read q;
  octavo_status status = quantization_read_operand(n, operand, &shape, &q);
  if (status != OCTAVO_OK)
    return status;
  if (t->type != GRAPH_INT8 && t->type != GRAPH_UINT8 && t->type != GRAPH_INT32)
    return onnx_unsupported(n, "of %s", type_name(t->type));
  status = expect_type(n, &q, t->type, "its input");
  if (status != OCTAVO_OK)
    return status;
  char made[OCTAVO_FORMAT_MAX_NAME + 1];
  graph_derive_name(t->name, "dequantized", made);
  if (t->constant)
    return quantization_dequantize_constant(n, source, &q, name == NULL ? made : name, output);
  if (q.count != 1)
    return onnx_unsupported(n, "of an activation with a scale per channel");
  status = agree(n, t, &q);
  return status == OCTAVO_OK ? dequantize_activation(n, source, name, output) : status;
}

octavo_status quantization_quantize(onnx_node *n, int32_t from, const quantized_operand *operand,
                                    int32_t *output) {
  const onnx_shape shape = onnx_shape_of(&n->graph->tensors[from]);
  quantization_read q;
  octavo_status status = quantization_read_operand(n, operand, &shape, &q);
  if (status != OCTAVO_OK)
    return status;
  const graph_type type = q.zero_point == NULL ? GRAPH_UINT8 : q.zero_point->type;
  if (type != GRAPH_INT8 && type != GRAPH_UINT8)
    return onnx_unsupported(n, "to %s", type_name(type));
  if (q.count != 1)
    return onnx_unsupported(n, "of an activation with a scale per channel");
  return quantization_add_conversion(
      n,
      &(quantization_conversion){
          .op = OCTAVO_OP_QUANTIZE,
          .from = from,
          .tensor = n->proto->output[0],
          .node = n->name,
          .type = type,
          .quantization = {.scale = q.scales[0],
                           .zero_point = quantization_zero_point(&q, 0, type)}},
      output);
}

octavo_status quantization_finish(graph *g, octavo_error *error) {
  for (uint32_t i = 0; i < g->tensor_count; i++) {
    graph_tensor *t = &g->tensors[i];
    if (t->constant || (t->type != GRAPH_UINT8 && t->type != GRAPH_INT8))
      continue;
    if (t->quantization.scale == 0.0f)
      return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                              "input '%.200s' is %s and no operator tells its scale", t->name,
                              type_name(t->type));
    t->type = GRAPH_INT8;
  }
  return OCTAVO_OK;
}
