#include "converter/operators/slice.h"
#include "converter/operators/table.h"

/* As many for each output; what does not go evenly, since operator set 18, is less for the last. */
static octavo_status share_evenly(const onnx_node *n, int64_t size, uint32_t count,
                                  int64_t *lengths) {
  int64_t outputs = count;
  octavo_status status = onnx_attribute_int(n, "num_outputs", count, &outputs);
  if (status != OCTAVO_OK)
    return status;
  const int64_t length = (size + count - 1) / count, last = size - length * (count - 1);
  if (outputs != (int64_t)count || last < 1 || (n->opset < 18 && last != length))
    return onnx_invalid(n, "%lld elements cannot be shared among %u outputs", (long long)size,
                        count);
  for (uint32_t i = 0; i < count; i++)
    lengths[i] = i + 1 < count ? length : last;
  return OCTAVO_OK;
}

static octavo_status read_lengths(const onnx_node *n, int64_t size, uint32_t count,
                                  int64_t *lengths) {
  octavo_status status = OCTAVO_OK;
  if (onnx_has_input(n, 1))
    status = onnx_read_list(n, 1, "split", count, lengths);
  else if (onnx_has_attribute(n, "split"))
    status = onnx_attribute_list(n, "split", count, lengths);
  else
    status = share_evenly(n, size, count, lengths);
  int64_t total = 0;
  for (uint32_t i = 0; i < count && status == OCTAVO_OK; i++) {
    if (lengths[i] < 1 || lengths[i] > size - total)
      return onnx_invalid(n, "output %u would have %lld of %lld elements", i, (long long)lengths[i],
                          (long long)size);
    total += lengths[i];
  }
  if (status == OCTAVO_OK && total != size)
    status = onnx_invalid(n, "its outputs have %lld of %lld elements", (long long)total,
                          (long long)size);
  return status;
}

octavo_status import_split(onnx_node *n) {
  int64_t axis = 0, lengths[ONNX_MAX_OUTPUTS];
  const uint32_t count = (uint32_t)n->proto->n_output;
  octavo_status status = onnx_expect_inputs(n, 1, 2);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "axis", 0, &axis);
  if (status == OCTAVO_OK)
    status = onnx_check_axis(n, &axis, onnx_input(n, 0)->rank);
  if (status == OCTAVO_OK && axis == 0)
    status = onnx_unsupported(n, "along the batch");
  if (status != OCTAVO_OK)
    return status;
  onnx_part part = onnx_part_of_all(n);
  status = read_lengths(n, part.shape.dims[axis], count, lengths);
  for (uint32_t i = 0; i < count && status == OCTAVO_OK; i++) {
    part.shape.dims[axis] = lengths[i];
    status = onnx_emit_part(n, i, &part);
    part.begin.dims[axis] += lengths[i];
  }
  return status;
}
