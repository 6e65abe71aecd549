/* XNNPACK's clamp as the operators use it: for `clip`, and behind an add that clamps. */
#ifndef OCTAVO_RUNTIME_OPERATORS_CLAMP_H
#define OCTAVO_RUNTIME_OPERATORS_CLAMP_H

#include "operators/common.h"

/* Clamps to the real bounds, for int8 as they quantize with the scale of `y`. */
octavo_status octavo_clamp_create(float minimum, float maximum, const octavo_format_tensor *y,
                                  xnn_operator_t *clamp, octavo_error *error);

/* For `elements` contiguous elements. */
octavo_status octavo_clamp_reshape(xnn_operator_t clamp, size_t elements, pthreadpool_t threads,
                                   octavo_error *error);

/* `input` and `output` may be the same. */
octavo_status octavo_clamp_setup(xnn_operator_t clamp, const void *input, void *output,
                                 octavo_error *error);

#endif
