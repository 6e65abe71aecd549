/* Rounding of a layer's weights by what it does to the layer's results. */
#ifndef OCTAVO_CONVERTER_CORRECT_ROUNDING_H
#define OCTAVO_CONVERTER_CORRECT_ROUNDING_H

#include "converter/correct/samples.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rounding_problem {
  const layer_samples *samples;
  const float *weights; /* channels · depth */
  const float *scales;  /* per channel */
  uint32_t channels;
  uint32_t threads;
} rounding_problem;

/* For every channel, integers q next to w / scale, below or above, such that the squared error of
 * the results, Σ over samples (Σ (q − w / scale)·x)², is small: a quadratic form in the errors
 * whose matrix is the sum of x·xᵀ. That is the problem of AdaRound (Nagel et al. 2020,
 * arXiv:2004.10568, equation 13), solved by going over the weights and turning those round that
 * lower it, until none does, from the nearest integers on; never worse than these, on the samples.
 * `decided` is the caller's, channels · depth. Does not depend on the number of threads. Errors:
 * MEMORY; IO if interrupted. */
octavo_status rounding_solve(const rounding_problem *problem, int8_t *decided, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
