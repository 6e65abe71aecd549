#include "operators/dynamic.h"

#include "checked.h"
#include "memory.h"

/* Kernels for many images at a time read the parameters of more images than there are, and want
 * those of the last image there. No kernel takes more than 32 at a time. */
#define EXTRA_PARAMETERS 32u
static_assert(EXTRA_PARAMETERS >= XNN_EXTRA_QUANTIZATION_PARAMS, "the parameters' tail");

/* Where in the workspace the quantized images begin. */
static uint64_t parameter_bytes(const octavo_kernel *kernel) {
  const uint64_t count = (uint64_t)kernel->batch + EXTRA_PARAMETERS;
  const uint64_t bytes = count * sizeof(struct xnn_quantization_params);
  return (bytes + OCTAVO_ALIGNMENT - 1) / OCTAVO_ALIGNMENT * OCTAVO_ALIGNMENT;
}

static const octavo_format_tensor *input_of(const octavo_kernel *kernel) {
  return octavo_model_operand(kernel->model, kernel->op, 0);
}

octavo_status octavo_dynamic_create(octavo_dynamic *dynamic, octavo_error *error) {
  return octavo_xnn_status(xnn_create_convert_nc_f32_qd8(0, &dynamic->convert),
                           "create a dynamic quantization", error);
}

octavo_status octavo_dynamic_reshape(const octavo_dynamic *dynamic, octavo_kernel *kernel,
                                     octavo_error *error) {
  const size_t elements = octavo_tensor_elements(input_of(kernel));
  uint64_t bytes = 0;
  if (!octavo_checked_multiply(elements, kernel->batch, &bytes) ||
      !octavo_checked_add(bytes, parameter_bytes(kernel), &bytes) ||
      !octavo_checked_size(bytes, &kernel->workspace_size))
    return octavo_error_memory(error, bytes, "quantized activations");
  return octavo_xnn_status(xnn_reshape_convert_nc_f32_qd8(dynamic->convert, kernel->batch, elements,
                                                          elements, elements, kernel->threads),
                           "reshape a dynamic quantization", error);
}

octavo_status octavo_dynamic_setup(octavo_dynamic *dynamic, const octavo_kernel *kernel,
                                   octavo_error *error) {
  dynamic->parameters = kernel->workspace;
  dynamic->quantized = (int8_t *)kernel->workspace + parameter_bytes(kernel);
  return octavo_xnn_status(
      xnn_setup_convert_nc_f32_qd8(dynamic->convert, octavo_kernel_data(kernel, input_of(kernel)),
                                   dynamic->quantized, dynamic->parameters),
      "set up a dynamic quantization", error);
}

/* An image whose range is so small that its scale is no normal number needs no care: XNNPACK lets
 * such numbers be 0, and then whatever the image is quantized to is multiplied by that. */
octavo_status octavo_dynamic_run(const octavo_dynamic *dynamic, const octavo_kernel *kernel,
                                 octavo_error *error) {
  const octavo_status status = octavo_xnn_status(
      xnn_run_operator(dynamic->convert, kernel->threads), "quantize dynamically", error);
  if (status != OCTAVO_OK)
    return status;
  struct xnn_quantization_params *end = dynamic->parameters + kernel->batch;
  for (size_t i = 0; i < EXTRA_PARAMETERS; ++i)
    end[i] = end[-1];
  return OCTAVO_OK;
}

void octavo_dynamic_destroy(octavo_dynamic *dynamic) {
  if (dynamic->convert != NULL)
    (void)xnn_delete_operator(dynamic->convert);
}
