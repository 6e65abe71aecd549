/* Squeeze and Unsqueeze. */
#include "converter/operators/reshape.h"
#include "converter/operators/table.h"

static uint32_t bits_of(const onnx_shape *axes) {
  uint32_t bits = 0;
  for (uint32_t i = 0; i < axes->rank; i++)
    bits |= 1u << axes->dims[i];
  return bits;
}

octavo_status import_squeeze(onnx_node *n) {
  onnx_shape axes = {0};
  bool found = false;
  octavo_status status = onnx_expect_inputs(n, 1, 2);
  if (status == OCTAVO_OK)
    status = onnx_read_axes(n, 1, onnx_input(n, 0)->rank, &axes, &found);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0));
  const bool constant = onnx_is_constant(n, 0);
  onnx_shape shape = {0};
  for (uint32_t i = 0; i < from.rank; i++) {
    const bool listed = (bits_of(&axes) >> i & 1) != 0;
    if (listed && from.dims[i] != 1)
      return onnx_invalid(n, "axis %u has %lld elements, expected 1", i, (long long)from.dims[i]);
    /* Without a list all dimensions of 1 go, but the batch is 1 only here, so it stays. */
    const bool any = !found && from.dims[i] == 1 && (constant || i > 0);
    if (!listed && !any)
      shape.dims[shape.rank++] = from.dims[i];
  }
  return onnx_emit_reshape(n, &shape);
}

octavo_status import_unsqueeze(onnx_node *n) {
  onnx_shape axes = {0}, given = {0};
  bool found = false;
  octavo_status status = onnx_expect_inputs(n, 1, 2);
  if (status == OCTAVO_OK)
    status = onnx_has_input(n, 1) ? onnx_read_ints(n, 1, "axes", &given)
                                  : onnx_attribute_ints(n, "axes", &given);
  if (status != OCTAVO_OK)
    return status;
  /* Axes count in the result, whose rank is known only now. */
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0));
  const uint32_t rank = from.rank + given.rank;
  if (given.rank == 0 || rank > GRAPH_MAX_RANK)
    return onnx_invalid(n, "a result of rank %u: expected axes, and at most rank %d", rank,
                        GRAPH_MAX_RANK);
  status = onnx_read_axes(n, 1, rank, &axes, &found);
  if (status != OCTAVO_OK)
    return status;
  onnx_shape shape = {.rank = rank};
  for (uint32_t i = 0, next = 0; i < rank; i++)
    shape.dims[i] = (bits_of(&axes) >> i & 1) != 0 ? 1 : from.dims[next++];
  return onnx_emit_reshape(n, &shape);
}
