#include "exact.h"

#include "error.h"
#include "memory.h"

/* float32 results that are one operation, or none, on each value. */
static bool moves_values(uint32_t opcode) {
  return opcode == OCTAVO_OP_DEQUANTIZE || opcode == OCTAVO_OP_RESHAPE;
}

static bool is_exact(const octavo_model *model, const octavo_format_operator *op,
                     const bool *exact) {
  for (uint32_t i = 0; i < op->input_count; i++) {
    const int32_t operand = model->operands[op->first_operand + i];
    if (operand >= 0 && !exact[operand])
      return false;
  }
  return octavo_model_operator_output(model, op, 0)->type == OCTAVO_INT8 ||
         moves_values(op->opcode);
}

bool *octavo_model_find_exact(const octavo_model *model, octavo_error *error) {
  bool *exact = octavo_memory_alloc(model->tensor_count, sizeof *exact);
  if (exact == NULL) {
    octavo_error_memory(error, model->tensor_count * sizeof *exact, "the exact tensors");
    return NULL;
  }
  for (uint32_t t = 0; t < model->tensor_count; t++)
    exact[t] = model->tensors[t].role == OCTAVO_ROLE_CONSTANT;
  for (uint32_t i = 0; i < model->input_count; i++)
    exact[model->inputs[i]] = true;
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    for (uint32_t k = 0; k < op->output_count; k++)
      exact[model->operands[op->first_operand + op->input_count + k]] = is_exact(model, op, exact);
  }
  return exact;
}

static bool is_inexact_float(const octavo_model *model, int32_t tensor, const bool *exact) {
  return tensor >= 0 && !exact[tensor] && model->tensors[tensor].type == OCTAVO_FLOAT32;
}

static bool has_int8_side(const octavo_model *model, const octavo_format_operator *op) {
  if (octavo_model_operator_output(model, op, 0)->type == OCTAVO_INT8)
    return true;
  const octavo_format_tensor *second =
      op->input_count > 1 ? octavo_model_operand(model, op, 1) : NULL;
  return second != NULL && second->type == OCTAVO_INT8;
}

bool octavo_model_rounds_inexact(const octavo_model *model, const bool *exact) {
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    if (is_inexact_float(model, model->operands[op->first_operand], exact) &&
        has_int8_side(model, op))
      return true;
  }
  return false;
}
