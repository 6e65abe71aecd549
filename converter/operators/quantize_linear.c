/* QuantizeLinear and DequantizeLinear. */
#include "converter/operators/quantization.h"

#include "runtime/memory.h"

#include <math.h>

static octavo_status read_operand(const onnx_node *n, quantized_operand *operand) {
  int64_t block = 0;
  *operand = (quantized_operand){.value = 0, .scale = 1, .zero_point = 2, .axis = 1};
  octavo_status status = onnx_expect_inputs(n, 2, 3);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "axis", 1, &operand->axis);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "block_size", 0, &block);
  if (status == OCTAVO_OK && block != 0)
    status = onnx_unsupported(n, "in blocks");
  return status;
}

octavo_status import_dequantize_linear(onnx_node *n) {
  quantized_operand operand;
  const octavo_status status = read_operand(n, &operand);
  return status == OCTAVO_OK ? quantization_dequantize(n, &operand, n->proto->output[0], &n->output)
                             : status;
}

/* clamp(rint(x / scale) + zero point), by the definition of QuantizeLinear. */
static void quantize_elements(const graph_tensor *x, const quantization_read *q, graph_type type,
                              uint8_t *result) {
  const size_t stride = quantization_stride(x, q->axis);
  const float *values = x->data;
  for (size_t i = 0; i < x->bytes / sizeof(float); i++) {
    const uint32_t c = (uint32_t)(i / stride % q->count);
    const float steps =
        rintf(values[i] / q->scales[c]) + (float)quantization_zero_point(q, c, type);
    const int value = (int)fminf(fmaxf(steps, -128.0f), 127.0f);
    result[i] = (uint8_t)(type == GRAPH_UINT8 ? value + 128 : value);
  }
}

/* Weights that are stored as float32 in front of the quantization that they were trained with. */
static octavo_status quantize_constant(onnx_node *n, const quantized_operand *operand) {
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  quantization_read q;
  octavo_status status = quantization_read_operand(n, operand, &shape, &q);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *x = onnx_input(n, 0);
  const graph_type type = q.zero_point == NULL ? GRAPH_UINT8 : q.zero_point->type;
  if (type != GRAPH_INT8 && type != GRAPH_UINT8)
    return onnx_unsupported(n, "of a constant to other than int8 and uint8");
  uint8_t *result = octavo_memory_alloc(x->bytes + 1, 1);
  if (result == NULL)
    return octavo_error_memory(n->error, x->bytes, "a constant");
  quantize_elements(x, &q, type, result);
  status = onnx_emit_constant(n, type, &shape, result);
  octavo_memory_free(result);
  return status;
}

octavo_status import_quantize_linear(onnx_node *n) {
  quantized_operand operand;
  octavo_status status = read_operand(n, &operand);
  if (status == OCTAVO_OK && onnx_input(n, 0)->type != GRAPH_FLOAT32)
    status = onnx_unsupported(n, "of other than floating point");
  if (status != OCTAVO_OK)
    return status;
  return onnx_is_constant(n, 0) ? quantize_constant(n, &operand)
                                : quantization_quantize(n, n->inputs[0], &operand, &n->output);
}
