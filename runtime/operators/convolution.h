/* The ways to compute a convolution. Each is a row of the table in convolution.c; the first that
 * accepts a layer on this processor computes it, and XNNPACK accepts all. */
#ifndef OCTAVO_RUNTIME_OPERATORS_CONVOLUTION_H
#define OCTAVO_RUNTIME_OPERATORS_CONVOLUTION_H

#include "operators/window.h"

typedef struct octavo_convolution_shape {
  const octavo_format_tensor *x, *weights, *bias, *y; /* bias: NULL = none */
  const octavo_attributes_convolution *attributes;
  octavo_window window;
} octavo_convolution_shape;

octavo_convolution_shape octavo_convolution_shape_of(const octavo_model *model,
                                                     const octavo_format_operator *op);

/* The functions have the meaning of those in octavo_operator_type. What create puts into
 * kernel->state begins with an octavo_convolution_state. */
typedef struct octavo_convolution_method {
  bool (*accepts)(const octavo_convolution_shape *shape);
  octavo_status (*create)(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                          octavo_error *error);
  octavo_status (*reshape)(octavo_kernel *kernel, octavo_error *error);
  octavo_status (*setup)(octavo_kernel *kernel, octavo_error *error);
  octavo_status (*run)(octavo_kernel *kernel, octavo_error *error);
  void (*destroy)(octavo_kernel *kernel); /* frees all but kernel->state itself */
} octavo_convolution_method;

typedef struct octavo_convolution_state {
  const octavo_convolution_method *method;
} octavo_convolution_state;

extern const octavo_convolution_method octavo_convolution_depthwise3x3; /* kernels/depthwise3x3.h */
extern const octavo_convolution_method octavo_convolution_direct;       /* kernels/convolution.h */
extern const octavo_convolution_method octavo_convolution_dynamic;      /* operators/dynamic.h */

/* What XNNPACK will allocate for it is within the limit of operators/allocation_limit.h. */
octavo_status octavo_convolution_check_size(const octavo_convolution_shape *shape,
                                            octavo_error *error);

/* Allocates kernel->state of `size` bytes, zeroed, and enters its method. */
octavo_status octavo_convolution_state_create(octavo_kernel *kernel,
                                              const octavo_convolution_method *method, size_t size,
                                              octavo_error *error);

/* The packed weights of an int8 layer for a kernel of our own, shared by all sessions: the first
 * session's `pack` fills `size` bytes. `scales` are input · weight / output scale for each output
 * channel, in float32 and in that order. */
typedef void (*octavo_convolution_pack)(const octavo_kernel *kernel,
                                        const octavo_convolution_shape *shape, const float *scales,
                                        void *packed);
octavo_status octavo_convolution_share(octavo_kernel *kernel, const octavo_convolution_shape *shape,
                                       size_t size, octavo_convolution_pack pack,
                                       octavo_error *error);

#endif
