/* y = clamp(a + b).
 *
 * int8 follows XNNPACK's fixed-point rule for qs8 addition (params made by
 * xnn_init_qs8_add_minmax_scalar_params in src/microparams-init.c of XNNPACK 4ea82e5, arithmetic in
 * src/qs8-vadd/), in which
 *   ra = a scale / y scale, rb = b scale / y scale, both in float32
 *   shift = 20 - floor(log2(max(ra, rb)))
 *   ma = lrintf(ra · 2^shift), mb = lrintf(rb · 2^shift)        so that the larger has 21 bits
 *   y = clamp(((a - za) · ma + (b - zb) · mb + 2^(shift - 1)) >> shift) + zy)
 * all in int32, the shift being arithmetic: halves round up. */
#include "operators/clamp.h"

#include <inttypes.h>
#include <math.h>

/* What the rule above is defined for. */
#define SMALLEST_RATIO 0x1.0p-10f
#define LARGEST_RATIO  0x1.0p+8f

typedef struct addition {
  const octavo_format_tensor *a, *b, *y;
  const octavo_attributes_clamp *clamp;
} addition;

static addition addition_of(const octavo_model *model, const octavo_format_operator *op) {
  const addition found = {
      .a = octavo_model_operand(model, op, 0),
      .b = octavo_model_operand(model, op, 1),
      .y = octavo_model_operator_output(model, op, 0),
      .clamp = &op->attributes.clamp,
  };
  return found;
}

static octavo_status check_ratios(const addition *add, octavo_error *error) {
  const float scales[2] = {add->a->scale, add->b->scale};
  for (unsigned i = 0; i < 2; ++i) {
    const float ratio = scales[i] / add->y->scale;
    if (!(ratio >= SMALLEST_RATIO && ratio < LARGEST_RATIO))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "scale of input %u over that of the output: expected at least 2^-10 "
                              "and less than 2^8, found %g / %g = %g",
                              i, (double)scales[i], (double)add->y->scale, (double)ratio);
  }
  return OCTAVO_OK;
}

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  addition add = addition_of(model, op);
  octavo_status status = octavo_check_unary(model, op, &add.a, &add.y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_activation(model, op, 1, &add.b, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_type(add.a, add.b, "second input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(add.a, add.b, "second input", error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(add.a, add.y, "output", error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_clamp, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_clamp(add.clamp->clamp_min, add.clamp->clamp_max, error);
  if (status == OCTAVO_OK && add.a->type == OCTAVO_INT8)
    status = check_ratios(&add, error);
  return status;
}

/* Whether the sum must be clamped in a pass of its own: not if the output's type does it, as for a
 * ReLU whose output has zero point -128. */
static bool clamps(const addition *add) {
  if (add->y->type != OCTAVO_INT8)
    return add->clamp->clamp_min > -INFINITY || add->clamp->clamp_max < INFINITY;
  const octavo_clamp clamp =
      octavo_quantize_clamp(add->clamp->clamp_min, add->clamp->clamp_max, add->y);
  return clamp.minimum > INT8_MIN || clamp.maximum < INT8_MAX;
}

static struct xnn_quantization_params quantization(const octavo_format_tensor *tensor) {
  const struct xnn_quantization_params params = {.zero_point = tensor->zero_point,
                                                 .scale = tensor->scale};
  return params;
}

/* kernel->state is the xnn operator of the clamp, if there is one. */
static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const addition add = addition_of(kernel->model, kernel->op);
  const struct xnn_quantization_params a = quantization(add.a), b = quantization(add.b),
                                       y = quantization(add.y);
  const bool quantized = add.y->type == OCTAVO_INT8;
  const enum xnn_datatype type = quantized ? xnn_datatype_qint8 : xnn_datatype_fp32;
  const octavo_status status =
      octavo_xnn_status(xnn_create_binary_elementwise_nd(
                            xnn_binary_add, type, quantized ? &a : NULL, quantized ? &b : NULL,
                            quantized ? &y : NULL, 0, &kernel->xnn),
                        "create an add", error);
  kernel->name = quantized ? "qs8 vadd" : "f32 vadd";
  if (status != OCTAVO_OK || !clamps(&add))
    return status;
  kernel->name = quantized ? "qs8 vadd + clamp" : "f32 vadd + clamp";
  xnn_operator_t clamp = NULL;
  const octavo_status clamp_status =
      octavo_clamp_create(add.clamp->clamp_min, add.clamp->clamp_max, add.y, &clamp, error);
  kernel->state = clamp;
  return clamp_status;
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const addition add = addition_of(kernel->model, kernel->op);
  const size_t elements = octavo_tensor_elements(add.y) * kernel->batch;
  const octavo_status status = octavo_xnn_status(
      xnn_reshape_binary_elementwise_nd(kernel->xnn, 1, &elements, 1, &elements, kernel->threads),
      "reshape an add", error);
  if (status != OCTAVO_OK || kernel->state == NULL)
    return status;
  return octavo_clamp_reshape(kernel->state, elements, kernel->threads, error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const addition add = addition_of(kernel->model, kernel->op);
  void *output = octavo_kernel_data(kernel, add.y);
  const octavo_status status = octavo_xnn_status(
      xnn_setup_binary_elementwise_nd(kernel->xnn, octavo_kernel_data(kernel, add.a),
                                      octavo_kernel_data(kernel, add.b), output),
      "set up an add", error);
  if (status != OCTAVO_OK || kernel->state == NULL)
    return status;
  return octavo_clamp_setup(kernel->state, output, output, error);
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  octavo_status status =
      octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run an add", error);
  if (status == OCTAVO_OK && kernel->state != NULL)
    status =
        octavo_xnn_status(xnn_run_operator(kernel->state, kernel->threads), "run a clamp", error);
  return status;
}

static void destroy(octavo_kernel *kernel) {
  if (kernel->state != NULL)
    (void)xnn_delete_operator(kernel->state);
}

const octavo_operator_type octavo_operator_add = {
    .opcode = OCTAVO_OP_ADD,
    .kind = "add",
    .min_inputs = 2,
    .max_inputs = 2,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
    .run = run,
    .destroy = destroy,
};
