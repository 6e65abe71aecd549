#include "converter/operators/table.h"

octavo_status import_shape(onnx_node *n) {
  int64_t start = 0, end = 0;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0));
  const int64_t rank = (int64_t)from.rank;
  status = onnx_attribute_int(n, "start", 0, &start);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "end", rank, &end);
  if (status != OCTAVO_OK)
    return status;
  start = start < 0 ? start + rank : start;
  end = end < 0 ? end + rank : end;
  start = start < 0 ? 0 : start;
  end = end > rank ? rank : end;
  if (start > end)
    start = end = 0;
  const onnx_shape shape = {.rank = 1, .dims = {end - start}};
  return onnx_emit_constant(n, GRAPH_INT64, &shape, &from.dims[start]);
}
