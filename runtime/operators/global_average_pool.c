/* The average of each channel over the whole image. int8: y = clamp(rne(acc · s) + y zero point)
 * with acc = Σ (x - x zero point) exact in int32 and s = x scale / (y scale · height · width) in
 * float32. XNNPACK's xnn_create_reduce_nd converts to float before it subtracts the zero point, and
 * forms the scale in another order, so int8 has its own kernel. */
#include "operators/average.h"
#include "operators/common.h"

/* 2^22 elements of at most 255 stay exact in int32. */
#define MAX_ELEMENTS (1u << 22)

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, 0, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(x, 4, "input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_range((uint64_t)x->shape[1] * x->shape[2], 1, MAX_ELEMENTS,
                                "height times width", error);
  if (status != OCTAVO_OK)
    return status;
  const uint64_t flat[2] = {x->shape[0], x->shape[3]};
  const uint64_t image[4] = {x->shape[0], 1, 1, x->shape[3]};
  return y->rank == 2 ? octavo_check_shape(y, 2, flat, error)
                      : octavo_check_shape(y, 4, image, error);
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  (void)error;
  kernel->name = x->type == OCTAVO_INT8 ? "s8 gavgpool" : "f32 gavgpool";
  return OCTAVO_OK;
}

typedef struct pool_job {
  const octavo_format_tensor *x, *y;
  const void *input;
  void *output;
} pool_job;

static void average_block(void *context, size_t image, size_t start, size_t block) {
  const pool_job *job = context;
  const size_t channels = job->x->shape[3];
  /* One long row: the image is dense. */
  const octavo_rectangle rectangle = {
      .height = 1,
      .width = (size_t)job->x->shape[1] * job->x->shape[2],
      .column_stride = channels,
  };
  const octavo_average_int8 params = {
      .scale = job->x->scale / (job->y->scale * (float)rectangle.width),
      .input_zero_point = job->x->zero_point,
      .output_zero_point = job->y->zero_point,
  };
  const size_t from = image * rectangle.width * channels + start, to = image * channels + start;
  if (job->x->type == OCTAVO_INT8)
    octavo_average_block_int8(&params, &rectangle, (const int8_t *)job->input + from, block,
                              (int8_t *)job->output + to);
  else
    octavo_average_block_float((float)rectangle.width, &rectangle, (const float *)job->input + from,
                               block, (float *)job->output + to);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  pool_job job = {
      .x = octavo_model_operand(kernel->model, kernel->op, 0),
      .y = octavo_model_operator_output(kernel->model, kernel->op, 0),
  };
  job.input = octavo_kernel_data(kernel, job.x);
  job.output = octavo_kernel_data(kernel, job.y);
  pthreadpool_parallelize_2d_tile_1d(kernel->threads, average_block, &job, kernel->batch,
                                     job.x->shape[3], OCTAVO_AVERAGE_BLOCK, 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_global_average_pool = {
    .opcode = OCTAVO_OP_GLOBAL_AVERAGE_POOL,
    .kind = "global_average_pool",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
