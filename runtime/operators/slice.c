/* A part of each axis but the batch, with steps. */
#include "operators/common.h"

#include <string.h>

static octavo_status check_axis(const octavo_attributes_slice *slice, uint32_t axis,
                                const octavo_format_tensor *x, const octavo_format_tensor *y,
                                octavo_error *error) {
  const bool there = axis < x->rank, batch = axis == 0;
  octavo_status status =
      octavo_check_range(slice->step[axis], there ? 1 : 0,
                         batch ? 1 : (there ? OCTAVO_FORMAT_MAX_DIMENSION : 0), "step", error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(slice->begin[axis], 0, batch || !there ? 0 : x->shape[axis] - 1u,
                                "begin", error);
  if (status != OCTAVO_OK || !there)
    return status;
  /* What fits between the beginning and the end of the input. */
  const uint32_t most =
      batch ? x->shape[0] : (x->shape[axis] - 1 - slice->begin[axis]) / slice->step[axis] + 1;
  if (y->shape[axis] <= most && (!batch || y->shape[0] == most))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "dimension %u of the output: expected at most %u, found %u", axis, most,
                          y->shape[axis]);
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status =
      octavo_check_passing(model, op, offsetof(octavo_attributes_slice, reserved), &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(y, x->rank, "output", error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < OCTAVO_MAX_RANK; ++i)
    status = check_axis(&op->attributes.slice, i, x, y, error);
  return status;
}

/* The last axis that is cut, the axes behind which lie in one piece. */
static uint32_t last_cut(const octavo_attributes_slice *slice, const octavo_format_tensor *x,
                         const octavo_format_tensor *y) {
  uint32_t axis = x->rank - 1u;
  while (axis > 1 && slice->step[axis] == 1 && x->shape[axis] == y->shape[axis])
    --axis;
  return axis;
}

/* Rows are the places of the axes before `axis`, batch first; each has y->shape[axis] pieces, the
 * next of which lies `stride` bytes on in x. Where that is one behind the other they are one. */
typedef struct slice_job {
  const octavo_attributes_slice *slice;
  const octavo_format_tensor *x, *y;
  uint32_t axis;
  size_t pieces, piece, stride;
  const uint8_t *input;
  uint8_t *output;
} slice_job;

static slice_job plan(const octavo_kernel *kernel) {
  slice_job job = {
      .slice = &kernel->op->attributes.slice,
      .x = octavo_model_operand(kernel->model, kernel->op, 0),
      .y = octavo_model_operator_output(kernel->model, kernel->op, 0),
  };
  job.axis = last_cut(job.slice, job.x, job.y);
  job.piece = octavo_tensor_element_size(job.x);
  for (uint32_t i = job.axis + 1; i < job.x->rank; ++i)
    job.piece *= job.x->shape[i];
  job.pieces = job.y->shape[job.axis];
  job.stride = job.piece * job.slice->step[job.axis];
  if (job.slice->step[job.axis] == 1) {
    job.piece *= job.pieces;
    job.pieces = 1;
  }
  job.input = octavo_kernel_data(kernel, job.x);
  job.output = octavo_kernel_data(kernel, job.y);
  return job;
}

/* Where the row's first piece begins in x. */
static size_t row_offset(const slice_job *job, size_t row) {
  const uint32_t *begin = job->slice->begin, *step = job->slice->step;
  size_t extent = octavo_tensor_element_size(job->x), offset = 0;
  for (uint32_t i = job->x->rank; i-- > job->axis + 1u;)
    extent *= job->x->shape[i];
  if (job->axis > 0) {
    offset = begin[job->axis] * extent;
    extent *= job->x->shape[job->axis];
  }
  for (uint32_t i = job->axis; i-- > 1;) {
    offset += (begin[i] + row % job->y->shape[i] * step[i]) * extent;
    row /= job->y->shape[i];
    extent *= job->x->shape[i];
  }
  return offset + row * extent;
}

static void copy_row(void *context, size_t row) {
  const slice_job *job = context;
  const uint8_t *from = job->input + row_offset(job, row);
  uint8_t *to = job->output + row * job->pieces * job->piece;
  if (job->piece == 1) {
    for (size_t i = 0; i < job->pieces; ++i)
      to[i] = from[i * job->stride];
    return;
  }
  for (size_t i = 0; i < job->pieces; ++i)
    memcpy(to + i * job->piece, from + i * job->stride, job->piece);
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_attributes_slice *slice = &kernel->op->attributes.slice;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  kernel->name = slice->step[last_cut(slice, x, y)] == 1 ? "copy" : "strided copy";
  return OCTAVO_OK;
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  slice_job job = plan(kernel);
  const size_t rows = (size_t)job.y->bytes / (job.pieces * job.piece);
  pthreadpool_parallelize_1d(kernel->threads, copy_row, &job, rows * kernel->batch, 0);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_slice = {
    .opcode = OCTAVO_OP_SLICE,
    .kind = "slice",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
