/* A constant put around the input. int8: lrintf(value / scale) + zero point, clamped. */
#include "operators/common.h"

#include <math.h>

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_attributes_pad *pad = &op->attributes.pad;
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status =
      octavo_check_passing(model, op, offsetof(octavo_attributes_pad, reserved), &x, &y, error);
  if (status == OCTAVO_OK && isnan(pad->value))
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT, "value: expected a number, found NaN");
  uint64_t shape[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; status == OCTAVO_OK && i < OCTAVO_MAX_RANK; ++i) {
    const uint32_t most = i == 0 || i >= x->rank ? 0 : OCTAVO_FORMAT_MAX_DIMENSION;
    status = octavo_check_range(pad->before[i], 0, most, "padding before", error);
    if (status == OCTAVO_OK)
      status = octavo_check_range(pad->after[i], 0, most, "padding after", error);
    if (i < x->rank)
      shape[i] = (uint64_t)x->shape[i] + pad->before[i] + pad->after[i];
  }
  return status == OCTAVO_OK ? octavo_check_shape(y, x->rank, shape, error) : status;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const float value = kernel->op->attributes.pad.value;
  enum xnn_status status = xnn_status_success;
  if (y->type == OCTAVO_INT8) {
    const int8_t quantized = octavo_quantize_clamp(value, value, y).minimum;
    kernel->name = "x8 pad";
    status = xnn_create_constant_pad_nd_x8(&quantized, 0, &kernel->xnn);
  } else {
    kernel->name = "x32 pad";
    status = xnn_create_constant_pad_nd_x32(&value, 0, &kernel->xnn);
  }
  return octavo_xnn_status(status, "create a pad", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_attributes_pad *pad = &kernel->op->attributes.pad;
  size_t shape[OCTAVO_MAX_RANK] = {0}, before[OCTAVO_MAX_RANK] = {0}, after[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < x->rank; ++i) {
    shape[i] = i == 0 ? kernel->batch : x->shape[i];
    before[i] = pad->before[i];
    after[i] = pad->after[i];
  }
  const enum xnn_status status =
      x->type == OCTAVO_INT8 ? xnn_reshape_constant_pad_nd_x8(kernel->xnn, x->rank, shape, before,
                                                              after, kernel->threads)
                             : xnn_reshape_constant_pad_nd_x32(kernel->xnn, x->rank, shape, before,
                                                               after, kernel->threads);
  return octavo_xnn_status(status, "reshape a pad", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const void *input = octavo_kernel_data(kernel, x);
  void *output = octavo_kernel_data(kernel, y);
  const enum xnn_status status = x->type == OCTAVO_INT8
                                     ? xnn_setup_constant_pad_nd_x8(kernel->xnn, input, output)
                                     : xnn_setup_constant_pad_nd_x32(kernel->xnn, input, output);
  return octavo_xnn_status(status, "set up a pad", error);
}

const octavo_operator_type octavo_operator_pad = {
    .opcode = OCTAVO_OP_PAD,
    .kind = "pad",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
};
