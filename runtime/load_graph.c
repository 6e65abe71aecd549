#include "load.h"
#include "memory.h"
#include "operator.h"

#include <inttypes.h>

/* Who gives each tensor its value: 0 = nobody yet. */
enum {
  UNDEFINED = 0,
  DEFINED_BY_FILE,
  DEFINED_BY_CALLER,
  DEFINED_BY_OPERATOR,
  LISTED_AS_OUTPUT, /* of the model, after all operators were seen */
};

typedef struct graph_check {
  const octavo_model *model;
  uint8_t *defined; /* by tensor index */
  octavo_error *error;
} graph_check;

/* Names of operators and tensors may be long; both must fit a message. */
static const char *tensor_name(const octavo_model *model, uint32_t index) {
  return octavo_model_string(model, model->tensors[index].name);
}

static octavo_status check_inputs(graph_check *check) {
  const octavo_model *model = check->model;
  for (uint32_t i = 0; i < model->tensor_count; i++)
    if (model->tensors[i].role == OCTAVO_ROLE_CONSTANT)
      check->defined[i] = DEFINED_BY_FILE;
  for (uint32_t i = 0; i < model->input_count; i++) {
    const uint32_t index = model->inputs[i];
    if (index >= model->tensor_count)
      return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                              "input %" PRIu32 ": expected the index of one of %" PRIu32
                              " tensors, found %" PRIu32,
                              i, model->tensor_count, index);
    if (check->defined[index] != UNDEFINED)
      return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                              "input %" PRIu32 ": expected an activation, found tensor %" PRIu32
                              " (%.200s), which is %s",
                              i, index, tensor_name(model, index),
                              check->defined[index] == DEFINED_BY_FILE ? "a constant"
                                                                       : "an input already");
    check->defined[index] = DEFINED_BY_CALLER;
  }
  return OCTAVO_OK;
}

static octavo_status check_output(graph_check *check, uint32_t which, int32_t index) {
  const octavo_model *model = check->model;
  if (index < 0 || (uint32_t)index >= model->tensor_count)
    return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                            "output %" PRIu32 ": expected the index of one of %" PRIu32
                            " tensors, found %" PRId32,
                            which, model->tensor_count, index);
  static const char *const found[] = {
      [DEFINED_BY_FILE] = "is a constant",
      [DEFINED_BY_CALLER] = "is an input of the model",
      [DEFINED_BY_OPERATOR] = "has been written already",
  };
  if (check->defined[index] != UNDEFINED)
    return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                            "output %" PRIu32 ": expected a tensor that nothing else writes, found "
                            "tensor %" PRId32 " (%.200s), which %s",
                            which, index, tensor_name(model, (uint32_t)index),
                            found[check->defined[index]]);
  check->defined[index] = DEFINED_BY_OPERATOR;
  return OCTAVO_OK;
}

static octavo_status check_input(const graph_check *check, const octavo_operator_type *type,
                                 uint32_t which, int32_t index) {
  const octavo_model *model = check->model;
  const bool optional = which < 16 && (type->optional_inputs >> which & 1) != 0;
  if (index == -1 && optional)
    return OCTAVO_OK;
  if (index < 0 || (uint32_t)index >= model->tensor_count)
    return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                            "input %" PRIu32 ": expected the index of one of %" PRIu32
                            " tensors%s, found %" PRId32,
                            which, model->tensor_count, optional ? " or -1" : "", index);
  if (check->defined[index] == UNDEFINED)
    return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                            "input %" PRIu32 ": expected a tensor that an earlier operator has "
                            "written, found tensor %" PRId32 " (%.200s)",
                            which, index, tensor_name(model, (uint32_t)index));
  return OCTAVO_OK;
}

static octavo_status check_counts(const octavo_model *model, const octavo_format_operator *op,
                                  uint32_t first_operand, const octavo_operator_type *type,
                                  octavo_error *error) {
  if (op->reserved != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "reserved: expected 0, found %u",
                            op->reserved);
  if (op->first_operand != first_operand)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "first_operand: expected %" PRIu32
                            ", the end of the operands before, found %" PRIu32,
                            first_operand, op->first_operand);
  if (op->input_count < type->min_inputs || op->input_count > type->max_inputs)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "input_count: expected %u to %u, found %u",
                            type->min_inputs, type->max_inputs, op->input_count);
  if (op->output_count != type->outputs)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "output_count: expected %u, found %u",
                            type->outputs, op->output_count);
  const uint32_t count = (uint32_t)op->input_count + op->output_count;
  if (count > model->operand_count - first_operand)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "input_count: expected at most %" PRIu32
                            " operands that are left, found %" PRIu32,
                            model->operand_count - first_operand, count);
  return OCTAVO_OK;
}

