/* Fully connected layers of float32 activations and int8 weights: XNNPACK's, on the input as
 * dynamic.c quantizes it. */
#include "operators/dynamic.h"
#include "operators/fully_connected.h"

#include "memory.h"
#include "pack.h"

typedef struct dynamic_state {
  octavo_packer packer;
  octavo_dynamic input;
} dynamic_state;

static enum xnn_status create_xnn(octavo_kernel *kernel, const octavo_connection *c,
                                  const float *scales, xnn_weights_cache_t cache) {
  const size_t inputs = c->weights->shape[1], outputs = c->weights->shape[0];
  return xnn_create_fully_connected_nc_qd8_f32_qc8w(
      inputs, outputs, inputs, outputs, scales, octavo_model_constant(kernel->model, c->weights),
      c->bias == NULL ? NULL : octavo_model_constant(kernel->model, c->bias), c->clamp->clamp_min,
      c->clamp->clamp_max, 0, NULL, cache, &kernel->xnn);
}

octavo_status octavo_connected_dynamic_create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_connection c = octavo_connection_of(kernel->model, kernel->op);
  dynamic_state *state = octavo_memory_alloc(1, sizeof *state);
  if (state == NULL)
    return octavo_error_memory(error, sizeof *state, "a fully connected layer");
  kernel->state = state;
  const octavo_status status = octavo_dynamic_create(&state->input, error);
  if (status != OCTAVO_OK)
    return status;
  const size_t outputs = c.weights->shape[0];
  float *buffer = octavo_memory_alloc(outputs, sizeof *buffer);
  if (buffer == NULL)
    return octavo_error_memory(error, outputs * sizeof *buffer, "a fully connected layer");
  kernel->name = "qd8-f32-qc8w gemm";
  const xnn_weights_cache_t cache =
      octavo_packer_lock(&state->packer, kernel->model, kernel->index);
  const enum xnn_status created =
      create_xnn(kernel, &c, octavo_weight_scales(kernel->model, c.weights, buffer), cache);
  octavo_packer_unlock(&state->packer);
  octavo_memory_free(buffer);
  return octavo_xnn_status(created, "create a fully connected layer", error);
}

octavo_status octavo_connected_dynamic_reshape(octavo_kernel *kernel, octavo_error *error) {
  const dynamic_state *state = kernel->state;
  const enum xnn_status status =
      xnn_reshape_fully_connected_nc_qd8_f32_qc8w(kernel->xnn, kernel->batch, kernel->threads);
  if (status != xnn_status_success)
    return octavo_xnn_status(status, "reshape a fully connected layer", error);
  return octavo_dynamic_reshape(&state->input, kernel, error);
}

octavo_status octavo_connected_dynamic_setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_connection c = octavo_connection_of(kernel->model, kernel->op);
  dynamic_state *state = kernel->state;
  const octavo_status status = octavo_dynamic_setup(&state->input, kernel, error);
  if (status != OCTAVO_OK)
    return status;
  return octavo_xnn_status(xnn_setup_fully_connected_nc_qd8_f32_qc8w(
                               kernel->xnn, state->input.quantized, octavo_kernel_data(kernel, c.y),
                               state->input.parameters),
                           "set up a fully connected layer", error);
}

octavo_status octavo_connected_dynamic_run(octavo_kernel *kernel, octavo_error *error) {
  const dynamic_state *state = kernel->state;
  const octavo_status status = octavo_dynamic_run(&state->input, kernel, error);
  if (status != OCTAVO_OK)
    return status;
  return octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run", error);
}

void octavo_connected_dynamic_destroy(octavo_kernel *kernel) {
  dynamic_state *state = kernel->state;
  if (state != NULL)
    octavo_dynamic_destroy(&state->input);
  octavo_memory_free(state);
}
