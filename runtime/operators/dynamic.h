/* Dynamic quantization: float32 activations are quantized on the fly, each image by its own range,
 * for a layer with int8 weights; its sums are exact in int32 and its output is float32 again.
 * Convolution and fully connected layers share what is here. FORMAT.md, 3.1 has the numerics. */
#ifndef OCTAVO_RUNTIME_OPERATORS_DYNAMIC_H
#define OCTAVO_RUNTIME_OPERATORS_DYNAMIC_H

#include "operators/common.h"

/* The quantized input of one session's layer. Both pointers lead into the kernel's workspace. */
typedef struct octavo_dynamic {
  xnn_operator_t convert;
  struct xnn_quantization_params *parameters; /* of each image */
  int8_t *quantized;                          /* all images, dense */
} octavo_dynamic;

/* As the functions of octavo_operator_type, for the input x of the kernel's operator. destroy may
 * follow a failed create, and an all-zero one. */
octavo_status octavo_dynamic_create(octavo_dynamic *dynamic, octavo_error *error);
octavo_status octavo_dynamic_reshape(const octavo_dynamic *dynamic, octavo_kernel *kernel,
                                     octavo_error *error);
octavo_status octavo_dynamic_setup(octavo_dynamic *dynamic, const octavo_kernel *kernel,
                                   octavo_error *error);
octavo_status octavo_dynamic_run(const octavo_dynamic *dynamic, const octavo_kernel *kernel,
                                 octavo_error *error);
void octavo_dynamic_destroy(octavo_dynamic *dynamic);

#endif
