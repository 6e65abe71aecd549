/* Functions of one element: Sigmoid, HardSwish, Gelu, ... */
#include "converter/operators/table.h"

static octavo_status emit(onnx_node *n, octavo_unary_function function, float alpha, float beta) {
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  graph_node *node = NULL;
  octavo_status status = onnx_emit(n, OCTAVO_OP_UNARY, n->inputs, 1, &shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.unary =
        (octavo_attributes_unary){.function = function, .alpha = alpha, .beta = beta};
  return status;
}

static octavo_status check(const onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  return status == OCTAVO_OK ? onnx_expect_activation(n, 0) : status;
}

static octavo_status import_plain(onnx_node *n, octavo_unary_function function) {
  octavo_status status = check(n);
  return status == OCTAVO_OK ? emit(n, function, 0, 0) : status;
}

octavo_status import_sigmoid(onnx_node *n) {
  return import_plain(n, OCTAVO_UNARY_SIGMOID);
}

octavo_status import_tanh(onnx_node *n) {
  return import_plain(n, OCTAVO_UNARY_TANH);
}

octavo_status import_erf(onnx_node *n) {
  return import_plain(n, OCTAVO_UNARY_ERF);
}

octavo_status import_hard_swish(onnx_node *n) {
  return import_plain(n, OCTAVO_UNARY_HARD_SWISH);
}

octavo_status import_gelu(onnx_node *n) {
  if (onnx_attribute_is(n, "approximate", "tanh", false))
    return import_plain(n, OCTAVO_UNARY_GELU_TANH);
  if (onnx_attribute_is(n, "approximate", "none", true))
    return import_plain(n, OCTAVO_UNARY_GELU);
  return onnx_invalid(n, "attribute approximate: expected none or tanh");
}

static octavo_status import_with_alpha(onnx_node *n, octavo_unary_function function,
                                       float missing) {
  float alpha = 0;
  octavo_status status = check(n);
  if (status == OCTAVO_OK)
    status = onnx_attribute_float(n, "alpha", missing, &alpha);
  return status == OCTAVO_OK ? emit(n, function, alpha, 0) : status;
}

octavo_status import_leaky_relu(onnx_node *n) {
  return import_with_alpha(n, OCTAVO_UNARY_LEAKY_RELU, 0.01f);
}

octavo_status import_elu(onnx_node *n) {
  return import_with_alpha(n, OCTAVO_UNARY_ELU, 1.0f);
}

octavo_status import_hard_sigmoid(onnx_node *n) {
  float alpha = 0, beta = 0;
  octavo_status status = check(n);
  if (status == OCTAVO_OK)
    status = onnx_attribute_float(n, "alpha", 0.2f, &alpha);
  if (status == OCTAVO_OK)
    status = onnx_attribute_float(n, "beta", 0.5f, &beta);
  return status == OCTAVO_OK ? emit(n, OCTAVO_UNARY_HARD_SIGMOID, alpha, beta) : status;
}

octavo_status import_prelu(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_expect_floats(n, 1, GRAPH_NONE, "slope");
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *slope = onnx_input(n, 1);
  const float *slopes = slope->data;
  const uint64_t count = graph_element_count(slope);
  for (uint64_t i = 1; i < count; i++)
    if (slopes[i] != slopes[0])
      return onnx_unsupported(n, "with slopes that differ between channels");
  if (count == 0)
    return onnx_invalid(n, "expected a slope, found none");
  return emit(n, OCTAVO_UNARY_LEAKY_RELU, slopes[0], 0);
}
