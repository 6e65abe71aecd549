/* The largest of each window, padding left out. XNNPACK's kernel; it refuses single-element windows
 * and strides above the kernel, and with dilation fills padding from elements outside the window,
 * so those rare cases have a plain loop here. */
#include "operators/allocation_limit.h"

#include <math.h>

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_window window = octavo_window_of_pool(&op->attributes.pool);
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(x, 4, "input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_scale(x, y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_pool, count_padding), error);
  if (status == OCTAVO_OK)
    status = octavo_window_check(&window, error);
  if (status == OCTAVO_OK)
    status = octavo_window_check_output(&window, x, x->shape[3], y, error);
  if (status == OCTAVO_OK)
    status = octavo_window_check_covered(&window, x, error);
  return status;
}

static bool xnnpack_can(const octavo_window *w) {
  return w->kernel[0] * w->kernel[1] > 1 && w->stride[0] <= w->kernel[0] &&
         w->stride[1] <= w->kernel[1] && w->dilation[0] == 1 && w->dilation[1] == 1;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_attributes_pool *a = &kernel->op->attributes.pool;
  const octavo_window window = octavo_window_of_pool(a);
  const bool quantized = octavo_model_operand(kernel->model, kernel->op, 0)->type == OCTAVO_INT8;
  if (!xnnpack_can(&window)) {
    kernel->name = quantized ? "s8 maxpool loop" : "f32 maxpool loop";
    return OCTAVO_OK;
  }
  const octavo_status fits = octavo_allocation_limit_check_window(
      &window, octavo_model_operator_output(kernel->model, kernel->op, 0), error);
  if (fits != OCTAVO_OK)
    return fits;
  kernel->name = quantized ? "s8 maxpool" : "f32 maxpool";
  const enum xnn_status status =
      quantized ? xnn_create_max_pooling2d_nhwc_s8(a->pad_top, a->pad_right, a->pad_bottom,
                                                   a->pad_left, a->kernel_height, a->kernel_width,
                                                   a->stride_height, a->stride_width, 1, 1,
                                                   INT8_MIN, INT8_MAX, 0, &kernel->xnn)
                : xnn_create_max_pooling2d_nhwc_f32(a->pad_top, a->pad_right, a->pad_bottom,
                                                    a->pad_left, a->kernel_height, a->kernel_width,
                                                    a->stride_height, a->stride_width, 1, 1,
                                                    -INFINITY, INFINITY, 0, &kernel->xnn);
  return octavo_xnn_status(status, "create a max pool", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const size_t height = x->shape[1], width = x->shape[2], channels = x->shape[3];
  const enum xnn_status status =
      x->type == OCTAVO_INT8
          ? xnn_reshape_max_pooling2d_nhwc_s8(kernel->xnn, kernel->batch, height, width, channels,
                                              channels, channels, NULL, NULL, kernel->threads)
          : xnn_reshape_max_pooling2d_nhwc_f32(kernel->xnn, kernel->batch, height, width, channels,
                                               channels, channels, NULL, NULL, kernel->threads);
  return octavo_xnn_status(status, "reshape a max pool", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn == NULL)
    return OCTAVO_OK;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const void *input = octavo_kernel_data(kernel, x);
  void *output = octavo_kernel_data(kernel, y);
  const enum xnn_status status = x->type == OCTAVO_INT8
                                     ? xnn_setup_max_pooling2d_nhwc_s8(kernel->xnn, input, output)
                                     : xnn_setup_max_pooling2d_nhwc_f32(kernel->xnn, input, output);
  return octavo_xnn_status(status, "set up a max pool", error);
}

typedef struct pool_job {
  octavo_window window;
  const octavo_format_tensor *x, *y;
  const void *input;
  void *output;
} pool_job;

static void take_larger_int8(int8_t *y, const int8_t *x, size_t channels, bool first) {
  for (size_t c = 0; c < channels; ++c)
    if (first || x[c] > y[c])
      y[c] = x[c];
}

static void take_larger_float(float *y, const float *x, size_t channels, bool first) {
  for (size_t c = 0; c < channels; ++c)
    if (first || x[c] > y[c])
      y[c] = x[c];
}

/* One row of one image of the output. */
static void pool_row(pool_job *job, size_t image, size_t row) {
  const uint32_t *in = job->x->shape, *out = job->y->shape;
  const size_t channels = in[3];
  const octavo_window_span rows = octavo_window_at(&job->window, 0, (uint32_t)row, in[1]);
  for (uint32_t column = 0; column < out[2]; ++column) {
    const octavo_window_span columns = octavo_window_at(&job->window, 1, column, in[2]);
    const size_t to = ((image * out[1] + row) * out[2] + column) * channels;
    for (uint32_t i = rows.first; i < rows.end; ++i)
      for (uint32_t j = columns.first; j < columns.end; ++j) {
        const size_t h = (size_t)(rows.start + (int64_t)i * job->window.dilation[0]);
        const size_t w = (size_t)(columns.start + (int64_t)j * job->window.dilation[1]);
        const size_t from = ((image * in[1] + h) * in[2] + w) * channels;
        const bool first = i == rows.first && j == columns.first;
        if (job->x->type == OCTAVO_INT8)
          take_larger_int8((int8_t *)job->output + to, (const int8_t *)job->input + from, channels,
                           first);
        else
          take_larger_float((float *)job->output + to, (const float *)job->input + from, channels,
                            first);
      }
  }
}

static void pool_row_task(void *context, size_t image, size_t row) {
  pool_row(context, image, row);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (kernel->xnn != NULL)
    return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run a max pool",
                             error);
  pool_job job = {
      .window = octavo_window_of_pool(&kernel->op->attributes.pool),
      .x = octavo_model_operand(kernel->model, kernel->op, 0),
      .y = octavo_model_operator_output(kernel->model, kernel->op, 0),
  };
  job.input = octavo_kernel_data(kernel, job.x);
  job.output = octavo_kernel_data(kernel, job.y);
  pthreadpool_parallelize_2d(kernel->threads, pool_row_task, &job, kernel->batch, job.y->shape[1],
                             0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_max_pool = {
    .opcode = OCTAVO_OP_MAX_POOL,
    .kind = "max_pool",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
};
