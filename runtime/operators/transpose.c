/* Axes in another order; the batch stays the first. XNNPACK's kernels move anything, but take 1 ns
 * for each byte where rows of two are short, as in channel shuffles: those have a loop of their
 * own. */
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
  octavo_status status = octavo_check_passing(
      model, op, offsetof(octavo_attributes_transpose, reserved), &x, &y, error);
  if (status == OCTAVO_OK)
    status = check_axes(axes, x->rank, error);
  if (status != OCTAVO_OK)
    return status;
  uint64_t shape[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < x->rank; ++i)
    shape[i] = x->shape[axes[i]];
  return octavo_check_shape(y, x->rank, shape, error);
}

/* Whether the last two axes change places and the outer one has two elements: two rows become one,
 * by turns. */
static bool interleaves(const octavo_kernel *kernel) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const uint32_t *axes = kernel->op->attributes.transpose.axes, rank = x->rank;
  if (rank < 3 || x->shape[rank - 2] != 2 || axes[rank - 1] != rank - 2)
    return false;
  for (uint32_t i = 0; i + 2 < rank; ++i)
    if (axes[i] != i)
      return false;
  return true;
}

typedef struct interleave_job {
  size_t length; /* of a row */
  const void *input;
  void *output;
} interleave_job;

static void interleave_bytes(void *context, size_t pair) {
  const interleave_job *job = context;
  const size_t length = job->length;
  const int8_t *restrict a = (const int8_t *)job->input + 2 * pair * length, *restrict b =
                                                                                 a + length;
  int8_t *restrict y = (int8_t *)job->output + 2 * pair * length;
  for (size_t i = 0; i < length; ++i) {
    y[2 * i] = a[i];
    y[2 * i + 1] = b[i];
  }
}

static void interleave_floats(void *context, size_t pair) {
  const interleave_job *job = context;
  const size_t length = job->length;
  const float *restrict a = (const float *)job->input + 2 * pair * length, *restrict b = a + length;
  float *restrict y = (float *)job->output + 2 * pair * length;
  for (size_t i = 0; i < length; ++i) {
    y[2 * i] = a[i];
    y[2 * i + 1] = b[i];
  }
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const bool bytes = octavo_model_operand(kernel->model, kernel->op, 0)->type == OCTAVO_INT8;
  if (interleaves(kernel)) {
    kernel->name = bytes ? "x8 interleave" : "x32 interleave";
    return OCTAVO_OK;
  }
  kernel->name = bytes ? "x8 transpose" : "x32 transpose";
  const enum xnn_status status = bytes ? xnn_create_transpose_nd_x8(0, &kernel->xnn)
                                       : xnn_create_transpose_nd_x32(0, &kernel->xnn);
  return octavo_xnn_status(status, "create a transpose", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  size_t shape[OCTAVO_MAX_RANK] = {0}, axes[OCTAVO_MAX_RANK] = {0};
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
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
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  const enum xnn_status status = x->type == OCTAVO_INT8
                                     ? xnn_setup_transpose_nd_x8(kernel->xnn, input, output)
                                     : xnn_setup_transpose_nd_x32(kernel->xnn, input, output);
  return octavo_xnn_status(status, "set up a transpose", error);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn != NULL)
    return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run a transpose",
                             error);
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  interleave_job job = {
      .length = x->shape[x->rank - 1],
      .input = octavo_kernel_data(kernel, x),
      .output = octavo_kernel_data(kernel, y),
  };
  const size_t pairs = octavo_tensor_elements(x) / (2 * job.length) * kernel->batch;
  pthreadpool_parallelize_1d(kernel->threads,
                             x->type == OCTAVO_INT8 ? interleave_bytes : interleave_floats, &job,
                             pairs, 0);
  return OCTAVO_OK;
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
    .run = run,
};
