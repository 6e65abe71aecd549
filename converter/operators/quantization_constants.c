/* Constants that a model stores as integers. */
#include "converter/operators/quantization.h"
#include "runtime/memory.h"

static int32_t element(const graph_tensor *t, size_t i) {
  switch (t->type) {
  case GRAPH_INT8:
    return ((const int8_t *)t->data)[i];
  case GRAPH_UINT8:
    return ((const uint8_t *)t->data)[i] - QUANTIZATION_UNSIGNED_SHIFT;
  default:
    return ((const int32_t *)t->data)[i];
  }
}

size_t quantization_stride(const graph_tensor *t, uint32_t axis) {
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

octavo_status quantization_dequantize_constant(onnx_node *n, int32_t source,
                                               const quantization_read *q, const char *name,
                                               int32_t *output) {
  const graph_tensor *t = &n->graph->tensors[source];
  const size_t count = (size_t)graph_element_count(t);
  *n->computed_bytes += count * sizeof(float);
  if (*n->computed_bytes > ONNX_MAX_COMPUTED)
    return onnx_invalid(n, "constants computed from others would take more than %u MiB",
                        ONNX_MAX_COMPUTED >> 20);
  float *values = octavo_memory_alloc(count + 1, sizeof *values);
  if (values == NULL)
    return octavo_error_memory(n->error, count * sizeof *values, "a constant");
  const size_t stride = quantization_stride(t, q->axis);
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
  graph_derive_name(t->name, "dequantized", name);
  const quantization_read q = {.scales = scales, .count = scale_count};
  const octavo_status status =
      quantization_dequantize_constant(n, n->inputs[bias], &q, name, output);
  octavo_memory_free(scales);
  return status;
}
