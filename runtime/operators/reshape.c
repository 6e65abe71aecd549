/* The same bytes under another shape. */
#include "operators/common.h"

#include <string.h>

static octavo_status check(const octavo_model *model, const octavo_format_operator *op,
                           octavo_error *error) {
  const octavo_format_tensor *x = NULL, *y = NULL;
  octavo_status status = octavo_check_passing(model, op, 0, &x, &y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_range(y->bytes, x->bytes, x->bytes, "bytes of the output", error);
  return status;
}

static octavo_status create(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  kernel->name = "copy";
  return OCTAVO_OK;
}

static octavo_status run(octavo_kernel *kernel, octavo_error *error) {
  (void)error;
  const octavo_format_tensor *x = octavo_model_operand(kernel->model, kernel->op, 0);
  const octavo_format_tensor *y = octavo_model_operator_output(kernel->model, kernel->op, 0);
  memcpy(octavo_kernel_data(kernel, y), octavo_kernel_data(kernel, x),
         (size_t)x->bytes * kernel->batch);
  return OCTAVO_OK;
}

const octavo_operator_type octavo_operator_reshape = {
    .opcode = OCTAVO_OP_RESHAPE,
    .kind = "reshape",
    .min_inputs = 1,
    .max_inputs = 1,
    .outputs = 1,
    .check = check,
    .create = create,
    .run = run,
};
