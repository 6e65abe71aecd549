/* Which version of the format a file needs. */
#include "writer_state.h"

/* Bytes of a tensor; 0 if there is no such. */
static uint64_t bytes_of(const model_writer *writer, int32_t index) {
  const octavo_format_tensor *tensors = (const void *)writer->tensors.data;
  const size_t count = writer->tensors.size / sizeof *tensors;
  return index < 0 || (size_t)index >= count ? 0 : tensors[index].bytes;
}

bool model_writer_needs_minor_1(const model_writer *writer, octavo_opcode opcode,
                                uint32_t input_count, const int32_t *inputs,
                                const int32_t *outputs) {
  if (opcode != OCTAVO_OP_ADD)
    return opcode >= OCTAVO_OP_FIRST_OF_MINOR_1;
  for (uint32_t i = 0; i < input_count; i++)
    if (bytes_of(writer, inputs[i]) != bytes_of(writer, outputs[0]))
      return true;
  return false;
}
