/* Reshape and Flatten. */
#include "converter/operators/reshape.h"

#include "converter/operators/constant_math.h"
#include "converter/operators/table.h"

/* A shape written for a batch of several need not be one for a batch of 1. */
static octavo_status wrong_count(const onnx_node *n, uint64_t to, uint64_t from) {
  if (!onnx_is_constant(n, 0) && n->source_batch > 1)
    return onnx_unsupported(n, "of the batch together with other dimensions: export the network "
                               "with a batch of 1");
  return onnx_invalid(n, "its shape has %llu elements, its input %llu", (unsigned long long)to,
                      (unsigned long long)from);
}

octavo_status onnx_emit_reshape(onnx_node *n, const onnx_shape *shape) {
  if (onnx_is_constant(n, 0))
    return constant_reshape(n, shape);
  octavo_status status = onnx_expect_activation(n, 0);
  if (status != OCTAVO_OK)
    return status;
  uint64_t count = 0;
  const uint64_t expected = graph_element_count(onnx_input(n, 0));
  status = onnx_count(n, shape, &count);
  if (status == OCTAVO_OK && count != expected)
    status = wrong_count(n, count, expected);
  if (status != OCTAVO_OK)
    return status;
  graph_node *node = NULL;
  return onnx_emit(n, OCTAVO_OP_RESHAPE, n->inputs, 1, shape, &node);
}

/* Fills in the one dimension that may be -1. */
static octavo_status infer_dimension(const onnx_node *n, onnx_shape *shape) {
  const uint64_t count = graph_element_count(onnx_input(n, 0));
  uint32_t inferred = GRAPH_MAX_RANK;
  onnx_shape known = *shape;
  for (uint32_t i = 0; i < shape->rank; i++) {
    if (shape->dims[i] != -1)
      continue;
    if (inferred != GRAPH_MAX_RANK)
      return onnx_invalid(n, "its shape has more than one dimension of -1");
    inferred = i;
    known.dims[i] = 1;
  }
  uint64_t product = 0;
  octavo_status status = onnx_count(n, &known, &product);
  if (status != OCTAVO_OK || inferred == GRAPH_MAX_RANK)
    return status;
  if (product == 0 || count % product != 0)
    return wrong_count(n, product, count);
  shape->dims[inferred] = (int64_t)(count / product);
  return OCTAVO_OK;
}

octavo_status import_reshape(onnx_node *n) {
  onnx_shape shape;
  int64_t allow_zero = 0;
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status == OCTAVO_OK)
    status = onnx_read_ints(n, 1, "shape", &shape);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "allowzero", 0, &allow_zero);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *x = onnx_input(n, 0);
  for (uint32_t i = 0; i < shape.rank; i++) {
    if (shape.dims[i] != 0 || allow_zero != 0)
      continue;
    if (i >= x->rank)
      return onnx_invalid(n, "its shape copies dimension %u of an input of rank %u", i, x->rank);
    shape.dims[i] = x->shape[i];
  }
  /* A shape written for the batch the model was exported with. */
  if (!x->constant && n->source_batch > 1 && shape.rank > 0 && shape.dims[0] == n->source_batch)
    shape.dims[0] = 1;
  status = infer_dimension(n, &shape);
  return status == OCTAVO_OK ? onnx_emit_reshape(n, &shape) : status;
}

octavo_status import_flatten(onnx_node *n) {
  int64_t axis = 1;
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "axis", 1, &axis);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape from = onnx_shape_of(onnx_input(n, 0));
  const int64_t positive = axis < 0 ? axis + (int64_t)from.rank : axis;
  if (positive < 0 || positive > (int64_t)from.rank)
    return onnx_invalid(n, "axis: expected at most %u, found %lld", from.rank, (long long)axis);
  onnx_shape shape = {.rank = 2, .dims = {1, 1}};
  for (uint32_t i = 0; i < from.rank; i++)
    shape.dims[(int64_t)i < positive ? 0 : 1] *= from.dims[i];
  return onnx_emit_reshape(n, &shape);
}
