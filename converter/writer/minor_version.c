#include "writer_state.h"

static const octavo_format_tensor *tensor_at(const model_writer *writer, int32_t index) {
  const size_t count = writer->tensors.size / sizeof(octavo_format_tensor);
  if (index < 0 || (size_t)index >= count)
    return NULL;
  return (const octavo_format_tensor *)(const void *)writer->tensors.data + index;
}

static uint64_t bytes_of(const model_writer *writer, int32_t index) {
  const octavo_format_tensor *tensor = tensor_at(writer, index);
  return tensor == NULL ? 0 : tensor->bytes;
}

/* float32 activations, int8 weights. */
static bool is_dynamic(const model_writer *writer, const int32_t *inputs, uint32_t input_count) {
  const octavo_format_tensor *x = input_count < 2 ? NULL : tensor_at(writer, inputs[0]);
  const octavo_format_tensor *weights = input_count < 2 ? NULL : tensor_at(writer, inputs[1]);
  return x != NULL && weights != NULL && x->type == OCTAVO_FLOAT32 && weights->type == OCTAVO_INT8;
}

/* An operand of another size than the result. */
static bool broadcasts(const model_writer *writer, const int32_t *inputs, uint32_t input_count,
                       int32_t output) {
  for (uint32_t i = 0; i < input_count; i++)
    if (bytes_of(writer, inputs[i]) != bytes_of(writer, output))
      return true;
  return false;
}

bool writer_needs_minor_1(const model_writer *writer, octavo_opcode opcode, uint32_t input_count,
                          const int32_t *inputs, uint32_t output_count, const int32_t *outputs) {
  if (opcode == OCTAVO_OP_CONVOLUTION || opcode == OCTAVO_OP_FULLY_CONNECTED)
    return is_dynamic(writer, inputs, input_count);
  if (opcode == OCTAVO_OP_ADD)
    return output_count > 0 && broadcasts(writer, inputs, input_count, outputs[0]);
  return opcode >= OCTAVO_OP_FIRST_OF_MINOR_1;
}
