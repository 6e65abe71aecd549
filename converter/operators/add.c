/* Add and Sum. */
#include "converter/operators/arithmetic.h"
#include "converter/operators/table.h"

#include <string.h>

static bool same_shape(const graph_tensor *a, const graph_tensor *b) {
  return a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0;
}

octavo_status import_add(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 2, 2);
  if (status != OCTAVO_OK)
    return status;
  if (onnx_is_constant(n, 0) || onnx_is_constant(n, 1))
    return arithmetic_with_constant(n, GRAPH_OP_ADD_CONSTANT, CONSTANT_ADD);
  return arithmetic_of_activations(n, OCTAVO_OP_ADD);
}

octavo_status import_sum(onnx_node *n) {
  octavo_status status = onnx_expect_inputs(n, 1, ONNX_MAX_INPUTS);
  for (uint32_t i = 0; i < n->input_count && status == OCTAVO_OK; i++) {
    status = onnx_expect_activation(n, i);
    if (status == OCTAVO_OK && !same_shape(onnx_input(n, 0), onnx_input(n, i)))
      status = onnx_unsupported(n, "of activations of different shape");
  }
  if (status != OCTAVO_OK)
    return status;
  if (n->input_count == 1) {
    onnx_alias(n, n->inputs[0]);
    return OCTAVO_OK;
  }
  const onnx_shape shape = onnx_shape_of(onnx_input(n, 0));
  int32_t sum = n->inputs[0];
  for (uint32_t i = 1; i < n->input_count && status == OCTAVO_OK; i++) {
    const int32_t operands[2] = {sum, n->inputs[i]};
    graph_node *node = NULL;
    status = i + 1 < n->input_count
                 ? onnx_emit_step(n, OCTAVO_OP_ADD, operands, 2, &shape, &node, &sum)
                 : onnx_emit(n, OCTAVO_OP_ADD, operands, 2, &shape, &node);
    if (status == OCTAVO_OK)
      arithmetic_no_clamp(node);
  }
  return status;
}
