/* The average over any axes but the batch. int8: y = clamp(rne(acc · s) + y zero point), as the
 * average pools have it: acc = Σ (x - x zero point) exact in int32 and s = x scale / (y scale · n)
 * in float32. */
#include "operators/common.h"
#include "operators/requantize.h"

/* 2^22 elements of at most 255 stay exact in int32. */
#define MAX_ELEMENTS (1u << 22)

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const uint32_t axes = op->attributes.mean.axes;
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_mean, reserved), error);
  if (status != OCTAVO_OK)
    return status;
  if ((axes & 1) != 0 || axes == 0 || axes >> x->rank != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "axes: expected one or more of 1 to %u, one bit each, found 0x%x",
                            x->rank - 1u, axes);
  uint64_t shape[OCTAVO_MAX_RANK] = {0}, count = 1;
  for (uint32_t i = 0; i < x->rank; ++i) {
    const bool averaged = (axes >> i & 1) != 0;
    shape[i] = averaged ? 1 : x->shape[i];
    count *= averaged ? x->shape[i] : 1;
  }
  status = octavo_check_range(count, 1, MAX_ELEMENTS, "elements averaged", error);
  return status == OCTAVO_OK ? octavo_check_shape(y, x->rank, shape, error) : status;
}

/* One of the axes, in elements of x. */
typedef struct mean_axis {
  size_t length, stride;
} mean_axis;

typedef struct mean_axes {
  mean_axis items[OCTAVO_MAX_RANK]; /* innermost first */
  uint32_t count;
} mean_axes;

typedef struct mean_job {
  mean_axes kept, averaged; /* the last of `kept` is the batch */
  size_t elements;          /* averaged each time */
  bool quantized;
  float scale;
  int32_t input_zero_point, output_zero_point;
  const void *input;
  void *output;
} mean_job;

/* Neighbours become one. */
static void add_axis(mean_axes *axes, size_t length, size_t stride) {
  mean_axis *last = axes->count == 0 ? NULL : &axes->items[axes->count - 1];
  if (last != NULL && last->length * last->stride == stride)
    last->length *= length;
  else
    axes->items[axes->count++] = (mean_axis){length, stride};
}

static mean_job plan(const octavo_kernel *kernel) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  mean_job job = {.elements = 1, .quantized = x->type == OCTAVO_INT8};
  size_t stride = 1;
  for (uint32_t i = x->rank; i-- > 0; stride *= x->shape[i]) {
    const bool averaged = (kernel->op->attributes.mean.axes >> i & 1) != 0;
    add_axis(averaged ? &job.averaged : &job.kept, i == 0 ? kernel->batch : x->shape[i], stride);
    job.elements *= averaged ? x->shape[i] : 1;
  }
  if (job.quantized)
    job.scale = x->scale / (y->scale * (float)job.elements);
  job.input_zero_point = x->zero_point;
  job.output_zero_point = y->zero_point;
  job.input = octavo_kernel_data(kernel, x);
  job.output = octavo_kernel_data(kernel, y);
  return job;
}

static size_t offset_of(const mean_axes *axes, uint32_t first, size_t index) {
  size_t offset = 0;
  for (uint32_t i = first; i < axes->count; ++i) {
    offset += index % axes->items[i].length * axes->items[i].stride;
    index /= axes->items[i].length;
  }
  return offset;
}

static int32_t sum_int8(const int8_t *x, const mean_axis *axis) {
  int32_t sum = 0;
  for (size_t i = 0; i < axis->length; ++i)
    sum += x[i * axis->stride];
  return sum;
}

static float sum_float(const float *x, const mean_axis *axis) {
  float sum = 0;
  for (size_t i = 0; i < axis->length; ++i)
    sum += x[i * axis->stride];
  return sum;
}

static void average(void *context, size_t index) {
  const mean_job *job = context;
  const size_t from = offset_of(&job->kept, 0, index);
  const mean_axis *inner = &job->averaged.items[0];
  const size_t rows = job->elements / inner->length;
  int32_t whole = 0;
  float real = 0;
  for (size_t row = 0; row < rows; ++row) {
    const size_t at = from + offset_of(&job->averaged, 1, row);
    if (job->quantized)
      whole += sum_int8((const int8_t *)job->input + at, inner);
    else
      real += sum_float((const float *)job->input + at, inner);
  }
  whole -= (int32_t)job->elements * job->input_zero_point;
  if (job->quantized)
    ((int8_t *)job->output)[index] = octavo_requantize(whole, job->scale, job->output_zero_point);
  else
    ((float *)job->output)[index] = real / (float)job->elements;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  kernel->name = x->type == OCTAVO_INT8 ? "s8 mean" : "f32 mean";
  return OCTAVO_OK;
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  mean_job job = plan(kernel);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  pthreadpool_parallelize_1d(kernel->threads, average, &job,
                             octavo_tensor_elements(y) * kernel->batch, 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_mean = {
    .opcode = OCTAVO_OP_MEAN,
    .kind = "mean",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
