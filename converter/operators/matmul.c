#include "converter/operators/table.h"

octavo_status import_matmul(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_expect_floats(n, 1, GRAPH_NONE, "right-hand matrix");
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *x = onnx_input(n, 0), *weights = onnx_input(n, 1);
  if (weights->rank != 2)
    return onnx_unsupported(n, "with a constant of rank %u, expected 2", weights->rank);
  onnx_shape shape = onnx_shape_of(x);
  if (x->rank < 2 || x->shape[x->rank - 1] != weights->shape[0])
    return onnx_invalid(n, "expected an input with %lld columns, found rank %u and %lld",
                        (long long)weights->shape[0], x->rank,
                        (long long)(x->rank == 0 ? 0 : x->shape[x->rank - 1]));
  /* One row per image is what a fully connected layer is. */
  for (uint32_t i = 1; i + 1 < x->rank; i++)
    if (x->shape[i] != 1)
      return onnx_unsupported(n, "product over more than one row per image");
  shape.dims[shape.rank - 1] = weights->shape[1];
  graph_node *node = NULL;
  return onnx_emit(n, GRAPH_OP_MATMUL, n->inputs, 2, &shape, &node);
}
