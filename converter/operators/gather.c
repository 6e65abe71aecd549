#include "converter/operators/slice.h"
#include "converter/operators/table.h"

#include "runtime/memory.h"

#include <string.h>

/* Element `i` of the indices, made positive. */
static octavo_status read_index(const onnx_node *n, size_t i, int64_t size, int64_t *index) {
  const graph_tensor *indices = onnx_input(n, 1);
  *index = indices->type == GRAPH_INT64 ? ((const int64_t *)indices->data)[i]
                                        : ((const int32_t *)indices->data)[i];
  if (*index < -size || *index >= size)
    return onnx_invalid(n, "index %lld is out of range: expected %lld to %lld", (long long)*index,
                        (long long)-size, (long long)(size - 1));
  if (*index < 0)
    *index += size;
  return OCTAVO_OK;
}

/* data[before][size][after] -> result[before][indices][after] */
static octavo_status gather(onnx_node *n, uint32_t axis, const onnx_shape *shape, size_t count) {
  const graph_tensor *data = onnx_input(n, 0);
  const size_t indices = (size_t)graph_element_count(onnx_input(n, 1));
  size_t before = 1, after = graph_type_size(data->type);
  for (uint32_t i = 0; i < axis; i++)
    before *= (size_t)data->shape[i];
  for (uint32_t i = axis + 1; i < data->rank; i++)
    after *= (size_t)data->shape[i];
  uint8_t *result = octavo_memory_alloc(count + 1, graph_type_size(data->type));
  if (result == NULL)
    return octavo_error_memory(n->error, count * 8, "a constant");
  const graph_type type = data->type;
  const int64_t size = data->shape[axis];
  octavo_status status = OCTAVO_OK;
  for (size_t b = 0; b < before; b++) {
    for (size_t i = 0; i < indices && status == OCTAVO_OK; i++) {
      int64_t index = 0;
      status = read_index(n, i, size, &index);
      if (status == OCTAVO_OK)
        memcpy(result + (b * indices + i) * after,
               (const uint8_t *)data->data + (b * (size_t)size + (size_t)index) * after, after);
    }
  }
  if (status == OCTAVO_OK)
    status = onnx_emit_constant(n, type, shape, result);
  octavo_memory_free(result);
  return status;
}

/* Indices that are evenly spaced are a slice, as x[:, 0] is. */
static octavo_status slice(onnx_node *n, uint32_t axis, const onnx_shape *shape) {
  onnx_part part = onnx_part_of_all(n);
  const int64_t size = part.shape.dims[axis];
  const uint64_t count = graph_element_count(onnx_input(n, 1));
  int64_t next = 0;
  octavo_status status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK && axis == 0)
    status = onnx_unsupported(n, "of the batch");
  if (status == OCTAVO_OK && count == 0)
    status = onnx_unsupported(n, "with an empty result");
  if (status == OCTAVO_OK)
    status = read_index(n, 0, size, &part.begin.dims[axis]);
  for (uint64_t i = 1; i < count && status == OCTAVO_OK; i++) {
    const int64_t before = i == 1 ? part.begin.dims[axis] : next;
    status = read_index(n, (size_t)i, size, &next);
    if (i == 1)
      part.step.dims[axis] = next - before;
    if (status == OCTAVO_OK && (next <= before || next - before != part.step.dims[axis]))
      status = onnx_unsupported(n, "of an activation, with indices that do not rise evenly");
  }
  if (status != OCTAVO_OK)
    return status;
  part.shape.dims[axis] = (int64_t)count;
  if (onnx_input(n, 1)->rank == 1)
    return onnx_emit_part(n, 0, &part);
  int32_t rows = GRAPH_NONE;
  graph_node *node = NULL;
  status = onnx_emit_part_step(n, &part, &rows);
  return status == OCTAVO_OK ? onnx_emit(n, OCTAVO_OP_RESHAPE, &rows, 1, shape, &node) : status;
}

octavo_status import_gather(onnx_node *n) {
  int64_t axis = 0;
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status == OCTAVO_OK && !onnx_is_constant(n, 1))
    status = onnx_unsupported(n, "indices computed by the network, not constant");
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "axis", 0, &axis);
  if (status == OCTAVO_OK)
    status = onnx_check_axis(n, &axis, onnx_input(n, 0)->rank);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0)), picks = onnx_shape_of(onnx_input(n, 1));
  const graph_type type = onnx_input(n, 1)->type;
  if (type != GRAPH_INT64 && type != GRAPH_INT32)
    return onnx_invalid(n, "the indices: expected whole numbers");
  if (from.rank + picks.rank > GRAPH_MAX_RANK + 1)
    return onnx_unsupported(n, "with a result of rank above %d", GRAPH_MAX_RANK);
  onnx_shape shape = {0};
  for (uint32_t i = 0; i < from.rank; i++) {
    if ((int64_t)i != axis)
      shape.dims[shape.rank++] = from.dims[i];
    for (uint32_t k = 0; (int64_t)i == axis && k < picks.rank; k++)
      shape.dims[shape.rank++] = picks.dims[k];
  }
  uint64_t count = 0;
  status = onnx_count(n, &shape, &count);
  if (status != OCTAVO_OK)
    return status;
  return onnx_is_constant(n, 0) ? gather(n, (uint32_t)axis, &shape, (size_t)count)
                                : slice(n, (uint32_t)axis, &shape);
}
