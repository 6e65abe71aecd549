#include "converter/operators/table.h"

static bool contains(const onnx_shape *axes, uint32_t axis) {
  for (uint32_t i = 0; i < axes->rank; i++)
    if (axes->dims[i] == (int64_t)axis)
      return true;
  return false;
}

static onnx_shape reduced(const onnx_shape *x, const onnx_shape *axes, bool keep) {
  onnx_shape y = {0};
  for (uint32_t i = 0; i < x->rank; i++) {
    if (!contains(axes, i))
      y.dims[y.rank++] = x->dims[i];
    else if (keep)
      y.dims[y.rank++] = 1;
  }
  return y;
}

octavo_status import_reduce_mean(onnx_node *n) {
  int64_t keep = 1, keep_if_empty = 0;
  onnx_shape axes = {0};
  bool found = false;
  octavo_status status = onnx_expect_inputs(n, 1, 2);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "keepdims", 1, &keep);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "noop_with_empty_axes", 0, &keep_if_empty);
  if (status == OCTAVO_OK)
    status = onnx_read_axes(n, 1, onnx_input(n, 0)->rank, &axes, &found);
  if (status != OCTAVO_OK)
    return status;
  if (axes.rank == 0 && keep_if_empty != 0) {
    onnx_alias(n, n->inputs[0]);
    return OCTAVO_OK;
  }
  if (axes.rank == 0 || contains(&axes, 0))
    return onnx_unsupported(n, "mean over the batch");
  const onnx_shape x = onnx_shape_of(onnx_input(n, 0));
  const onnx_shape y = reduced(&x, &axes, keep != 0);
  graph_node *node = NULL;
  status = onnx_emit(n, GRAPH_OP_REDUCE_MEAN, n->inputs, 1, &y, &node);
  if (status != OCTAVO_OK)
    return status;
  node->int_count = axes.rank;
  for (uint32_t i = 0; i < axes.rank; i++)
    node->ints[i] = axes.dims[i];
  node->flag = keep != 0;
  return OCTAVO_OK;
}
