#include "converter/operators/table.h"

#include "runtime/memory.h"

#include <string.h>

/* A constant has the batch that the model was exported with. */
static bool of_other_batch(const onnx_node *n, uint32_t i, uint32_t axis) {
  return axis == 0 && n->source_batch > 1 && (onnx_is_constant(n, 0) || onnx_is_constant(n, i));
}

/* All inputs must agree in everything but the axis, over which the result's is summed. */
static octavo_status join_shapes(const onnx_node *n, uint32_t axis, onnx_shape *shape) {
  *shape = onnx_shape_of(onnx_input(n, 0));
  for (uint32_t i = 1; i < n->input_count; i++) {
    const graph_tensor *input = onnx_input(n, i);
    if (input == NULL)
      return onnx_invalid(n, "input %u is left out", i);
    if (input->rank != shape->rank || input->type != onnx_input(n, 0)->type)
      return onnx_invalid(n, "its inputs have different ranks or data types");
    for (uint32_t k = 0; k < shape->rank; k++) {
      if (k == axis || input->shape[k] == shape->dims[k])
        continue;
      if (of_other_batch(n, i, k))
        return onnx_unsupported(n, "with a constant for a batch of %lld",
                                (long long)n->source_batch);
      return onnx_invalid(n, "dimension %u of input %u: expected %lld, found %lld", k, i,
                          (long long)shape->dims[k], (long long)input->shape[k]);
    }
    shape->dims[axis] += input->shape[axis];
  }
  return OCTAVO_OK;
}

/* Blocks of each input follow each other, once per element of the axes before. */
static octavo_status join_constants(onnx_node *n, uint32_t axis, const onnx_shape *shape) {
  uint64_t count = 0;
  octavo_status status = onnx_count(n, shape, &count);
  if (status != OCTAVO_OK)
    return status;
  const graph_type type = onnx_input(n, 0)->type;
  uint8_t *result = octavo_memory_alloc((size_t)count + 1, graph_type_size(type));
  if (result == NULL)
    return octavo_error_memory(n->error, count * 8, "a constant");
  size_t outer = 1, done = 0;
  for (uint32_t i = 0; i < axis; i++)
    outer *= (size_t)shape->dims[i];
  for (size_t k = 0; k < outer; k++) {
    for (uint32_t i = 0; i < n->input_count; i++) {
      const graph_tensor *input = onnx_input(n, i);
      const size_t block = input->bytes / outer;
      memcpy(result + done, (const uint8_t *)input->data + k * block, block);
      done += block;
    }
  }
  status = onnx_emit_constant(n, type, shape, result);
  octavo_memory_free(result);
  return status;
}

octavo_status import_concat(onnx_node *n) {
  int64_t axis = 0;
  onnx_shape shape;
  octavo_status status = onnx_expect_inputs(n, 1, ONNX_MAX_INPUTS);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "axis", 1, &axis);
  if (status == OCTAVO_OK)
    status = onnx_check_axis(n, &axis, onnx_input(n, 0)->rank);
  if (status == OCTAVO_OK)
    status = join_shapes(n, (uint32_t)axis, &shape);
  if (status != OCTAVO_OK)
    return status;
  if (onnx_all_constant(n))
    return join_constants(n, (uint32_t)axis, &shape);
  for (uint32_t i = 0; i < n->input_count && status == OCTAVO_OK; i++)
    status = onnx_expect_activation(n, i);
  if (status == OCTAVO_OK && axis == 0)
    status = onnx_unsupported(n, "along the batch");
  graph_node *node = NULL;
  if (status == OCTAVO_OK)
    status = onnx_emit(n, OCTAVO_OP_CONCATENATION, n->inputs, n->input_count, &shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.axis.axis = (uint32_t)axis;
  return status;
}
