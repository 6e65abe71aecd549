#include "exactness.h"

#include "memory.h"
#include "operators/common.h"

static octavo_exactness worse(octavo_exactness a, octavo_exactness b) {
  return a > b ? a : b;
}

/* Whether an operator rounds its float32 input to int8. */
static bool rounds(const octavo_model *model, const octavo_format_operator *op) {
  const octavo_format_tensor *x = octavo_model_operand(model, op, 0);
  if (op->opcode == OCTAVO_OP_QUANTIZE)
    return x->type == OCTAVO_FLOAT32;
  const octavo_format_tensor *weights =
      op->input_count > 1 ? octavo_model_operand(model, op, 1) : NULL;
  return weights != NULL && octavo_is_dynamic(x, weights);
}

static octavo_exactness of_output(const octavo_model *model, const octavo_format_operator *op,
                                  const octavo_exactness *tensors) {
  octavo_exactness inputs = OCTAVO_EXACT;
  for (uint32_t i = 0; i < op->input_count; i++) {
    const octavo_format_tensor *x = octavo_model_operand(model, op, i);
    if (x != NULL)
      inputs = worse(inputs, tensors[x - model->tensors]);
  }
  if (inputs != OCTAVO_EXACT && rounds(model, op))
    return OCTAVO_LOOSE;
  const bool is_float = octavo_model_operator_output(model, op, 0)->type == OCTAVO_FLOAT32;
  return is_float && op->opcode != OCTAVO_OP_DEQUANTIZE ? worse(inputs, OCTAVO_CLOSE) : inputs;
}

octavo_status octavo_find_exactness(const octavo_model *model, octavo_exactness **tensors,
                                    octavo_error *error) {
  /* Zeroed: constants and the model's inputs are exact. */
  octavo_exactness *found = octavo_memory_alloc(model->tensor_count, sizeof *found);
  if (found == NULL)
    return octavo_error_memory(error, (uint64_t)model->tensor_count * sizeof *found, "exactness");
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    const octavo_exactness exactness = of_output(model, op, found);
    for (uint32_t k = 0; k < op->output_count; k++)
      found[octavo_model_operator_output(model, op, k) - model->tensors] = exactness;
  }
  *tensors = found;
  return OCTAVO_OK;
}
