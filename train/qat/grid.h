/* Which numbers int8 can hold, of activations and of weights. */
#ifndef OCTAVO_TRAIN_QAT_GRID_H
#define OCTAVO_TRAIN_QAT_GRID_H

#include "converter/quantize/scale.h"
#include "train/qat/loops.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From scale and zero point, which scale_from_range gives, as for the converter. */
fake_grid fake_grid_of(quantization_parameters parameters);

/* Of the weights of one output channel: −127 … 127 steps, the largest magnitude being 127. Weights
 * too small for a normal scale count as zero: then scale and inverse are 0. */
fake_grid fake_grid_of_weights(const float *weights, size_t count);

/* Rounds `rows` rows of `length` weights each to its own grid, in place, in parallel, and tells the
 * scales. */
void fake_quantize_rows(float *weights, size_t rows, size_t length, float *scales);

/* The multiple of `unit` that is nearest to a bias, which int8 inference adds as an integer to sums
 * in that unit: scale of the input · scale of the weights. With unit 0, of weights that are all
 * zeros, the bias as it is. */
float fake_round_bias(float bias, float unit);

/* The loops for this processor. */
const fake_loops *fake_loops_choose(void);

#ifdef __cplusplus
}
#endif

#endif
