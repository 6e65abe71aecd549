#include "operators/binary.h"

#include "operators/clamp.h"

#include <inttypes.h>
#include <math.h>

octavo_binary octavo_binary_of(const octavo_model *model, const octavo_format_operator *op) {
  const octavo_binary found = {
      .a = octavo_model_operand(model, op, 0),
      .b = octavo_model_operand(model, op, 1),
      .y = octavo_model_operator_output(model, op, 0),
      .clamp = &op->attributes.clamp,
  };
  return found;
}

/* As in NumPy, but that the ranks are equal. */
static octavo_status check_shapes(const octavo_binary *binary, octavo_error *error) {
  const octavo_format_tensor *a = binary->a, *b = binary->b;
  octavo_status status = octavo_check_rank(b, a->rank, "second input", error);
  if (status != OCTAVO_OK)
    return status;
  uint64_t shape[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < a->rank; ++i) {
    if (a->shape[i] != b->shape[i] && a->shape[i] != 1 && b->shape[i] != 1)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "dimension %u of the second input: expected %" PRIu32
                              " or 1, found %" PRIu32,
                              i, a->shape[i], b->shape[i]);
    shape[i] = a->shape[i] == 1 ? b->shape[i] : a->shape[i];
  }
  return octavo_check_shape(binary->y, a->rank, shape, error);
}

octavo_status octavo_binary_check(const octavo_model *model, const octavo_format_operator *op,
                                  octavo_error *error) {
  octavo_binary binary = octavo_binary_of(model, op);
  octavo_status status = octavo_check_unary(model, op, &binary.a, &binary.y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_activation(model, op, 1, &binary.b, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_type(binary.a, binary.b, "second input", error);
  if (status == OCTAVO_OK)
    status = check_shapes(&binary, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_clamp, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_clamp(binary.clamp->clamp_min, binary.clamp->clamp_max, error);
  return status;
}

/* Whether the result must be clamped in a pass of its own: not if the output's type does it, as for
 * a ReLU whose output has zero point -128. */
static bool clamps(const octavo_binary *binary) {
  if (binary->y->type != OCTAVO_INT8)
    return binary->clamp->clamp_min > -INFINITY || binary->clamp->clamp_max < INFINITY;
  const octavo_clamp clamp =
      octavo_quantize_clamp(binary->clamp->clamp_min, binary->clamp->clamp_max, binary->y);
  return clamp.minimum > INT8_MIN || clamp.maximum < INT8_MAX;
}

static struct xnn_quantization_params quantization(const octavo_format_tensor *tensor) {
  const struct xnn_quantization_params params = {.zero_point = tensor->zero_point,
                                                 .scale = tensor->scale};
  return params;
}

octavo_status octavo_binary_create(octavo_kernel *kernel, enum xnn_binary_operator operation,
                                   const char *const names[2], octavo_error *error) {
  const octavo_binary binary = octavo_binary_of(kernel->model, kernel->op);
  const struct xnn_quantization_params a = quantization(binary.a), b = quantization(binary.b),
                                       y = quantization(binary.y);
  const bool quantized = binary.y->type == OCTAVO_INT8;
  const enum xnn_datatype type = quantized ? xnn_datatype_qint8 : xnn_datatype_fp32;
  octavo_status status =
      octavo_xnn_status(xnn_create_binary_elementwise_nd(operation, type, quantized ? &a : NULL,
                                                         quantized ? &b : NULL,
                                                         quantized ? &y : NULL, 0, &kernel->xnn),
                        "create element-wise arithmetic", error);
  kernel->name = names[0];
  if (status != OCTAVO_OK || !clamps(&binary))
    return status;
  kernel->name = names[1];
  xnn_operator_t clamp = NULL;
  status = octavo_clamp_create(binary.clamp->clamp_min, binary.clamp->clamp_max, binary.y, &clamp,
                               error);
  kernel->state = clamp;
  return status;
}

octavo_status octavo_binary_reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_binary binary = octavo_binary_of(kernel->model, kernel->op);
  const uint32_t rank = binary.y->rank;
  size_t a[OCTAVO_MAX_RANK] = {kernel->batch}, b[OCTAVO_MAX_RANK] = {kernel->batch};
  for (uint32_t i = 1; i < rank; ++i) {
    a[i] = binary.a->shape[i];
    b[i] = binary.b->shape[i];
  }
  const octavo_status status = octavo_xnn_status(
      xnn_reshape_binary_elementwise_nd(kernel->xnn, rank, a, rank, b, kernel->threads),
      "reshape element-wise arithmetic", error);
  if (status != OCTAVO_OK || kernel->state == NULL)
    return status;
  return octavo_clamp_reshape(kernel->state, octavo_tensor_elements(binary.y) * kernel->batch,
                              kernel->threads, error);
}

octavo_status octavo_binary_setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_binary binary = octavo_binary_of(kernel->model, kernel->op);
  void *output = octavo_kernel_data(kernel, binary.y);
  const octavo_status status = octavo_xnn_status(
      xnn_setup_binary_elementwise_nd(kernel->xnn, octavo_kernel_data(kernel, binary.a),
                                      octavo_kernel_data(kernel, binary.b), output),
      "set up element-wise arithmetic", error);
  if (status != OCTAVO_OK || kernel->state == NULL)
    return status;
  return octavo_clamp_setup(kernel->state, output, output, error);
}

octavo_status octavo_binary_run(octavo_kernel *kernel, octavo_error *error) {
  octavo_status status = octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads),
                                           "run element-wise arithmetic", error);
  if (status == OCTAVO_OK && kernel->state != NULL)
    status =
        octavo_xnn_status(xnn_run_operator(kernel->state, kernel->threads), "run a clamp", error);
  return status;
}

void octavo_binary_destroy(octavo_kernel *kernel) {
  if (kernel->state != NULL)
    (void)xnn_delete_operator(kernel->state);
}
