/* The average of each window; padding counts in the divisor, as zeros, or not at all.
 *
 * int8: y = clamp(rne(acc · s) + y zero point) with acc = Σ (x - x zero point) over the window's
 * elements inside the input, and s = x scale / (y scale · divisor) in float32. XNNPACK has no
 * signed int8 kernel for it, and its float32 one never counts padding, so both are our own. */
#include "operators/average.h"
#include "operators/window.h"

/* Windows stay exact in int32. */
#define MAX_WINDOW_ELEMENTS (1u << 22)

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_attributes_pool *attributes = &op->attributes.pool;
  const octavo_window window = octavo_window_of_pool(attributes);
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(x, 4, "input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_pool, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(attributes->count_padding, 0, 1, "count_padding", error);
  if (status == OCTAVO_OK)
    status = octavo_window_check(&window, error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(window.dilation[0], 1, 1, "dilation in height", error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(window.dilation[1], 1, 1, "dilation in width", error);
  if (status == OCTAVO_OK)
    status = octavo_window_check_output(&window, x, x->shape[3], y, error);
  if (status == OCTAVO_OK)
    status = octavo_window_check_covered(&window, x, error);
  return status;
}

static_assert(OCTAVO_MAX_WINDOW * OCTAVO_MAX_WINDOW <= MAX_WINDOW_ELEMENTS, "exact sums");

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  (void)error;
  kernel->name = x->type == OCTAVO_INT8 ? "s8 avgpool" : "f32 avgpool";
  return OCTAVO_OK;
}

typedef struct pool_job {
  octavo_window window;
  bool count_padding;
  const octavo_format_tensor *x, *y;
  const void *input;
  void *output;
} pool_job;

/* One output pixel, whose window begins at element `from` and whose result goes to element `to`. */
static void average_pixel(const pool_job *job, const octavo_rectangle *rectangle, size_t from,
                          size_t to) {
  const size_t channels = job->x->shape[3];
  const size_t counted = job->count_padding ? (size_t)job->window.kernel[0] * job->window.kernel[1]
                                            : rectangle->height * rectangle->width;
  const octavo_average_int8 params = {
      .scale = job->x->scale / (job->y->scale * (float)counted),
      .input_zero_point = job->x->zero_point,
      .output_zero_point = job->y->zero_point,
  };
  for (size_t c = 0; c < channels; c += OCTAVO_AVERAGE_BLOCK) {
    const size_t left = channels - c;
    const size_t block = left < OCTAVO_AVERAGE_BLOCK ? left : OCTAVO_AVERAGE_BLOCK;
    if (job->x->type == OCTAVO_INT8)
      octavo_average_block_int8(&params, rectangle, (const int8_t *)job->input + from + c, block,
                                (int8_t *)job->output + to + c);
    else
      octavo_average_block_float((float)counted, rectangle, (const float *)job->input + from + c,
                                 block, (float *)job->output + to + c);
  }
}

/* One row of one image of the output. */
static void average_row(void *context, size_t image, size_t row) {
  const pool_job *job = context;
  const uint32_t *in = job->x->shape, *out = job->y->shape;
  const size_t channels = in[3];
  const octavo_window_span rows = octavo_window_at(&job->window, 0, (uint32_t)row, in[1]);
  for (uint32_t column = 0; column < out[2]; ++column) {
    const octavo_window_span columns = octavo_window_at(&job->window, 1, column, in[2]);
    const octavo_rectangle rectangle = {
        .height = rows.end - rows.first,
        .width = columns.end - columns.first,
        .row_stride = in[2] * channels,
        .column_stride = channels,
    };
    const size_t h = (size_t)(rows.start + rows.first);
    const size_t w = (size_t)(columns.start + columns.first);
    average_pixel(job, &rectangle, ((image * in[1] + h) * in[2] + w) * channels,
                  ((image * out[1] + row) * out[2] + column) * channels);
  }
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_attributes_pool *attributes = &kernel->op->attributes.pool;
  pool_job job = {
      .window = octavo_window_of_pool(attributes),
      .count_padding = attributes->count_padding != 0,
      .x = octavo_model_operand(kernel->model, kernel->op, 0),
      .y = octavo_model_operator_output(kernel->model, kernel->op, 0),
  };
  job.input = octavo_kernel_data(kernel, job.x);
  job.output = octavo_kernel_data(kernel, job.y);
  pthreadpool_parallelize_2d(kernel->threads, average_row, &job, kernel->batch, job.y->shape[1], 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_average_pool = {
    .opcode = OCTAVO_OP_AVERAGE_POOL,
    .kind = "average_pool",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
