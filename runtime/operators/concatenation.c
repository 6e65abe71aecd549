/* Inputs joined along an axis other than the batch. */
#include "operators/common.h"

#include <string.h>

static octavo_status check_input(const octavo_model *model, const octavo_format_operator *op,
                                 uint32_t which, const octavo_format_tensor *y, uint64_t *length,
                                 octavo_error *error) {
  const uint32_t axis = op->attributes.axis.axis;
  const octavo_format_tensor *x = NULL;
  octavo_status status = octavo_check_activation(model, op, which, &x, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_type(x, y, "output", error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_scale(x, y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(x, y->rank, "input", error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t i = 0; i < y->rank; ++i)
    if (i != axis && x->shape[i] != y->shape[i])
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "dimension %u of input %u: expected %u as the output has, found %u",
                              i, which, y->shape[i], x->shape[i]);
  *length += x->shape[axis];
  return OCTAVO_OK;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *y = NULL;
  octavo_status status = octavo_check_activation(model, op, op->input_count, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_axis, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(y->rank, 2, OCTAVO_MAX_RANK, "rank of the output", error);
  const uint32_t axis = op->attributes.axis.axis;
  if (status == OCTAVO_OK)
    status = octavo_check_range(axis, 1, y->rank - 1u, "axis", error);
  uint64_t length = 0;
  for (uint32_t i = 0; status == OCTAVO_OK && i < op->input_count; ++i)
    status = check_input(model, op, i, y, &length, error);
  if (status == OCTAVO_OK)
    status =
        octavo_check_range(y->shape[axis], length, length, "length of the output's axis", error);
  return status;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  kernel->name = "copy";
  return OCTAVO_OK;
}

/* Bytes of what lies in one piece: the axis and those inside it. */
static size_t piece(const octavo_format_tensor *tensor, uint32_t axis) {
  size_t bytes = octavo_tensor_element_size(tensor);
  for (uint32_t i = axis; i < tensor->rank; ++i)
    bytes *= tensor->shape[i];
  return bytes;
}

static void join(void *context, size_t row) {
  const octavo_kernel *kernel = context;
  const uint32_t axis = kernel->op->attributes.axis.axis;
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  uint8_t *to = (uint8_t *)octavo_kernel_data(kernel, y) + row * piece(y, axis);
  for (uint32_t i = 0; i < kernel->op->input_count; ++i) {
    const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, i);
    const size_t bytes = piece(x, axis);
    memcpy(to, (const uint8_t *)octavo_kernel_data(kernel, x) + row * bytes, bytes);
    to += bytes;
  }
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const size_t rows = (size_t)y->bytes / piece(y, kernel->op->attributes.axis.axis);
  pthreadpool_parallelize_1d(kernel->threads, join, kernel, rows * kernel->batch, 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_concatenation = {
    .opcode = OCTAVO_OP_CONCATENATION,
    .kind = "concatenation",
    .min_inputs = 1,
    .max_inputs = UINT16_MAX,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
