#include "converter/operators/table.h"

#include <math.h>

/* Paddings before and after each axis, from attribute (before operator set 11) or inputs. */
static octavo_status read_pads(const onnx_node *n, uint32_t rank, octavo_attributes_pad *pad) {
  /* The list is twice as long as onnx_shape. */
  int64_t values[2 * GRAPH_MAX_RANK];
  onnx_shape axes = {.rank = rank};
  for (uint32_t i = 0; i < rank; i++)
    axes.dims[i] = (int64_t)i;
  octavo_status status = OCTAVO_OK;
  bool found = false;
  if (n->opset >= 18 && onnx_has_input(n, 3))
    status = onnx_read_axes(n, 3, rank, &axes, &found);
  if (status == OCTAVO_OK)
    status = n->opset < 11 ? onnx_attribute_list(n, "pads", 2 * axes.rank, values)
                           : onnx_read_list(n, 1, "pads", 2 * axes.rank, values);
  for (uint32_t i = 0; i < axes.rank && status == OCTAVO_OK; i++) {
    const int64_t before = values[i], after = values[axes.rank + i];
    if (before < 0 || after < 0)
      return onnx_unsupported(n, "negative pads (cropping)");
    if (before > ONNX_MAX_DIMENSION || after > ONNX_MAX_DIMENSION)
      return onnx_invalid(n, "pads above %u", ONNX_MAX_DIMENSION);
    pad->before[axes.dims[i]] = (uint32_t)before;
    pad->after[axes.dims[i]] = (uint32_t)after;
  }
  return status;
}

static octavo_status read_value(const onnx_node *n, float *result) {
  if (n->opset < 11)
    return onnx_attribute_float(n, "value", 0.0f, result);
  double value = 0;
  octavo_status status = OCTAVO_OK;
  if (onnx_has_input(n, 2))
    status = onnx_read_number(n, 2, "padding value", &value);
  *result = (float)value;
  return status;
}

static octavo_status read_attributes(const onnx_node *n, octavo_attributes_pad *pad) {
  octavo_status status = onnx_expect_inputs(n, n->opset < 11 ? 1 : 2, 4);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status != OCTAVO_OK)
    return status;
  if (!onnx_attribute_is(n, "mode", "constant", true))
    return onnx_unsupported(n, "mode other than constant");
  if (onnx_input(n, 0)->rank > OCTAVO_MAX_RANK)
    return onnx_unsupported(n, "rank above %d", OCTAVO_MAX_RANK);
  status = read_pads(n, onnx_input(n, 0)->rank, pad);
  if (status == OCTAVO_OK)
    status = read_value(n, &pad->value);
  if (status == OCTAVO_OK && !isfinite(pad->value))
    status = onnx_unsupported(n, "padding that is not finite");
  if (status == OCTAVO_OK && (pad->before[0] | pad->after[0]) != 0)
    status = onnx_unsupported(n, "padding of the batch");
  return status;
}

octavo_status import_pad(onnx_node *n) {
  octavo_attributes_pad pad = {0};
  octavo_status status = read_attributes(n, &pad);
  if (status != OCTAVO_OK)
    return status;
  onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  for (uint32_t i = 0; i < shape.rank; i++)
    shape.dims[i] += (int64_t)pad.before[i] + pad.after[i];
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_PAD, n->inputs, 1, &shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.pad = pad;
  return status;
}
