/* Fully connected layers: the operands, and the layers that fully_connected_dynamic.c computes. */
#ifndef OCTAVO_RUNTIME_OPERATORS_FULLY_CONNECTED_H
#define OCTAVO_RUNTIME_OPERATORS_FULLY_CONNECTED_H

#include "operators/common.h"

typedef struct octavo_connection {
  const octavo_format_tensor *x, *weights, *bias, *y; /* bias: NULL = none */
  const octavo_attributes_clamp *clamp;
} octavo_connection;

octavo_connection octavo_connection_of(const octavo_model *model, const octavo_format_operator *op);

/* float32 activations, int8 weights. As the functions of octavo_operator_type; create also where it
 * failed leaves in kernel->state what destroy takes. */
octavo_status octavo_connected_dynamic_create(octavo_kernel *kernel, octavo_error *error);
octavo_status octavo_connected_dynamic_reshape(octavo_kernel *kernel, octavo_error *error);
octavo_status octavo_connected_dynamic_setup(octavo_kernel *kernel, octavo_error *error);
octavo_status octavo_connected_dynamic_run(octavo_kernel *kernel, octavo_error *error);
void octavo_connected_dynamic_destroy(octavo_kernel *kernel);

#endif
