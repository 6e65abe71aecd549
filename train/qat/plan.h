/* From the description of a network to that of the same network with fake quantization, which is
 * trained, exported and resumed like any other.
 *
 * Rounded is what int8 inference rounds: the image; the output of a convolution together with the
 * batch norm and the ReLU behind it, never in between; of a sum (and ReLU); of an average; of a
 * linear layer; and all their weights. Maxima are numbers of their input's grid already.
 *
 * Batch norm is not folded into the weights for that. A grid of its own for each output channel,
 * with its ends at ±max |w|, moves with any factor of the channel, so that rounding folded weights
 * gives the same integers as folding rounded ones: convolving with the rounded weights and
 * normalising after it is the same function, needs no division by γ, and has no use for a phase in
 * which weights are trained folded. */
#ifndef OCTAVO_TRAIN_QAT_PLAN_H
#define OCTAVO_TRAIN_QAT_PLAN_H

#include "train/architecture.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes *result (architecture_free) from `plain`: each ReLU and ReLU6 becomes part of an
 * ARCHITECTURE_FAKE_QUANTIZE layer that is called "<layer>.quantize" after the last layer before
 * it. On failure *result is all zero. Errors: MEMORY, UNSUPPORTED (a layer that int8 has no form
 * of; the message names it). */
octavo_status qat_plan(const architecture *plain, architecture *result, octavo_error *error);
/* Whether qat_plan made it. */
bool qat_is_planned(const architecture *a);

#ifdef __cplusplus
}
#endif

#endif
