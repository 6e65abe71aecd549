#include "operators/table.h"

const octavo_operator_type *octavo_operator_find(uint32_t opcode) {
  for (size_t i = 0; i < octavo_operator_row_count; ++i)
    if (octavo_operator_rows[i]->opcode == opcode)
      return octavo_operator_rows[i];
  return NULL;
}

const octavo_operator_type *const *octavo_operator_table(size_t *count) {
  *count = octavo_operator_row_count;
  return octavo_operator_rows;
}
