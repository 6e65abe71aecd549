#include "operators/clamp.h"

octavo_status octavo_clamp_create(float minimum, float maximum, const octavo_format_tensor *y,
                                  xnn_operator_t *clamp, octavo_error *error) {
  union xnn_unary_params params = {.clamp = {.min = minimum, .max = maximum}};
  enum xnn_datatype type = xnn_datatype_fp32;
  if (y->type == OCTAVO_INT8) {
    const octavo_clamp quantized = octavo_quantize_clamp(minimum, maximum, y);
    params.clamp.min = quantized.minimum;
    params.clamp.max = quantized.maximum;
    type = xnn_datatype_qint8;
  }
  /* The bounds above are in quantized units already. */
  const struct xnn_quantization_params unit = {.zero_point = 0, .scale = 1.0f};
  const enum xnn_status status =
      xnn_create_unary_elementwise_nc(xnn_unary_clamp, type, type, &params, &unit, &unit, 0, clamp);
  return octavo_xnn_status(status, "create a clamp", error);
}

octavo_status octavo_clamp_reshape(xnn_operator_t clamp, size_t elements, pthreadpool_t threads,
                                   octavo_error *error) {
  return octavo_xnn_status(
      xnn_reshape_unary_elementwise_nc(clamp, 1, elements, elements, elements, threads),
      "reshape a clamp", error);
}

octavo_status octavo_clamp_setup(xnn_operator_t clamp, const void *input, void *output,
                                 octavo_error *error) {
  return octavo_xnn_status(xnn_setup_unary_elementwise_nc(clamp, input, output), "set up a clamp",
                           error);
}
