#include "converter/operators/table.h"

/* Before operator set 13: over all axes from `axis` on, as one. */
static octavo_status emit_flattened(onnx_node *n, uint32_t axis) {
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  onnx_shape flat = {.rank = axis + 1};
  for (uint32_t i = 0; i < axis; i++)
    flat.dims[i] = shape.dims[i];
  flat.dims[axis] = 1;
  for (uint32_t i = axis; i < shape.rank; i++)
    flat.dims[axis] *= shape.dims[i];
  graph_node *node = NULL;
  int32_t rows = GRAPH_NONE, result = GRAPH_NONE;
  octavo_status status = onnx_emit_step(n, OCTAVO_OP_RESHAPE, n->inputs, 1, &flat, &node, &rows);
  if (status == OCTAVO_OK)
    status = onnx_emit_step(n, OCTAVO_OP_SOFTMAX, &rows, 1, &flat, &node, &result);
  if (status == OCTAVO_OK) {
    node->ints[0] = (int64_t)axis;
    node->int_count = 1;
    status = onnx_emit(n, OCTAVO_OP_RESHAPE, &result, 1, &shape, &node);
  }
  return status;
}

octavo_status import_softmax(onnx_node *n) {
  int64_t axis = 0;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "axis", n->opset < 13 ? 1 : -1, &axis);
  if (status == OCTAVO_OK)
    status = onnx_check_axis(n, &axis, onnx_input(n, 0)->rank);
  if (status != OCTAVO_OK)
    return status;
  if (axis == 0)
    return onnx_unsupported(n, "over the batch");
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  if (n->opset < 13 && axis + 1 < (int64_t)shape.rank)
    return emit_flattened(n, (uint32_t)axis);
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_SOFTMAX, n->inputs, 1, &shape, &node);
  if (status == OCTAVO_OK) {
    node->ints[0] = axis;
    node->int_count = 1;
  }
  return status;
}
