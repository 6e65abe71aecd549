/* y = clamp(a + b) and y = clamp(a - b).
 *
 * int8 follows XNNPACK's fixed-point rule for qs8 addition (params made by
 * xnn_init_qs8_add_minmax_scalar_params in src/microparams-init.c of XNNPACK 4ea82e5, arithmetic in
 * src/qs8-vadd/ and src/qs8-vaddc/), in which
 *   ra = a scale / y scale, rb = b scale / y scale, both in float32
 *   shift = 20 - floor(log2(max(ra, rb)))
 *   ma = lrintf(ra · 2^shift), mb = lrintf(rb · 2^shift)        so that the larger has 21 bits
 *   y = clamp(((a - za) · ma + (b - zb) · mb + 2^(shift - 1)) >> shift) + zy)
 * all in int32, the shift being arithmetic: halves round up. A subtraction has -mb for mb. */
#include "operators/binary.h"

/* What the rule above is defined for. */
#define SMALLEST_RATIO 0x1.0p-10f
#define LARGEST_RATIO  0x1.0p+8f

static octavo_status check_ratios(const octavo_binary *add, octavo_error *error) {
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
  const octavo_status status = octavo_binary_check(model, op, error);
  const octavo_binary add = octavo_binary_of(model, op);
  return status == OCTAVO_OK && add.y->type == OCTAVO_INT8 ? check_ratios(&add, error) : status;
}

static bool is_int8(const octavo_kernel *kernel) {
  return octavo_model_operator_output(kernel->model, kernel->op, 0)->type == OCTAVO_INT8;
}

static octavo_status create_add(octavo_kernel *kernel, octavo_error *error) {
  static const char *const names[2][2] = {{"f32 vadd", "f32 vadd + clamp"},
                                          {"qs8 vadd", "qs8 vadd + clamp"}};
  return octavo_binary_create(kernel, xnn_binary_add, names[is_int8(kernel)], error);
}

static octavo_status create_subtract(octavo_kernel *kernel, octavo_error *error) {
  static const char *const names[2][2] = {{"f32 vsub", "f32 vsub + clamp"},
                                          {"qs8 vsub", "qs8 vsub + clamp"}};
  return octavo_binary_create(kernel, xnn_binary_subtract, names[is_int8(kernel)], error);
}

const octavo_operator_type octavo_operator_add = {
    .opcode = OCTAVO_OP_ADD,
    .kind = "add",
    .min_inputs = 2,
    .max_inputs = 2,
    .outputs = 1,
    .check = check,
    .create = create_add,
    .reshape = octavo_binary_reshape,
    .setup = octavo_binary_setup,
    .run = octavo_binary_run,
    .destroy = octavo_binary_destroy,
};

const octavo_operator_type octavo_operator_subtract = {
    .opcode = OCTAVO_OP_SUBTRACT,
    .kind = "subtract",
    .min_inputs = 2,
    .max_inputs = 2,
    .outputs = 1,
    .check = check,
    .create = create_subtract,
    .reshape = octavo_binary_reshape,
    .setup = octavo_binary_setup,
    .run = octavo_binary_run,
    .destroy = octavo_binary_destroy,
};
