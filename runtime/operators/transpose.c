/* Axes in another order; the batch stays the first. */
#include "operators/common.h"

static octavo_status check_axes(const uint32_t *axes, uint32_t rank, octavo_error *error) {
  uint32_t seen = 0;
  for (uint32_t i = 0; i < OCTAVO_MAX_RANK; ++i) {
    const uint32_t most = i == 0 || i >= rank ? 0 : rank - 1;
    const octavo_status status =
        octavo_check_range(axes[i], most == 0 ? 0 : 1, most, "axis", error);
    if (status != OCTAVO_OK)
      return status;
    if (i < rank && (seen >> axes[i] & 1) != 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "axes: expected each once, found %u twice", axes[i]);
    seen |= 1u << axes[i];
  }
  return OCTAVO_OK;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const uint32_t *axes = op->attributes.transpose.axes;
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_scale(x, y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_transpose, reserved), error);
  if (status == OCTAVO_OK)
    status = check_axes(axes, x->rank, error);
  if (status != OCTAVO_OK)
    return status;
  uint64_t shape[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < x->rank; ++i)
    shape[i] = x->shape[axes[i]];
  return octavo_check_shape(y, x->rank, shape, error);
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const bool bytes = octavo_model_operand(kernel->model, kernel->op, 0)->type == OCTAVO_INT8;
  kernel->name = bytes ? "x8 transpose" : "x32 transpose";
  const enum xnn_status status = bytes ? xnn_create_transpose_nd_x8(0, &kernel->xnn)
                                       : xnn_create_transpose_nd_x32(0, &kernel->xnn);
  return octavo_xnn_status(status, "create a transpose", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  size_t shape[OCTAVO_MAX_RANK] = {0}, axes[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < x->rank; ++i) {
    shape[i] = i == 0 ? kernel->batch : x->shape[i];
    axes[i] = kernel->op->attributes.transpose.axes[i];
  }
  const enum xnn_status status =
      x->type == OCTAVO_INT8
          ? xnn_reshape_transpose_nd_x8(kernel->xnn, x->rank, shape, axes, kernel->threads)
          : xnn_reshape_transpose_nd_x32(kernel->xnn, x->rank, shape, axes, kernel->threads);
  return octavo_xnn_status(status, "reshape a transpose", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const void *input = octavo_kernel_data(kernel, x);
  void *output = octavo_kernel_data(kernel, y);
  const enum xnn_status status = x->type == OCTAVO_INT8
                                     ? xnn_setup_transpose_nd_x8(kernel->xnn, input, output)
                                     : xnn_setup_transpose_nd_x32(kernel->xnn, input, output);
  return octavo_xnn_status(status, "set up a transpose", error);
}

const octavo_operator_type octavo_operator_transpose = {
    .opcode = OCTAVO_OP_TRANSPOSE,
    .kind = "transpose",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
};
