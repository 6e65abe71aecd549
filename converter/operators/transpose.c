#include "converter/operators/constant_math.h"
#include "converter/operators/table.h"

static octavo_status read_permutation(const onnx_node *n, uint32_t rank, onnx_shape *order) {
  octavo_status status = onnx_attribute_ints(n, "perm", order);
  if (status != OCTAVO_OK)
    return status;
  if (order->rank == 0) {
    order->rank = rank;
    for (uint32_t i = 0; i < rank; i++)
      order->dims[i] = (int64_t)(rank - 1 - i);
  }
  uint32_t seen = 0;
  for (uint32_t i = 0; i < order->rank; i++)
    if (order->dims[i] >= 0 && order->dims[i] < (int64_t)rank)
      seen |= 1u << order->dims[i];
  if (order->rank != rank || seen != (1u << rank) - 1)
    return onnx_invalid(n, "attribute perm: expected each axis 0 to %u once", rank - 1);
  return OCTAVO_OK;
}

/* Weights that stand for int8 ones still do, their channels along another axis. */
static octavo_status transpose_constant(onnx_node *n, const onnx_shape *order) {
  const octavo_status status = constant_transpose(n, order);
  const graph_integers *integers = onnx_input(n, 0)->integers;
  if (status != OCTAVO_OK || integers == NULL || integers->values != NULL)
    return status;
  const octavo_status given = graph_set_integers(n->graph, n->output, integers, n->error);
  for (uint32_t i = 0; given == OCTAVO_OK && i < order->rank; i++)
    if (order->dims[i] == (int64_t)integers->axis)
      n->graph->tensors[n->output].integers->axis = i;
  return given;
}

octavo_status import_transpose(onnx_node *n) {
  onnx_shape order;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = read_permutation(n, onnx_input(n, 0)->rank, &order);
  if (status != OCTAVO_OK)
    return status;
  if (onnx_is_constant(n, 0))
    return transpose_constant(n, &order);
  status = onnx_expect_activation(n, 0);
  if (status != OCTAVO_OK)
    return status;
  onnx_shape shape = {.rank = order.rank};
  for (uint32_t i = 0; i < order.rank; i++)
    shape.dims[i] = onnx_input(n, 0)->shape[order.dims[i]];
  graph_node *node = NULL;
  status = onnx_emit(n, GRAPH_OP_TRANSPOSE, n->inputs, 1, &shape, &node);
  if (status != OCTAVO_OK)
    return status;
  node->int_count = order.rank;
  for (uint32_t i = 0; i < order.rank; i++)
    node->ints[i] = order.dims[i];
  return OCTAVO_OK;
}
