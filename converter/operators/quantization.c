#include "converter/operators/quantization.h"

#include "runtime/memory.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#define UNSIGNED_SHIFT 128

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
  const int32_t shift = type == GRAPH_UINT8 ? UNSIGNED_SHIFT : 0;
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

/* ---- Constants ------------------------------------------------------------------------------ */

static int32_t element(const graph_tensor *t, size_t i) {
  switch (t->type) {
  case GRAPH_INT8:
    return ((const int8_t *)t->data)[i];
  case GRAPH_UINT8:
    return ((const uint8_t *)t->data)[i] - UNSIGNED_SHIFT;
  default:
    return ((const int32_t *)t->data)[i];
  }
}

static size_t channel_stride(const graph_tensor *t, uint32_t axis) {
  size_t stride = 1;
  for (uint32_t i = axis + 1; i < t->rank; i++)
    stride *= (size_t)t->shape[i];
  return stride;
}

/* Whether all zero points are 0, so that scales alone lead back to the integers. */
static bool is_symmetric(const quantization_read *q, graph_type type) {
  for (uint32_t i = 0; i < q->count; i++)
    if (quantization_zero_point(q, i, type) != 0)
      return false;
  return true;
}

static octavo_status remember_integers(onnx_node *n, int32_t source, const quantization_read *q,
                                       int32_t output) {
  const graph_tensor *t = &n->graph->tensors[source];
  const bool wide = t->type == GRAPH_INT32;
  graph_integers *integers = octavo_memory_alloc(1, sizeof *integers);
  if (integers == NULL)
    return octavo_error_memory(n->error, sizeof *integers, "scales of a constant");
  integers->scales = octavo_memory_alloc(q->count, sizeof *integers->scales);
  integers->scale_count = q->count;
  integers->axis = q->axis;
  integers->value_count = wide ? (uint32_t)graph_element_count(t) : 0;
  integers->values = wide ? octavo_memory_alloc(graph_element_count(t) + 1, sizeof(int32_t)) : NULL;
  n->graph->tensors[output].integers = integers;
  if (integers->scales == NULL || (wide && integers->values == NULL))
    return octavo_error_memory(n->error, t->bytes, "integers of a constant");
  for (uint32_t i = 0; i < q->count; i++)
    integers->scales[i] = q->scales[i];
  for (uint32_t i = 0; i < integers->value_count; i++)
    integers->values[i] = element(t, i);
  return OCTAVO_OK;
}

static octavo_status dequantize_constant(onnx_node *n, int32_t source, const quantization_read *q,
                                         const char *name, int32_t *output) {
  const graph_tensor *t = &n->graph->tensors[source];
  const size_t count = (size_t)graph_element_count(t);
  *n->computed_bytes += count * sizeof(float);
  if (*n->computed_bytes > ONNX_MAX_COMPUTED)
    return onnx_invalid(n, "constants computed from others would take more than %u MiB",
                        ONNX_MAX_COMPUTED >> 20);
  float *values = octavo_memory_alloc(count + 1, sizeof *values);
  if (values == NULL)
    return octavo_error_memory(n->error, count * sizeof *values, "a constant");
  const size_t stride = channel_stride(t, q->axis);
  for (size_t i = 0; i < count; i++) {
    const uint32_t c = (uint32_t)(i / stride % q->count);
    const int64_t steps = (int64_t)element(t, i) - quantization_zero_point(q, c, t->type);
    values[i] = (float)steps * q->scales[c];
  }
  const bool symmetric = is_symmetric(q, t->type);
  octavo_status status =
      graph_add_tensor(n->graph, name, GRAPH_FLOAT32, t->rank, t->shape, values, output, n->error);
  octavo_memory_free(values);
  if (status == OCTAVO_OK && symmetric)
    status = remember_integers(n, source, q, *output);
  return status;
}

octavo_status quantization_dequantize_bias(onnx_node *n, uint32_t bias, float input_scale,
                                           const float *weight_scales, uint32_t scale_count,
                                           int32_t *output) {
  const graph_tensor *t = onnx_input(n, bias);
  if (t == NULL || !t->constant || t->type != GRAPH_INT32 || t->rank != 1)
    return onnx_invalid(n, "the bias: expected a constant list of int32");
  if (scale_count != 1 && scale_count != (uint64_t)t->shape[0])
    return onnx_invalid(n, "the bias: expected %u elements, one per scale, found %lld", scale_count,
                        (long long)t->shape[0]);
  float *scales = octavo_memory_alloc(scale_count, sizeof *scales);
  if (scales == NULL)
    return octavo_error_memory(n->error, scale_count * sizeof *scales, "scales of a bias");
  for (uint32_t i = 0; i < scale_count; i++)
    scales[i] = input_scale * weight_scales[i];
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  snprintf(name, sizeof name, "%.1000s_dequantized", t->name);
  const quantization_read q = {.scales = scales, .count = scale_count};
  const octavo_status status = dequantize_constant(n, n->inputs[bias], &q, name, output);
  octavo_memory_free(scales);
  return status;
}

/* ---- Activations ---------------------------------------------------------------------------- */

static octavo_status add_node(onnx_node *n, uint32_t op, const char *name, int32_t from,
                              int32_t to) {
  uint32_t index = 0;
  return graph_insert_node(n->graph, n->graph->node_count, op, name, n->proto->op_type, &from, 1,
                           &to, 1, &index, n->error);
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

static octavo_status dequantize_activation(onnx_node *n, int32_t source, const char *name,
                                           int32_t *output) {
  const graph_tensor *t = &n->graph->tensors[source];
  char node_name[OCTAVO_FORMAT_MAX_NAME + 1];
  snprintf(node_name, sizeof node_name, "%.1000s_dequantize", t->name);
  octavo_status status =
      graph_add_tensor(n->graph, name, GRAPH_FLOAT32, t->rank, t->shape, NULL, output, n->error);
  if (status == OCTAVO_OK)
    status = add_node(n, OCTAVO_OP_DEQUANTIZE, node_name, source, *output);
  return status;
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
  snprintf(made, sizeof made, "%.1000s_dequantized", t->name);
  if (name == NULL)
    name = made;
  if (t->constant)
    return dequantize_constant(n, source, &q, name, output);
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
  const graph_quantization quantization = {.scale = q.scales[0],
                                           .zero_point = quantization_zero_point(&q, 0, type)};
  status = graph_add_tensor(n->graph, n->proto->output[0], type, shape.rank, shape.dims, NULL,
                            output, n->error);
  if (status != OCTAVO_OK)
    return status;
  n->graph->tensors[*output].quantization = quantization;
  return add_node(n, OCTAVO_OP_QUANTIZE, n->name, from, *output);
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
