/* 2-D convolution of every kind: grouped, depthwise, dilated, asymmetric padding. int8: y =
 * clamp(rne(acc · s) + zero point), acc exact in int32, s = input scale · weight scale / output
 * scale in float32, in that order; see tests/reference/. */
#include "operators/convolution.h"

#include "operators/allocation_limit.h"

#include "memory.h"
#include "pack.h"

octavo_convolution_shape octavo_convolution_shape_of(const octavo_model *model,
                                                     const octavo_format_operator *op) {
  const octavo_convolution_shape shape = {
      .x = octavo_model_operand(model, op, 0),
      .weights = octavo_model_operand(model, op, 1),
      .bias = octavo_model_operand(model, op, 2),
      .y = octavo_model_operator_output(model, op, 0),
      .attributes = &op->attributes.convolution,
      .window = octavo_window_of_convolution(&op->attributes.convolution),
  };
  return shape;
}

static uint64_t terms(const octavo_format_tensor *weights) {
  return octavo_saturating_multiply((uint64_t)weights->shape[1] * weights->shape[2],
                                    weights->shape[3]);
}

static octavo_status check_groups(const octavo_convolution_shape *shape, octavo_error *error) {
  const uint32_t groups = shape->attributes->groups;
  const uint32_t channels = shape->x->shape[3];
  const octavo_format_tensor *weights = shape->weights;
  octavo_status status = octavo_check_range(groups, 1, channels, "groups", error);
  if (status != OCTAVO_OK)
    return status;
  if (channels % groups != 0 || weights->shape[0] % groups != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "groups: expected a divisor of %u input and %u output channels, "
                            "found %u",
                            channels, weights->shape[0], groups);
  const uint32_t expected[3] = {shape->attributes->kernel_height, shape->attributes->kernel_width,
                                channels / groups};
  for (uint32_t i = 0; i < 3; ++i)
    if (weights->shape[1 + i] != expected[i])
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "dimension %u of the weights: expected %u, found %u", 1 + i,
                              expected[i], weights->shape[1 + i]);
  return OCTAVO_OK;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_attributes_convolution *attributes = &op->attributes.convolution;
  octavo_convolution_shape shape = octavo_convolution_shape_of(model, op);
  octavo_status status = octavo_check_unary(model, op, &shape.x, &shape.y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_rank(shape.x, 4, "input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_weight_operand(model, op, 4, &shape.weights, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_convolution, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_clamp(attributes->clamp_min, attributes->clamp_max, error);
  if (status == OCTAVO_OK)
    status = octavo_window_check(&shape.window, error);
  if (status == OCTAVO_OK)
    status = check_groups(&shape, error);
  if (status == OCTAVO_OK)
    status =
        octavo_window_check_output(&shape.window, shape.x, shape.weights->shape[0], shape.y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_weights(model, op, shape.weights, terms(shape.weights), error);
  return status;
}

static uint64_t macs(const octavo_model *model, const octavo_format_operator *op) {
  const octavo_convolution_shape shape = octavo_convolution_shape_of(model, op);
  return octavo_saturating_multiply(octavo_tensor_elements(shape.y), terms(shape.weights));
}

octavo_status octavo_convolution_state_create(octavo_kernel *kernel,
                                              const octavo_convolution_method *method, size_t size,
                                              octavo_error *error) {
  octavo_convolution_state *state = octavo_memory_alloc(1, size);
  if (state == NULL)
    return octavo_error_memory(error, size, "a convolution");
  state->method = method;
  kernel->state = state;
  return OCTAVO_OK;
}

octavo_status octavo_convolution_check_size(const octavo_convolution_shape *shape,
                                            octavo_error *error) {
  const octavo_status status =
      octavo_allocation_limit_check_weights(shape->weights, shape->attributes->groups, error);
  if (status != OCTAVO_OK)
    return status;
  return octavo_allocation_limit_check_window(&shape->window, shape->y, error);
}

static float *requantization(const octavo_model *model, const octavo_convolution_shape *shape) {
  const size_t outputs = shape->y->shape[3];
  float *scales = octavo_memory_alloc(outputs, sizeof *scales);
  if (scales == NULL)
    return NULL;
  const float *weight_scales = octavo_weight_scales(model, shape->weights, scales);
  for (size_t i = 0; i < outputs; ++i)
    scales[i] = shape->x->scale * weight_scales[i] / shape->y->scale;
  return scales;
}

octavo_status octavo_convolution_share(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                                       size_t size, octavo_convolution_pack pack,
                                       octavo_error *error) {
  octavo_packed_weights *packed = &kernel->model->packed[kernel->index];
  octavo_status status = OCTAVO_OK;
  pthread_mutex_lock(&kernel->model->packing);
  if (packed->data == NULL) {
    float *scales = requantization(kernel->model, shape);
    void *data = octavo_memory_alloc_aligned(size);
    if (scales == NULL || data == NULL) {
      octavo_memory_free_aligned(data);
      status = octavo_error_memory(error, size, "packed weights");
    } else {
      pack(kernel, shape, scales, data);
      octavo_pack_drop(kernel->model, octavo_model_constant(kernel->model, shape->weights),
                       (size_t)shape->weights->bytes);
      *packed = (octavo_packed_weights){.data = data, .size = size};
    }
    octavo_memory_free(scales);
  }
  pthread_mutex_unlock(&kernel->model->packing);
  return status;
}

static const octavo_convolution_method xnn_method;

/* The rule by which XNNPACK chooses, in create_convolution2d_nhwc. */
static const char *kernel_name(const octavo_convolution_shape *shape) {
  static const char *const names[2][4] = {
      {"f32 gemm", "f32 igemm", "f32 dwconv", "f32 vmulcaddc"},
      {"qs8-qc8w gemm", "qs8-qc8w igemm", "qs8-qc8w dwconv", "qs8-qc8w dwconv"},
  };
  const octavo_window *w = &shape->window;
  const bool quantized = shape->x->type == OCTAVO_INT8;
  const bool depthwise =
      shape->weights->shape[3] == 1 && shape->weights->shape[0] == shape->attributes->groups;
  const bool pointwise = w->kernel[0] * w->kernel[1] == 1 && w->stride[0] == 1 &&
                         w->stride[1] == 1 && !octavo_window_padded(w);
  /* The largest depthwise kernels: 25 taps in int8; float32 goes on in several passes. */
  if (depthwise && (!quantized || w->kernel[0] * w->kernel[1] <= 25))
    return names[quantized][pointwise ? 3 : 2];
  return names[quantized][pointwise ? 0 : 1];
}

static enum xnn_status create_quantized(octavo_kernel *kernel,
                                        const octavo_convolution_shape *shape, const float *scales,
                                        xnn_weights_cache_t cache) {
  const octavo_attributes_convolution *a = shape->attributes;
  const octavo_clamp clamp = octavo_quantize_clamp(a->clamp_min, a->clamp_max, shape->y);
  const size_t inputs = shape->x->shape[3], outputs = shape->y->shape[3];
  return xnn_create_convolution2d_nhwc_qs8_qc8w(
      a->pad_top, a->pad_right, a->pad_bottom, a->pad_left, a->kernel_height, a->kernel_width,
      a->stride_height, a->stride_width, a->dilation_height, a->dilation_width, a->groups,
      inputs / a->groups, outputs / a->groups, inputs, outputs, (int8_t)shape->x->zero_point,
      shape->x->scale, scales, octavo_model_constant(kernel->model, shape->weights),
      shape->bias == NULL ? NULL : octavo_model_constant(kernel->model, shape->bias),
      (int8_t)shape->y->zero_point, shape->y->scale, clamp.minimum, clamp.maximum, 0, NULL, cache,
      &kernel->xnn);
}

static enum xnn_status create_float(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                                    xnn_weights_cache_t cache) {
  const octavo_attributes_convolution *a = shape->attributes;
  const size_t inputs = shape->x->shape[3], outputs = shape->y->shape[3];
  return xnn_create_convolution2d_nhwc_f32(
      a->pad_top, a->pad_right, a->pad_bottom, a->pad_left, a->kernel_height, a->kernel_width,
      a->stride_height, a->stride_width, a->dilation_height, a->dilation_width, a->groups,
      inputs / a->groups, outputs / a->groups, inputs, outputs,
      octavo_model_constant(kernel->model, shape->weights),
      shape->bias == NULL ? NULL : octavo_model_constant(kernel->model, shape->bias), a->clamp_min,
      a->clamp_max, 0, NULL, cache, &kernel->xnn);
}

typedef struct xnn_state {
  octavo_convolution_state base;
  octavo_packer packer;
} xnn_state;

static bool accept_all(const octavo_convolution_shape *shape) {
  (void)shape;
  return true;
}

static octavo_status create_xnn(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                                octavo_error *error) {
  const size_t outputs = shape->y->shape[3];
  octavo_status status = octavo_convolution_check_size(shape, error);
  if (status == OCTAVO_OK)
    status = octavo_convolution_state_create(kernel, &xnn_method, sizeof(xnn_state), error);
  if (status != OCTAVO_OK)
    return status;
  float *buffer = octavo_memory_alloc(outputs, sizeof *buffer);
  if (buffer == NULL)
    return octavo_error_memory(error, outputs * sizeof *buffer, "a convolution");
  kernel->name = kernel_name(shape);
  octavo_packer *packer = &((xnn_state *)kernel->state)->packer;
  const xnn_weights_cache_t cache = octavo_packer_lock(packer, kernel->model, kernel->index);
  enum xnn_status created =
      shape->x->type == OCTAVO_INT8
          ? create_quantized(kernel, shape,
                             octavo_weight_scales(kernel->model, shape->weights, buffer), cache)
          : create_float(kernel, shape, cache);
  octavo_packer_unlock(packer);
  octavo_memory_free(buffer);
  /* XNNPACK 4ea82e5 reports success when the buffer for its padding could not be allocated. */
  if (created == xnn_status_success && kernel->xnn == NULL)
    created = xnn_status_out_of_memory;
  return octavo_xnn_status(created, "create a convolution", error);
}

static octavo_status reshape_xnn(octavo_kernel *kernel, octavo_error *error) {
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  size_t alignment = 0;
  const enum xnn_status status =
      shape.x->type == OCTAVO_INT8
          ? xnn_reshape_convolution2d_nhwc_qs8_qc8w(kernel->xnn, kernel->batch, shape.x->shape[1],
                                                    shape.x->shape[2], &kernel->workspace_size,
                                                    &alignment, NULL, NULL, kernel->threads)
          : xnn_reshape_convolution2d_nhwc_f32(kernel->xnn, kernel->batch, shape.x->shape[1],
                                               shape.x->shape[2], &kernel->workspace_size,
                                               &alignment, NULL, NULL, kernel->threads);
  return octavo_xnn_status(status, "reshape a convolution", error);
}

static octavo_status setup_xnn(octavo_kernel *kernel, octavo_error *error) {
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  const void *input = octavo_kernel_data(kernel, shape.x);
  void *output = octavo_kernel_data(kernel, shape.y);
  const enum xnn_status status =
      shape.x->type == OCTAVO_INT8
          ? xnn_setup_convolution2d_nhwc_qs8_qc8w(kernel->xnn, kernel->workspace, input, output)
          : xnn_setup_convolution2d_nhwc_f32(kernel->xnn, kernel->workspace, input, output);
  return octavo_xnn_status(status, "set up a convolution", error);
}

static octavo_status run_xnn(octavo_kernel *kernel, octavo_error *error) {
  return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run", error);
}

static const octavo_convolution_method xnn_method = {
    .accepts = accept_all,
    .create = create_xnn,
    .reshape = reshape_xnn,
    .setup = setup_xnn,
    .run = run_xnn,
};

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  static const octavo_convolution_method *const methods[] = {
      &octavo_convolution_depthwise3x3,
      &octavo_convolution_direct,
      &octavo_convolution_dynamic,
      &xnn_method,
  };
  const octavo_convolution_shape shape = octavo_convolution_shape_of(kernel->model, kernel->op);
  size_t i = 0;
  while (!methods[i]->accepts(&shape))
    ++i;
  return methods[i]->create(kernel, &shape, error);
}

static const octavo_convolution_method *method_of(const octavo_kernel *kernel) {
  return ((const octavo_convolution_state *)kernel->state)->method;
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_convolution_method *method = method_of(kernel);
  return method->reshape == NULL ? OCTAVO_OK : method->reshape(kernel, error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  return method_of(kernel)->setup(kernel, error);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  return method_of(kernel)->run(kernel, error);
}

static void destroy(octavo_kernel *kernel) {
  if (kernel->state == NULL)
    return;
  if (method_of(kernel)->destroy != NULL)
    method_of(kernel)->destroy(kernel);
  octavo_memory_free(kernel->state);
}

const octavo_operator_type octavo_operator_convolution = {
    .opcode = OCTAVO_OP_CONVOLUTION,
    .kind = "convolution",
    .min_inputs = 3,
    .max_inputs = 3,
    .optional_inputs = 1u << 2,
    .outputs = 1,
    .check = check,
    .macs = macs,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
    .destroy = destroy,
};
