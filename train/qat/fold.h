/* A layer with weights as int8 inference has it: batch norm folded, integers and scales. */
#ifndef OCTAVO_TRAIN_QAT_FOLD_H
#define OCTAVO_TRAIN_QAT_FOLD_H

#include "converter/quantize/scale.h"
#include "train/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weight = weights · scales, bias = bias · (input's scale) · scales, by output channel. */
typedef struct folded_layer {
  int8_t *weights; /* in the order of the parameter's dims */
  int32_t *bias;
  float *scales;
  size_t count;
  uint32_t channels;
} folded_layer;

/* Folds convolution or linear layer `index` of a network made from qat_plan with the batch norm and
 * the factor behind it. The integers are those of training; but a channel whose factor is so small
 * that its bias would not fit into int32 gets a larger scale, as in octavo-convert. Errors: MEMORY,
 * UNSUPPORTED (sums that int32 does not hold; a negative factor behind a maximum; weights too large
 * for the range behind them, which octavo-convert would keep in float32). */
octavo_status qat_fold(const network *n, uint32_t index, folded_layer *result, octavo_error *error);
void folded_layer_free(folded_layer *f); /* all zero is allowed */

/* What the range of fake quantization `index` comes to. */
quantization_parameters qat_parameters(const network *n, uint32_t index);
/* The layer whose numbers layer `index` reads, through maxima: a fake quantization, but for batch
 * norm a convolution. */
uint32_t qat_source(const network *n, uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
