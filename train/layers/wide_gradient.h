/* The gradient of a convolution's weights in float32 although the activations are bfloat16, for the
 * shapes that oneDNN has only slow reference code for: images in plain order and a number of
 * filters that is no multiple of 16. That takes a thousand times as long as what is done here. */
#ifndef OCTAVO_TRAIN_WIDE_GRADIENT_H
#define OCTAVO_TRAIN_WIDE_GRADIENT_H

#include "train/network.h"

/* Float32 copies of the layer's input and of its output's gradient. */
typedef struct wide_gradient {
  tensor source, gradient;
  operation widen_source, widen_gradient;
} wide_gradient;

/* A convolution as version_convolution_weights takes it. */
typedef struct wide_convolution {
  version_desc weights, bias; /* float32; bias may be NULL */
  const version_window *window;
} wide_convolution;

/* If *pd, the gradient of the weights of layer l, is reference code in bfloat16, makes the copies
 * and replaces *pd by what computes the same from them. Else leaves all zero. Errors: MEMORY,
 * UNSUPPORTED. */
octavo_status wide_gradient_create(wide_gradient *w, network *n, layer *l,
                                   const wide_convolution *convolution, dnnl_primitive_desc_t *pd,
                                   octavo_error *error);
/* Fills the copies; nothing to do without. */
octavo_status wide_gradient_fill(const wide_gradient *w, const network *n, octavo_error *error);
void wide_gradient_free(wide_gradient *w); /* all zero is allowed */

#endif
