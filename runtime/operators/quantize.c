/* float32 to int8: y = clamp(rne(x · (1 / scale)) + zero point), 1 / scale rounded to float32.
 * int8 to int8 with another scale: y = clamp(rne((x - x zero point) · s) + y zero point), s = x
 * scale / y scale in float32; by a table of 256, as XNNPACK's kernel for it keeps 8 bits of s. */
#include "operators/lookup.h"
#include "operators/requantize.h"

#include "memory.h"

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_activation(model, op, 0, &x, error);
  if (status == OCTAVO_OK)
    status = octavo_check_activation(model, op, op->input_count, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, 0, error);
  if (status == OCTAVO_OK && y->type != OCTAVO_INT8)
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "type of the output: expected int8, found float32");
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(x, y, "output", error);
  return status;
}

/* kernel->state is the table. */
static octavo_status create_table(octavo_kernel *kernel, const octavo_format_tensor *x,
                                  const octavo_format_tensor *y, octavo_error *error) {
  int8_t *table = octavo_memory_alloc(256, sizeof *table);
  if (table == NULL)
    return octavo_error_memory(error, 256, "a requantization table");
  kernel->state = table;
  const float scale = x->scale / y->scale;
  for (int32_t q = INT8_MIN; q <= INT8_MAX; ++q)
    table[q - INT8_MIN] = octavo_requantize(q - x->zero_point, scale, y->zero_point);
  return OCTAVO_OK;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  if (x->type == OCTAVO_INT8) {
    kernel->name = "s8 table";
    return create_table(kernel, x, y, error);
  }
  const struct xnn_quantization_params params = {.zero_point = y->zero_point, .scale = y->scale};
  kernel->name = "f32-qs8 convert";
  const enum xnn_status status =
      xnn_create_unary_elementwise_nc(xnn_unary_convert, xnn_datatype_fp32, xnn_datatype_qint8,
                                      NULL, NULL, &params, 0, &kernel->xnn);
  return octavo_xnn_status(status, "create a quantization", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  const size_t elements = octavo_tensor_elements(x) * kernel->batch;
  return octavo_xnn_status(xnn_reshape_unary_elementwise_nc(kernel->xnn, 1, elements, elements,
                                                            elements, kernel->threads),
                           "reshape a quantization", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  return octavo_xnn_status(xnn_setup_unary_elementwise_nc(kernel->xnn,
                                                          octavo_kernel_data(kernel, x),
                                                          octavo_kernel_data(kernel, y)),
                           "set up a quantization", error);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn != NULL)
    return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run a quantization",
                             error);
  octavo_lookup_run(kernel, kernel->state);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_quantize = {
    .opcode = OCTAVO_OP_QUANTIZE,
    .kind = "quantize",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
};
