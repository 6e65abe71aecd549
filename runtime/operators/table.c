#include "operators/table.h"

static const octavo_operator_type *const rows[] = {
    &octavo_operator_convolution,   &octavo_operator_fully_connected,
    &octavo_operator_add,           &octavo_operator_max_pool,
    &octavo_operator_average_pool,  &octavo_operator_global_average_pool,
    &octavo_operator_clip,          &octavo_operator_softmax,
    &octavo_operator_concatenation, &octavo_operator_reshape,
    &octavo_operator_pad,           &octavo_operator_quantize,
    &octavo_operator_dequantize,    &octavo_operator_unary,
    &octavo_operator_multiply,      &octavo_operator_subtract,
    &octavo_operator_transpose,     &octavo_operator_slice,
    &octavo_operator_resize,        &octavo_operator_mean,
};

const octavo_operator_type *octavo_operator_find(uint32_t opcode) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i)
    if (rows[i]->opcode == opcode)
      return rows[i];
  return NULL;
}

const octavo_operator_type *const *octavo_operator_table(size_t *count) {
  *count = sizeof rows / sizeof rows[0];
  return rows;
}