/* `first_operand` is where this operator's operands must begin. */
static octavo_status check_operator(graph_check *check, const octavo_format_operator *op,
                                    uint32_t first_operand) {
  const octavo_model *model = check->model;
  const octavo_operator_type *type = octavo_operator_find(op->opcode);
  if (type == NULL)
    return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                            "opcode: expected one that this library knows, found %u", op->opcode);
  octavo_status status = check_counts(model, op, first_operand, type, check->error);
  const int32_t *operands = model->operands + first_operand;
  for (uint32_t i = 0; status == OCTAVO_OK && i < op->input_count; i++)
    status = check_input(check, type, i, operands[i]);
  for (uint32_t i = 0; status == OCTAVO_OK && i < op->output_count; i++)
    status = check_output(check, i, operands[op->input_count + i]);
  return status;
}

static octavo_status check_operators(graph_check *check) {
  const octavo_model *model = check->model;
  uint32_t first_operand = 0;
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    octavo_status status = octavo_load_check_string(model, op->name, check->error, "layer", i);
    if (status != OCTAVO_OK)
      return status;
    status = check_operator(check, op, first_operand);
    if (status != OCTAVO_OK) {
      octavo_error_prefix(check->error, "layer %" PRIu32 " (%.200s)", i,
                          octavo_model_string(model, op->name));
      return status;
    }
    first_operand += (uint32_t)op->input_count + op->output_count;
  }
  if (first_operand != model->operand_count)
    return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                            "section OPERANDS: size: expected %" PRIu32
                            " operands, as many as the operators have, found %" PRIu32,
                            first_operand, model->operand_count);
  return OCTAVO_OK;
}

static octavo_status check_outputs(const graph_check *check) {
  const octavo_model *model = check->model;
  for (uint32_t i = 0; i < model->tensor_count; i++)
    if (check->defined[i] == UNDEFINED)
      return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                              "tensor %" PRIu32 " (%.200s): expected an operator that writes it, "
                              "found none",
                              i, tensor_name(model, i));
  for (uint32_t i = 0; i < model->output_count; i++) {
    const uint32_t index = model->outputs[i];
    if (index >= model->tensor_count)
      return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                              "output %" PRIu32 ": expected the index of one of %" PRIu32
                              " tensors, found %" PRIu32,
                              i, model->tensor_count, index);
    if (check->defined[index] == LISTED_AS_OUTPUT)
      return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                              "output %" PRIu32 ": expected a tensor that is no output yet, found "
                              "tensor %" PRIu32 " (%.200s)",
                              i, index, tensor_name(model, index));
    if (check->defined[index] != DEFINED_BY_OPERATOR)
      return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                              "output %" PRIu32 ": expected a tensor that an operator writes, "
                              "found tensor %" PRIu32 " (%.200s), which is %s",
                              i, index, tensor_name(model, index),
                              check->defined[index] == DEFINED_BY_FILE ? "a constant" : "an input");
    check->defined[index] = LISTED_AS_OUTPUT;
  }
  return OCTAVO_OK;
}

static octavo_status check_names(const octavo_model *model, octavo_error *error) {
  const char **names = octavo_memory_alloc(model->operator_count, sizeof *names);
  if (names == NULL)
    return octavo_error_memory(error, (uint64_t)model->operator_count * sizeof *names, "names");
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->operator_count; i++) {
    names[i] = octavo_model_string(model, model->operators[i].name);
    if (names[i][0] == '\0')
      status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "layer %" PRIu32 ": name: expected one, found an empty string", i);
  }
  if (status == OCTAVO_OK)
    status = octavo_load_check_unique(names, model->operator_count, "layer", error);
  octavo_memory_free(names);
  return status;
}

octavo_status octavo_load_graph(const octavo_model *model, octavo_error *error) {
  graph_check check = {.model = model, .error = error};
  check.defined = octavo_memory_alloc(model->tensor_count, sizeof *check.defined);
  if (check.defined == NULL)
    return octavo_error_memory(error, model->tensor_count, "the check of the graph");
  octavo_status status = check_inputs(&check);
  if (status == OCTAVO_OK)
    status = check_operators(&check);
  if (status == OCTAVO_OK)
    status = check_outputs(&check);
  octavo_memory_free(check.defined);
  return status == OCTAVO_OK ? check_names(model, error) : status;
}

octavo_status octavo_load_operators(const octavo_model *model, octavo_error *error) {
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    const octavo_operator_type *type = octavo_operator_find(op->opcode);
    const octavo_status status = type->check(model, op, error);
    if (status != OCTAVO_OK) {
      octavo_error_prefix(error, "layer %" PRIu32 " (%.200s), %s", i,
                          octavo_model_string(model, op->name), type->kind);
      return status;
    }
  }
  return OCTAVO_OK;
}
