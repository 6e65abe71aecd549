/* y[n] = weights · x[n] + bias, clamped. int8 as in convolution.c. */
#include "operators/fully_connected.h"

#include "operators/allocation_limit.h"

#include "memory.h"
#include "pack.h"

octavo_connection octavo_connection_of(const octavo_model *model,
                                       const octavo_format_operator *op) {
  const octavo_connection found = {
      .x = octavo_model_operand(model, op, 0),
      .weights = octavo_model_operand(model, op, 1),
      .bias = octavo_model_operand(model, op, 2),
      .y = octavo_model_operator_output(model, op, 0),
      .clamp = &op->attributes.clamp,
  };
  return found;
}

static bool is_dynamic(const octavo_kernel *kernel) {
  const octavo_connection c = octavo_connection_of(kernel->model, kernel->op);
  return octavo_is_dynamic(c.x, c.weights);
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  octavo_connection c = octavo_connection_of(model, op);
  octavo_status status = octavo_check_unary(model, op, &c.x, &c.y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_weight_operand(model, op, 2, &c.weights, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_clamp, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_clamp(c.clamp->clamp_min, c.clamp->clamp_max, error);
  if (status != OCTAVO_OK)
    return status;
  const size_t elements = octavo_tensor_elements(c.x);
  if (c.weights->shape[1] != elements)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "dimension 1 of the weights: expected the input's %zu elements, "
                            "found %u",
                            elements, c.weights->shape[1]);
  const uint64_t shape[2] = {c.x->shape[0], c.weights->shape[0]};
  status = octavo_check_shape(c.y, 2, shape, error);
  if (status == OCTAVO_OK)
    status = octavo_check_weights(model, op, c.weights, c.weights->shape[1], error);
  return status;
}

static uint64_t macs(const octavo_model *model, const octavo_format_operator *op) {
  const octavo_connection c = octavo_connection_of(model, op);
  return (uint64_t)c.weights->shape[0] * c.weights->shape[1];
}

static enum xnn_status create_quantized(octavo_kernel *kernel, const octavo_connection *c,
                                        const float *scales, xnn_weights_cache_t cache) {
  const octavo_clamp clamp = octavo_quantize_clamp(c->clamp->clamp_min, c->clamp->clamp_max, c->y);
  const size_t inputs = c->weights->shape[1], outputs = c->weights->shape[0];
  return xnn_create_fully_connected_nc_qs8_qc8w(
      inputs, outputs, inputs, outputs, (int8_t)c->x->zero_point, c->x->scale, scales,
      octavo_model_constant(kernel->model, c->weights),
      c->bias == NULL ? NULL : octavo_model_constant(kernel->model, c->bias),
      (int8_t)c->y->zero_point, c->y->scale, clamp.minimum, clamp.maximum, 0, NULL, cache,
      &kernel->xnn);
}

static enum xnn_status create_float(octavo_kernel *kernel, const octavo_connection *c,
                                    xnn_weights_cache_t cache) {
  const size_t inputs = c->weights->shape[1], outputs = c->weights->shape[0];
  return xnn_create_fully_connected_nc_f32(
      inputs, outputs, inputs, outputs, octavo_model_constant(kernel->model, c->weights),
      c->bias == NULL ? NULL : octavo_model_constant(kernel->model, c->bias), c->clamp->clamp_min,
      c->clamp->clamp_max, 0, NULL, cache, &kernel->xnn);
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *weights = octavo_model_operand(kernel->model, kernel->op, 1);
  const octavo_status fits = octavo_allocation_limit_check_weights(weights, 1, error);
  if (fits != OCTAVO_OK)
    return fits;
  if (is_dynamic(kernel))
    return octavo_connected_dynamic_create(kernel, error);
  const octavo_connection c = octavo_connection_of(kernel->model, kernel->op);
  const size_t outputs = c.weights->shape[0];
  octavo_packer *packer = octavo_memory_alloc(1, sizeof *packer);
  kernel->state = packer;
  float *buffer = octavo_memory_alloc(outputs, sizeof *buffer);
  if (packer == NULL || buffer == NULL) {
    octavo_memory_free(buffer);
    return octavo_error_memory(error, sizeof *packer + outputs * sizeof *buffer,
                               "a fully connected layer");
  }
  const bool quantized = c.x->type == OCTAVO_INT8;
  kernel->name = quantized ? "qs8-qc8w gemm" : "f32 gemm";
  const xnn_weights_cache_t cache = octavo_packer_lock(packer, kernel->model, kernel->index);
  const enum xnn_status status =
      quantized ? create_quantized(kernel, &c,
                                   octavo_weight_scales(kernel->model, c.weights, buffer), cache)
                : create_float(kernel, &c, cache);
  octavo_packer_unlock(packer);
  octavo_memory_free(buffer);
  return octavo_xnn_status(status, "create a fully connected layer", error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  if (is_dynamic(kernel))
    return octavo_connected_dynamic_reshape(kernel, error);
  const octavo_connection c = octavo_connection_of(kernel->model, kernel->op);
  const enum xnn_status status =
      c.x->type == OCTAVO_INT8
          ? xnn_reshape_fully_connected_nc_qs8_qc8w(kernel->xnn, kernel->batch, kernel->threads)
          : xnn_reshape_fully_connected_nc_f32(kernel->xnn, kernel->batch, kernel->threads);
  return octavo_xnn_status(status, "reshape a fully connected layer", error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  if (is_dynamic(kernel))
    return octavo_connected_dynamic_setup(kernel, error);
  const octavo_connection c = octavo_connection_of(kernel->model, kernel->op);
  const void *input = octavo_kernel_data(kernel, c.x);
  void *output = octavo_kernel_data(kernel, c.y);
  const enum xnn_status status =
      c.x->type == OCTAVO_INT8 ? xnn_setup_fully_connected_nc_qs8_qc8w(kernel->xnn, input, output)
                               : xnn_setup_fully_connected_nc_f32(kernel->xnn, input, output);
  return octavo_xnn_status(status, "set up a fully connected layer", error);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  if (is_dynamic(kernel))
    return octavo_connected_dynamic_run(kernel, error);
  return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run", error);
}

static void destroy(octavo_kernel *kernel) {
  if (is_dynamic(kernel))
    octavo_connected_dynamic_destroy(kernel);
  else
    octavo_memory_free(kernel->state);
}

const octavo_operator_type octavo_operator_fully_connected = {
    .opcode = OCTAVO_OP_FULLY_CONNECTED,
    .kind = "fully_connected",
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
