/* The weights and biases that a layer computes with when they are rounded as int8 inference has
 * them: copies of the parameters, in plain order. */
#ifndef OCTAVO_TRAIN_QAT_ROUNDED_H
#define OCTAVO_TRAIN_QAT_ROUNDED_H

#include "train/network.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rounded {
  tensor weights, bias; /* bias without memory if the layer has none */
  float *scales;        /* of each output channel's weights */
  operation copy;       /* from the parameter to `weights` */
  const parameter *bias_parameter;
} rounded;

/* For layer `l` with the parameter `weight` and `bias` (or NULL). Errors: MEMORY, UNSUPPORTED. */
octavo_status rounded_create(rounded *r, network *n, const layer *l, const parameter *weight,
                             const parameter *bias, octavo_error *error);
void rounded_free(rounded *r); /* all zero is allowed */

/* After the parameters changed: weights, rounded if the phase says so. */
octavo_status rounded_refresh(const rounded *r, const network *n, const layer *l,
                              octavo_error *error);
/* Before each forward pass, since its unit depends on the input's scale: the bias. */
void rounded_set_bias(const rounded *r, const network *n, const layer *l);

#ifdef __cplusplus
}
#endif

#endif
