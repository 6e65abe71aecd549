/* Mul, Sub and Div, of which one operand is constant. */
#include "converter/operators/arithmetic.h"

#include "converter/operators/table.h"

#include <string.h>

octavo_status arithmetic_with_constant(onnx_node *n, graph_op op, constant_operation operation) {
  if (onnx_all_constant(n))
    return constant_binary(n, operation);
  const uint32_t at = onnx_is_constant(n, 0) ? 0 : 1;
  octavo_status status = onnx_expect_activation(n, 1 - at);
  if (status == OCTAVO_OK)
    status = onnx_expect_floats(n, at, GRAPH_NONE, "operand");
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape x = onnx_shape_of(onnx_input(n, 1 - at));
  const onnx_shape constant = onnx_shape_of(onnx_input(n, at));
  onnx_shape shape = {0};
  status = constant_broadcast(n, &x, &constant, &shape);
  if (status != OCTAVO_OK)
    return status;
  if (shape.rank != x.rank || memcmp(shape.dims, x.dims, x.rank * sizeof *x.dims) != 0)
    return onnx_unsupported(n, "with a constant that enlarges its input");
  const int32_t operands[2] = {n->inputs[1 - at], n->inputs[at]};
  graph_node *node = NULL;
  status = onnx_emit(n, op, operands, 2, &shape, &node);
  if (status == OCTAVO_OK)
    node->flag = at == 0;
  return status;
}

static octavo_status import_binary(onnx_node *n, graph_op op, constant_operation operation) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status != OCTAVO_OK)
    return status;
  if (!onnx_is_constant(n, 0) && !onnx_is_constant(n, 1))
    return onnx_unsupported(n, "of two activations");
  return arithmetic_with_constant(n, op, operation);
}

octavo_status import_mul(onnx_node *n) {
  return import_binary(n, GRAPH_OP_MULTIPLY, CONSTANT_MULTIPLY);
}

octavo_status import_sub(onnx_node *n) {
  return import_binary(n, GRAPH_OP_SUBTRACT, CONSTANT_SUBTRACT);
}

octavo_status import_div(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status == OCTAVO_OK && onnx_is_constant(n, 0) && !onnx_is_constant(n, 1))
    status = onnx_unsupported(n, "by an activation");
  return status == OCTAVO_OK ? import_binary(n, GRAPH_OP_DIVIDE, CONSTANT_DIVIDE) : status;
}
