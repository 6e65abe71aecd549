/* Operators that compute on integers, of ONNX and of ONNX Runtime (com.microsoft): each becomes
 * dequantize, the operator in float32, quantize, from which the quantizer makes an int8 layer
 * again. So one path serves both ways to write quantized networks. */
#include "converter/operators/quantization.h"

#include <string.h>

#define NO_INPUT ONNX_MAX_INPUTS

typedef struct integer_operator {
  const char *name, *inner; /* `inner`: its counterpart in float32 */
  uint32_t operands;        /* each of which is value, scale, zero point, from input 0 on */
  uint32_t bias;            /* int32; NO_INPUT = it has none */
  uint32_t result;          /* scale of the result; the zero point is behind it */
  int64_t weight_axis;      /* of operand 1 */
} integer_operator;

static const integer_operator rows[] = {
    {"QGemm", "Gemm", 2, 6, 7, -1},
    {"QLinearAdd", "Add", 2, NO_INPUT, 6, -1},
    {"QLinearAveragePool", "AveragePool", 1, NO_INPUT, 3, -1},
    {"QLinearConv", "Conv", 2, 8, 6, 0},
    {"QLinearGlobalAveragePool", "GlobalAveragePool", 1, NO_INPUT, 3, -1},
    {"QLinearLeakyRelu", "LeakyRelu", 1, NO_INPUT, 3, -1},
    {"QLinearMatMul", "MatMul", 2, NO_INPUT, 6, -1},
    {"QLinearMul", "Mul", 2, NO_INPUT, 6, -1},
    {"QLinearSigmoid", "Sigmoid", 1, NO_INPUT, 3, -1},
};

