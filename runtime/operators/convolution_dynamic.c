/* Convolutions of float32 activations by int8 weights: XNNPACK's, on the input as dynamic.c
 * quantizes it. */
#include "operators/convolution.h"
#include "operators/dynamic.h"

#include "memory.h"
#include "pack.h"
#include "xnnpack_memory.h"

typedef struct dynamic_state {
  octavo_convolution_state base;
  octavo_packer packer;
  octavo_dynamic input;
} dynamic_state;

static bool accepts(const octavo_convolution_shape *shape) {
  return octavo_is_dynamic(shape->x, shape->weights);
}

static enum xnn_status create_xnn(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                                  const float *scales, xnn_weights_cache_t cache) {
  const octavo_attributes_convolution *a = shape->attributes;
  const size_t inputs = shape->x->shape[3], outputs = shape->y->shape[3];
  return xnn_create_convolution2d_nhwc_qd8_f32_qc8w(
      a->pad_top, a->pad_right, a->pad_bottom, a->pad_left, a->kernel_height, a->kernel_width,
      a->stride_height, a->stride_width, a->dilation_height, a->dilation_width, a->groups,
      inputs / a->groups, outputs / a->groups, inputs, outputs, scales,
      octavo_model_constant(kernel->model, shape->weights),
      shape->bias == NULL ? NULL : octavo_model_constant(kernel->model, shape->bias), a->clamp_min,
      a->clamp_max, 0, NULL, cache, &kernel->xnn);
}

static octavo_status create(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                            octavo_error *error) {
  octavo_status status = octavo_convolution_check_size(shape, error);
  if (status == OCTAVO_OK)
    status = octavo_convolution_state_create(kernel, &octavo_convolution_dynamic,
                                             sizeof(dynamic_state), error);
  if (status != OCTAVO_OK)
    return status;
  dynamic_state *state = kernel->state;
  status = octavo_dynamic_create(&state->input, error);
  if (status != OCTAVO_OK)
    return status;
  const size_t outputs = shape->y->shape[3];
  float *buffer = octavo_memory_alloc(outputs, sizeof *buffer);
  if (buffer == NULL)
    return octavo_error_memory(error, outputs * sizeof *buffer, "a convolution");
  kernel->name = "qd8-f32-qc8w igemm";
  const xnn_weights_cache_t cache =
      octavo_packer_lock(&state->packer, kernel->model, kernel->index);
  enum xnn_status created =
      create_xnn(kernel, shape, octavo_weight_scales(kernel->model, shape->weights, buffer), cache);
  octavo_packer_unlock(&state->packer);
  octavo_memory_free(buffer);
  /* As in convolution.c. */
  if (created == xnn_status_success && kernel->xnn == NULL)
    created = xnn_status_out_of_memory;
  return octavo_xnn_status(created, "create a convolution", error);
}

/* For one image: with more, XNNPACK allocates further buffers without a look at whether it got
 * them. One image is work enough for all threads. */
static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  dynamic_state *state = kernel->state;
  void *lent = octavo_memory_alloc(1, sizeof(void *));
  if (lent == NULL)
    return octavo_error_memory(error, sizeof(void *), "a convolution");
  octavo_xnnpack_lend(lent, sizeof(void *));
  size_t workspace = 0, alignment = 0; /* 0: the operator was created without the flag for one */
  const enum xnn_status status = xnn_reshape_convolution2d_nhwc_qd8_f32_qc8w(
      kernel->xnn, 1, shape.x->shape[1], shape.x->shape[2], &workspace, &alignment, NULL, NULL,
      kernel->threads);
  octavo_memory_free(octavo_xnnpack_take_back());
  if (status != xnn_status_success)
    return octavo_xnn_status(status, "reshape a convolution", error);
  return octavo_dynamic_reshape(&state->input, kernel, error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  dynamic_state *state = kernel->state;
  return octavo_dynamic_setup(&state->input, kernel, error);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  const dynamic_state *state = kernel->state;
  const size_t inputs = octavo_tensor_elements(shape.x), outputs = octavo_tensor_elements(shape.y);
  float *output = octavo_kernel_data(kernel, shape.y);
  octavo_status status = octavo_dynamic_run(&state->input, kernel, error);
  for (size_t i = 0; status == OCTAVO_OK && i < kernel->batch; ++i) {
    enum xnn_status ran = xnn_setup_convolution2d_nhwc_qd8_f32_qc8w(
        kernel->xnn, NULL, state->input.quantized + i * inputs, output + i * outputs,
        &state->input.parameters[i]);
    if (ran == xnn_status_success)
      ran = xnn_run_operator(kernel->xnn, kernel->threads);
    status = octavo_xnn_status(ran, "run", error);
  }
  return status;
}

static void destroy(octavo_kernel *kernel) {
  dynamic_state *state = kernel->state;
  octavo_dynamic_destroy(&state->input);
}

const octavo_convolution_method octavo_convolution_dynamic = {
    .accepts = accepts,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
    .destroy = destroy,
};
