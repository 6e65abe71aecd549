/* Softmax over the last axis.
 *
 * int8 is exact integer arithmetic: with d = max - x of the row and the table
 * T[d] = round(exp(-x scale · d) · 2^23) from the model file,
 *   y = min(rne(256 · T[d] / ΣT) - 128, 127),
 * the quotient being rounded half to even. */
#include "operators/common.h"

#define ONE (1 << 23)

static octavo_status check_table(const octavo_model *model, const octavo_format_operator *op,
                                 const octavo_format_tensor *y, octavo_error *error) {
  const octavo_format_tensor *table = NULL;
  const octavo_status status =
      octavo_check_table(model, op, OCTAVO_INT32, "softmax", "exp table", &table, error);
  if (status != OCTAVO_OK)
    return status;
  const int32_t *values = octavo_model_constant(model, table);
  if (values[0] != ONE)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "exp table: expected to begin with 2^23, found %d", (int)values[0]);
  for (uint32_t i = 1; i < OCTAVO_TABLE_SIZE; ++i)
    if (values[i] < 0 || values[i] > values[i - 1])
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "exp table at %u: expected 0 to %d as it falls, found %d", i,
                              (int)values[i - 1], (int)values[i]);
  if (y->scale != 1.0f / 256.0f || y->zero_point != INT8_MIN)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "output of an int8 softmax: expected scale 1/256 and zero point -128, "
                            "found %g and %d",
                            (double)y->scale, (int)y->zero_point);
  return OCTAVO_OK;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, 0, error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(x->rank, 2, OCTAVO_MAX_RANK, "rank of the input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(x, y, "output", error);
  if (status != OCTAVO_OK)
    return status;
  if (x->type == OCTAVO_INT8)
    return check_table(model, op, y, error);
  return octavo_check_range(op->input_count, 1, 1, "inputs of a float32 softmax", error);
}

static size_t classes(const octavo_format_tensor *x) {
  return x->shape[x->rank - 1];
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  if (x->type == OCTAVO_INT8) {
    kernel->name = "s8 softmax";
    return OCTAVO_OK;
  }
  kernel->name = "f32 softmax";
  return octavo_xnn_status(xnn_create_softmax_nc_f32(0, &kernel->xnn), "create a softmax", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  const size_t rows = octavo_tensor_elements(x) / classes(x) * kernel->batch;
  return octavo_xnn_status(xnn_reshape_softmax_nc_f32(kernel->xnn, classes(x), classes(x),
                                                      classes(x), rows, kernel->threads),
                           "reshape a softmax", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  return octavo_xnn_status(xnn_setup_softmax_nc_f32(kernel->xnn, octavo_kernel_data(kernel, x),
                                                    octavo_kernel_data(kernel, y)),
                           "set up a softmax", error);
}

typedef struct softmax_job {
  const int32_t *table;
  const int8_t *input;
  int8_t *output;
  size_t classes;
} softmax_job;

static int8_t quotient(uint64_t numerator, uint64_t denominator) {
  uint64_t result = numerator / denominator;
  const uint64_t rest = numerator % denominator;
  if (2 * rest > denominator || (2 * rest == denominator && (result & 1) != 0))
    ++result;
  return (int8_t)(result > 255 ? 127 : (int)result - 128);
}

static void softmax_row(void *context, size_t row) {
  const softmax_job *job = context;
  const int8_t *x = job->input + row * job->classes;
  int8_t *y = job->output + row * job->classes;
  int largest = INT8_MIN;
  for (size_t i = 0; i < job->classes; ++i)
    largest = x[i] > largest ? x[i] : largest;
  uint64_t sum = 0;
  for (size_t i = 0; i < job->classes; ++i)
    sum += (uint64_t)job->table[largest - x[i]];
  for (size_t i = 0; i < job->classes; ++i)
    y[i] = quotient(256 * (uint64_t)job->table[largest - x[i]], sum);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn != NULL)
    return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run a softmax",
                             error);
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  softmax_job job = {
      .table =
          octavo_model_constant(kernel->model, octavo_model_operand(kernel->model, kernel->op, 1)),
      .input = octavo_kernel_data(kernel, x),
      .output =
          octavo_kernel_data(kernel, octavo_model_operator_output(kernel->model, kernel->op, 0)),
      .classes = classes(x),
  };
  const size_t rows = octavo_tensor_elements(x) / job.classes * kernel->batch;
  pthreadpool_parallelize_1d(kernel->threads, softmax_row, &job, rows, 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_softmax = {
    .opcode = OCTAVO_OP_SOFTMAX,
    .kind = "softmax",
    .min_inputs = 1,
    .max_inputs = 2,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
};