static const integer_operator *find(const char *name) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strcmp(rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

static octavo_status refuse_channels_last(const onnx_node *n) {
  int64_t channels_last = 0;
  const octavo_status status = onnx_attribute_int(n, "channels_last", 0, &channels_last);
  return status == OCTAVO_OK && channels_last != 0 ? onnx_unsupported(n, "channels_last") : status;
}

/* Gemm may have weights transposed, so that output channels are the rows. */
static octavo_status weight_axis(const onnx_node *n, const integer_operator *row, int64_t *axis) {
  int64_t transposed = 0;
  const octavo_status status = onnx_attribute_int(n, "transB", 0, &transposed);
  *axis = transposed != 0 ? 0 : row->weight_axis;
  return status;
}

/* The bias has the scale input · weights, for Gemm times alpha. */
static octavo_status add_bias(onnx_node *n, const integer_operator *row,
                              const quantized_operand *weights, onnx_node *inner) {
  if (row->bias == NO_INPUT || !onnx_has_input(n, row->bias))
    return OCTAVO_OK;
  float alpha = 1.0f;
  quantization_read q;
  const onnx_shape shape = onnx_shape_of(onnx_input(n, weights->value));
  octavo_status status = onnx_attribute_float(n, "alpha", 1.0f, &alpha);
  if (status == OCTAVO_OK)
    status = quantization_read_operand(n, weights, &shape, &q);
  if (status != OCTAVO_OK)
    return status;
  inner->input_count = 3;
  return quantization_dequantize_bias(n, row->bias, alpha * *(const float *)onnx_input(n, 1)->data,
                                      q.scales, q.count, &inner->inputs[2]);
}

static octavo_status run_inner(onnx_node *n, const char *name, onnx_node *inner) {
  const onnx_operator *op = onnx_operator_find(name, n->opset);
  if (op == NULL)
    return onnx_unsupported(n, "since there is no %s", name);
  const octavo_status status = op->import(inner);
  if (status == OCTAVO_OK && n->graph->tensors[inner->output].constant)
    return onnx_unsupported(n, "of constants");
  return status;
}

static octavo_status quantize_result(onnx_node *n, const onnx_node *inner, uint32_t scale) {
  const quantized_operand result = {.scale = scale, .zero_point = scale + 1, .axis = -1};
  if (onnx_has_input(n, scale))
    return quantization_quantize(n, inner->output, &result, &n->output);
  /* QGemm without a scale for its result gives float32. */
  n->output = inner->output;
  return OCTAVO_OK;
}

octavo_status import_qlinear(onnx_node *n) {
  const integer_operator *row = find(n->proto->op_type);
  onnx_node inner = *n;
  int64_t axis = -1;
  octavo_status status = onnx_expect_inputs(n, 2, row->operands * 3 + 3);
  if (status == OCTAVO_OK)
    status = refuse_channels_last(n);
  if (status == OCTAVO_OK)
    status = weight_axis(n, row, &axis);
  inner.input_count = row->operands;
  quantized_operand operand = {0};
  for (uint32_t i = 0; i < row->operands && status == OCTAVO_OK; i++) {
    operand = (quantized_operand){3 * i, 3 * i + 1, 3 * i + 2, i == 1 ? axis : -1};
    status = quantization_dequantize(n, &operand, NULL, &inner.inputs[i]);
  }
  if (status == OCTAVO_OK)
    status = add_bias(n, row, &operand, &inner);
  if (status == OCTAVO_OK)
    status = run_inner(n, row->inner, &inner);
  return status == OCTAVO_OK ? quantize_result(n, &inner, row->result) : status;
}

/* Scale and zero point of the result come first, then those of each input behind it. */
octavo_status import_qlinear_concat(onnx_node *n) {
  onnx_node inner = *n;
  octavo_status status = onnx_expect_inputs(n, 5, ONNX_MAX_INPUTS);
  if (status == OCTAVO_OK && (n->input_count - 2) % 3 != 0)
    status = onnx_invalid(n, "expected 2 inputs and 3 for each tensor, found %u", n->input_count);
  inner.input_count = (n->input_count - 2) / 3;
  for (uint32_t i = 0; i < inner.input_count && status == OCTAVO_OK; i++) {
    const quantized_operand operand = {3 * i + 2, 3 * i + 3, 3 * i + 4, -1};
    status = quantization_dequantize(n, &operand, NULL, &inner.inputs[i]);
  }
  if (status == OCTAVO_OK)
    status = run_inner(n, "Concat", &inner);
  return status == OCTAVO_OK ? quantize_result(n, &inner, 0) : status;
}

/* ---- Operators that only move integers ------------------------------------------------------ */

static bool moves_integers(const char *op) {
  static const char *const names[] = {"Dropout", "Flatten", "Identity",  "MaxPool",  "Relu",
                                      "Reshape", "Squeeze", "Transpose", "Unsqueeze"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(names[i], op) == 0)
      return true;
  return false;
}

/* max(q, 0) of the integers is ReLU where 0 stands for 0. */
static bool clamps_elsewhere(const onnx_node *n, const graph_tensor *x) {
  const int32_t zero = x->type == GRAPH_UINT8 ? -128 : 0;
  return strcmp(n->proto->op_type, "Relu") == 0 && x->quantization.zero_point != zero;
}

static octavo_status import_moving(const onnx_operator *op, onnx_node *n) {
  quantization_conversion back = {.op = OCTAVO_OP_QUANTIZE,
                                  .type = onnx_input(n, 0)->type,
                                  .quantization = onnx_input(n, 0)->quantization};
  if (back.quantization.scale == 0.0f)
    return onnx_unsupported(n, "of integers of which nothing tells the scale");
  if (clamps_elsewhere(n, onnx_input(n, 0)))
    return onnx_unsupported(n, "of integers whose zero point is not 0");
  onnx_node inner = *n;
  octavo_status status =
      quantization_add_conversion(n,
                                  &(quantization_conversion){.op = OCTAVO_OP_DEQUANTIZE,
                                                             .from = n->inputs[0],
                                                             .tensor = onnx_input(n, 0)->name,
                                                             .type = GRAPH_FLOAT32},
                                  &inner.inputs[0]);
  if (status == OCTAVO_OK)
    status = op->import(&inner);
  if (status != OCTAVO_OK)
    return status;
  back.from = inner.output;
  back.tensor = n->graph->tensors[inner.output].name;
  return quantization_add_conversion(n, &back, &n->output);
}

octavo_status quantization_import(const onnx_operator *op, onnx_node *n) {
  const graph_tensor *x = onnx_has_input(n, 0) ? onnx_input(n, 0) : NULL;
  const bool integers =
      x != NULL && !x->constant && (x->type == GRAPH_INT8 || x->type == GRAPH_UINT8);
  return integers && moves_integers(op->name) ? import_moving(op, n) : op->import(n);
}
