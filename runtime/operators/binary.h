/* What add, subtract and multiply share: operands that are broadcast against each other, a clamp of
 * the result, and XNNPACK's kernels. */
#ifndef OCTAVO_RUNTIME_OPERATORS_BINARY_H
#define OCTAVO_RUNTIME_OPERATORS_BINARY_H

#include "operators/common.h"

typedef struct octavo_binary {
  const octavo_format_tensor *a, *b, *y;
  const octavo_attributes_clamp *clamp;
} octavo_binary;

octavo_binary octavo_binary_of(const octavo_model *model, const octavo_format_operator *op);

/* Types, shapes and attributes. */
octavo_status octavo_binary_check(const octavo_model *model, const octavo_format_operator *op,
                                  octavo_error *error);

/* XNNPACK's kernel, and a second one that clamps where the first does not: that is kernel->state.
 * `names`: of the kernel without and with the clamp. The others go into the operator's row. */
octavo_status octavo_binary_create(octavo_kernel *kernel, enum xnn_binary_operator operation,
                                   const char *const names[2], octavo_error *error);
octavo_status octavo_binary_reshape(octavo_kernel *kernel, octavo_error *error);
octavo_status octavo_binary_setup(octavo_kernel *kernel, octavo_error *error);
octavo_status octavo_binary_run(octavo_kernel *kernel, octavo_error *error);
void octavo_binary_destroy(octavo_kernel *kernel);

#endif
