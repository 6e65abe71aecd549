/* int8 to float32: y = (x - zero point) · scale, the difference being exact. */
#include "operators/common.h"

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_activation(model, op, 0, &x, error);
  if (status == OCTAVO_OK)
    status = octavo_check_activation(model, op, op->input_count, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, 0, error);
  if (status == OCTAVO_OK && (x->type != OCTAVO_INT8 || y->type != OCTAVO_FLOAT32))
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "types: expected an int8 input and a float32 output");
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(x, y, "output", error);
  return status;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const struct xnn_quantization_params params = {.zero_point = x->zero_point, .scale = x->scale};
  kernel->name = "qs8-f32 convert";
  const enum xnn_status status =
      xnn_create_unary_elementwise_nc(xnn_unary_convert, xnn_datatype_qint8, xnn_datatype_fp32,
                                      NULL, &params, NULL, 0, &kernel->xnn);
  return octavo_xnn_status(status, "create a dequantization", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const size_t elements = octavo_tensor_elements(x) * kernel->batch;
  return octavo_xnn_status(xnn_reshape_unary_elementwise_nc(kernel->xnn, 1, elements, elements,
                                                            elements, kernel->threads),
                           "reshape a dequantization", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  return octavo_xnn_status(xnn_setup_unary_elementwise_nc(kernel->xnn,
                                                          octavo_kernel_data(kernel, x),
                                                          octavo_kernel_data(kernel, y)),
                           "set up a dequantization", error);
}

const octavo_operator_type octavo_operator_dequantize = {
    .opcode = OCTAVO_OP_DEQUANTIZE,
    .kind = "dequantize",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
};
