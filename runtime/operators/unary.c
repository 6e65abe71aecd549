/* A function of each element: sigmoid, hard-swish, GELU, ... int8 looks the result up in a table
 * of the model file, so that every CPU gives the same whatever its libm. */
#include "operators/lookup.h"
#include "operators/unary_float.h"

#include <math.h>

/* So many elements at once to a thread. */
#define BLOCK 4096u

static octavo_status check_parameter(float value, bool used, const char *field,
                                     octavo_error *error) {
  if (used ? isfinite(value) : value == 0.0f && !signbit(value))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "%s: expected %s, found %g", field,
                          used ? "a finite number" : "0, as the function has none", (double)value);
}

static octavo_status check_attributes(const octavo_format_operator *op, octavo_error *error) {
  const octavo_attributes_unary *attributes = &op->attributes.unary;
  const octavo_unary_type *type = octavo_unary_find(attributes->function);
  if (type == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "function: expected one that this library knows, found %u",
                            (unsigned)attributes->function);
  octavo_status status = check_parameter(attributes->alpha, type->alpha, "alpha", error);
  if (status == OCTAVO_OK)
    status = check_parameter(attributes->beta, type->beta, "beta", error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_unary, reserved), error);
  return status;
}

static octavo_status check_table(const octavo_model *model, const octavo_format_operator *op,
                                 const octavo_format_tensor *y, octavo_error *error) {
  const octavo_format_tensor *table = NULL;
  octavo_status status =
      octavo_check_table(model, op, OCTAVO_INT8, "function", "table", &table, error);
  if (status == OCTAVO_OK && (table->scales >= 0 || table->scale != y->scale))
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "scale of the table: expected that of the output, %g, found %g",
                              (double)y->scale, (double)table->scale);
  return status;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = check_attributes(op, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(x, y, "output", error);
  if (status != OCTAVO_OK)
    return status;
  if (x->type == OCTAVO_INT8)
    return check_table(model, op, y, error);
  return octavo_check_range(op->input_count, 1, 1, "inputs of a float32 function", error);
}

static const octavo_unary_type *type_of(const octavo_kernel *kernel) {
  return octavo_unary_find(kernel->op->attributes.unary.function);
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_unary_type *type = type_of(kernel);
  kernel->name = x->type == OCTAVO_INT8 ? type->int8_name : type->float_name;
  if (x->type == OCTAVO_INT8 || type->xnn == xnn_unary_invalid)
    return OCTAVO_OK;
  const union xnn_unary_params params = {.elu = {.alpha = kernel->op->attributes.unary.alpha}};
  return octavo_xnn_status(xnn_create_unary_elementwise_nc(type->xnn, xnn_datatype_fp32,
                                                           xnn_datatype_fp32, &params, NULL, NULL,
                                                           0, &kernel->xnn),
                           "create a function", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  const size_t elements = octavo_tensor_elements(x) * kernel->batch;
  return octavo_xnn_status(xnn_reshape_unary_elementwise_nc(kernel->xnn, 1, elements, elements,
                                                            elements, kernel->threads),
                           "reshape a function", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  void *output = octavo_kernel_data(kernel, y);
  const void *input = type_of(kernel)->before != NULL ? output : octavo_kernel_data(kernel, x);
  return octavo_xnn_status(xnn_setup_unary_elementwise_nc(kernel->xnn, input, output),
                           "set up a function", error);
}

typedef struct unary_job {
  const octavo_unary_type *type;
  const octavo_attributes_unary *attributes;
  const float *input;
  float *output;
} unary_job;

static void before(void *context, size_t start, size_t count) {
  const unary_job *job = context;
  job->type->before(job->attributes, job->input + start, job->output + start, count);
}

static void times(void *context, size_t start, size_t count) {
  const unary_job *job = context;
  octavo_unary_times(job->input + start, job->output + start, count);
}

static octavo_status run_float(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  unary_job job = {
      .type = type_of(kernel),
      .attributes = &kernel->op->attributes.unary,
      .input = octavo_kernel_data(kernel, x),
      .output =
          octavo_kernel_data(kernel, octavo_model_operator_output(kernel->model, kernel->op, 0)),
  };
  const size_t elements = octavo_tensor_elements(x) * kernel->batch;
  octavo_status status = OCTAVO_OK;
  if (job.type->before != NULL)
    pthreadpool_parallelize_1d_tile_1d(kernel->threads, before, &job, elements, BLOCK, 0);
  if (kernel->xnn != NULL)
    status =
        octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run a function", error);
  if (status == OCTAVO_OK && job.type->times)
    pthreadpool_parallelize_1d_tile_1d(kernel->threads, times, &job, elements, BLOCK, 0);
  return status;
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (octavo_model_operand(kernel->model, kernel->op, 0)->type != OCTAVO_INT8)
    return run_float(kernel, error);
  const octavo_format_tensor *table = octavo_model_operand(kernel->model, kernel->op, 1);
  octavo_lookup_run(kernel, octavo_model_constant(kernel->model, table));
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_unary = {
    .opcode = OCTAVO_OP_UNARY,
    .kind = "unary",
    .min_inputs = 1,
    .max_inputs = 2,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
};
