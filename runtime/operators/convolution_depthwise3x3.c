/* int8 depthwise convolutions of 3×3 by a kernel of our own; see kernels/depthwise3x3.h. */
#include "operators/convolution.h"

#include "checked.h"
#include "kernels/depthwise3x3.h"
#include "memory.h"

#include <string.h>

typedef struct depthwise_state {
  octavo_convolution_state base;
  octavo_depthwise3x3_layer layer;
  const octavo_depthwise3x3_kernel *kernel;
  const void *packed;
  int8_t *outside; /* a row of zero points */
  size_t input_height, output_height, row_bytes, output_row_bytes;
  int64_t stride, pad_top;
  const int8_t *input;
  int8_t *output;
} depthwise_state;

static bool accepts(const octavo_convolution_shape *shape) {
  const octavo_window *w = &shape->window;
  return octavo_depthwise3x3_find() != NULL && shape->x->type == OCTAVO_INT8 &&
         shape->attributes->groups == shape->x->shape[3] &&
         shape->weights->shape[0] == shape->attributes->groups && w->kernel[0] == 3 &&
         w->kernel[1] == 3 && w->dilation[0] == 1 && w->dilation[1] == 1 && w->stride[1] <= 2;
}

static void pack(const octavo_kernel *kernel, const octavo_convolution_shape *shape,
                 const float *scales, void *packed) {
  const depthwise_state *state = kernel->state;
  state->kernel->pack(state->layer.channels, octavo_model_constant(kernel->model, shape->weights),
                      shape->bias == NULL ? NULL
                                          : octavo_model_constant(kernel->model, shape->bias),
                      scales, state->layer.input_zero_point, packed);
}

static octavo_status create(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                            octavo_error *error) {
  octavo_status status = octavo_convolution_state_create(kernel, &octavo_convolution_depthwise3x3,
                                                         sizeof(depthwise_state), error);
  if (status != OCTAVO_OK)
    return status;
  depthwise_state *state = kernel->state;
  const octavo_clamp clamp =
      octavo_quantize_clamp(shape->attributes->clamp_min, shape->attributes->clamp_max, shape->y);
  state->kernel = octavo_depthwise3x3_find();
  kernel->name = state->kernel->name;
  state->layer = (octavo_depthwise3x3_layer){
      .channels = shape->x->shape[3],
      .input_width = shape->x->shape[2],
      .output_width = shape->y->shape[2],
      .stride = shape->window.stride[1],
      .pad_left = shape->window.before[1],
      .input_zero_point = (int8_t)shape->x->zero_point,
      .output_zero_point = (int8_t)shape->y->zero_point,
      .output_min = clamp.minimum,
      .output_max = clamp.maximum,
  };
  state->input_height = shape->x->shape[1];
  state->output_height = shape->y->shape[1];
  /* The products are those of the tensors' sizes, which the loader has checked. */
  state->row_bytes = (size_t)shape->x->shape[2] * shape->x->shape[3];
  state->output_row_bytes = (size_t)shape->y->shape[2] * shape->y->shape[3];
  state->stride = shape->window.stride[0];
  state->pad_top = shape->window.before[0];
  state->outside = octavo_memory_alloc(state->row_bytes, 1);
  if (state->outside == NULL)
    return octavo_error_memory(error, state->row_bytes, "a convolution's padding");
  memset(state->outside, (uint8_t)state->layer.input_zero_point, state->row_bytes);
  status = octavo_convolution_share(kernel, shape,
                                    state->kernel->packed_size(state->layer.channels), pack, error);
  state->packed = kernel->model->packed[kernel->index].data;
  return status;
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  depthwise_state *state = kernel->state;
  state->input = octavo_kernel_data(kernel, shape.x);
  state->output = octavo_kernel_data(kernel, shape.y);
  return OCTAVO_OK;
}

/* One row of one image's output. */
static void run_row(void *context, size_t image, size_t y) {
  const depthwise_state *state = context;
  const int8_t *input = state->input + image * state->input_height * state->row_bytes;
  const int8_t *rows[3];
  for (int64_t k = 0; k < 3; ++k) {
    const int64_t row = (int64_t)y * state->stride - state->pad_top + k;
    rows[k] = row < 0 || row >= (int64_t)state->input_height
                  ? state->outside
                  : input + (size_t)row * state->row_bytes;
  }
  state->kernel->row(&state->layer, state->packed, rows,
                     state->output + (image * state->output_height + y) * state->output_row_bytes);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  depthwise_state *state = kernel->state;
  pthreadpool_parallelize_2d(kernel->threads, run_row, state, kernel->batch, state->output_height,
                             0);
  return OCTAVO_OK;
}

static void destroy(octavo_kernel *kernel) {
  depthwise_state *state = kernel->state;
  octavo_memory_free(state->outside);
}

const octavo_convolution_method octavo_convolution_depthwise3x3 = {
    .accepts = accepts,
    .create = create,
    .setup = setup,
    .run = run,
    .destroy = destroy,
};
