/* Mul, Sub and Div, and what Add shares with them. */
#include "converter/operators/arithmetic.h"

#include "converter/operators/table.h"

#include <math.h>
#include <string.h>

/* Gives operand `i` as many axes as the result has, behind the batch. */
static octavo_status raise_rank(onnx_node *n, uint32_t i, uint32_t rank, int32_t *operand) {
  const onnx_shape from = onnx_shape_of(onnx_input(n, i));
  *operand = n->inputs[i];
  if (from.rank == rank)
    return OCTAVO_OK;
  onnx_shape shape = {.rank = rank};
  for (uint32_t k = 0; k < rank; k++)
    shape.dims[k] = k < rank - from.rank ? 1 : from.dims[k - (rank - from.rank)];
  graph_node *node = NULL;
  return onnx_emit_step(n, OCTAVO_OP_RESHAPE, operand, 1, &shape, &node, operand);
}

void arithmetic_no_clamp(graph_node *node) {
  node->attributes.clamp = (octavo_attributes_clamp){.clamp_min = -INFINITY, .clamp_max = INFINITY};
}

octavo_status arithmetic_of_activations(onnx_node *n, octavo_opcode op) {
  octavo_status status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 1);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape a = onnx_shape_of(onnx_input(n, 0)), b = onnx_shape_of(onnx_input(n, 1));
  onnx_shape shape = {0};
  int32_t operands[2];
  graph_node *node = NULL;
  status = constant_broadcast(n, &a, &b, &shape);
  for (uint32_t i = 0; i < 2 && status == OCTAVO_OK; i++)
    status = raise_rank(n, i, shape.rank, &operands[i]);
  if (status == OCTAVO_OK)
    status = onnx_emit(n, op, operands, 2, &shape, &node);
  if (status == OCTAVO_OK)
    arithmetic_no_clamp(node);
  return status;
}

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

/* `of_activations`: where neither operand is constant. */
static octavo_status import_binary(onnx_node *n, graph_op op, constant_operation operation,
                                   octavo_opcode of_activations) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status != OCTAVO_OK)
    return status;
  if (!onnx_is_constant(n, 0) && !onnx_is_constant(n, 1))
    return arithmetic_of_activations(n, of_activations);
  return arithmetic_with_constant(n, op, operation);
}

octavo_status import_mul(onnx_node *n) {
  return import_binary(n, GRAPH_OP_MULTIPLY, CONSTANT_MULTIPLY, OCTAVO_OP_MULTIPLY);
}

octavo_status import_sub(onnx_node *n) {
  return import_binary(n, GRAPH_OP_SUBTRACT, CONSTANT_SUBTRACT, OCTAVO_OP_SUBTRACT);
}

octavo_status import_div(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status == OCTAVO_OK && !onnx_is_constant(n, 1))
    status = onnx_unsupported(n, "by an activation");
  return status == OCTAVO_OK ? arithmetic_with_constant(n, GRAPH_OP_DIVIDE, CONSTANT_DIVIDE)
                             : status;
}
