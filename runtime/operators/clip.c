/* y = min(max(x, clamp_min), clamp_max): ReLU, ReLU6 and the like where nothing before them could
 * take them in. */
#include "operators/clamp.h"

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_attributes_clamp *attributes = &op->attributes.clamp;
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_unary(model, op, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, offsetof(octavo_attributes_clamp, reserved), error);
  if (status == OCTAVO_OK)
    status = octavo_check_clamp(attributes->clamp_min, attributes->clamp_max, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_scale(x, y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_shape(x, y, "output", error);
  return status;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  const octavo_attributes_clamp *attributes = &kernel->op->attributes.clamp;
  kernel->name = y->type == OCTAVO_INT8 ? "s8 clamp" : "f32 clamp";
  return octavo_clamp_create(attributes->clamp_min, attributes->clamp_max, y, &kernel->xnn, error);
}

static octavo_status reshape(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  return octavo_clamp_reshape(kernel->xnn, octavo_tensor_elements(y) * kernel->batch,
                              kernel->threads, error);
}

static octavo_status setup(octavo_kernel *kernel, octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  return octavo_clamp_setup(kernel->xnn, octavo_kernel_data(kernel, x),
                            octavo_kernel_data(kernel, y), error);
}

const octavo_operator_type octavo_operator_clip = {
    .opcode = OCTAVO_OP_CLIP,
    .kind = "clip",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .reshape = reshape,
    .setup = setup,
};
