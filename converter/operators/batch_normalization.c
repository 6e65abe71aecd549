#include "converter/operators/table.h"

octavo_status import_batch_normalization(onnx_node *n) {
  static const char *const names[] = {"", "scale", "bias", "mean", "variance"};
  octavo_status status = onnx_expect_inputs(n, 5, 5);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  for (uint32_t i = 1; i < 5 && status == OCTAVO_OK; i++)
    status = onnx_expect_floats(n, i, 1, names[i]);
  int64_t training = 0;
  float epsilon = 0;
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "training_mode", 0, &training);
  if (status == OCTAVO_OK)
    status = onnx_attribute_float(n, "epsilon", 1e-5f, &epsilon);
  if (status != OCTAVO_OK)
    return status;
  if (training != 0)
    return onnx_unsupported(n, "training_mode: export the network in evaluation mode");
  const graph_tensor *x = onnx_input(n, 0);
  if (x->rank < 2)
    return onnx_invalid(n, "expected an input of rank 2 or more, found %u", x->rank);
  for (uint32_t i = 1; i < 5; i++)
    if (onnx_input(n, i)->shape[0] != x->shape[1])
      return onnx_invalid(n, "the %s: expected %lld elements, found %lld", names[i],
                          (long long)x->shape[1], (long long)onnx_input(n, i)->shape[0]);
  const onnx_shape shape = onnx_shape_of(x);
  graph_node *node = NULL;
  status = onnx_emit(n, GRAPH_OP_BATCH_NORM, n->inputs, 5, &shape, &node);
  if (status == OCTAVO_OK)
    node->number = epsilon;
  return status;
}
