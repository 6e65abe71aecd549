#include "writer_state.h"

static const octavo_format_tensor *tensor_at(const model_writer *writer, int32_t index) {
  const size_t count = writer->tensors.size / sizeof(octavo_format_tensor);
  if (index < 0 || (size_t)index >= count)
    return NULL;
  return (const octavo_format_tensor *)(const void *)writer->tensors.data + index;
}

bool writer_is_dynamic(const model_writer *writer, octavo_opcode opcode, uint32_t input_count,
                       const int32_t *inputs) {
  if (input_count < 2 || (opcode != OCTAVO_OP_CONVOLUTION && opcode != OCTAVO_OP_FULLY_CONNECTED))
    return false;
  const octavo_format_tensor *x = tensor_at(writer, inputs[0]);
  const octavo_format_tensor *weights = tensor_at(writer, inputs[1]);
  return x != NULL && weights != NULL && x->type == OCTAVO_FLOAT32 && weights->type == OCTAVO_INT8;
}
