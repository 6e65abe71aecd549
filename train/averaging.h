/* Weights that are an average over many steps: they are what is evaluated and written, while the
 * optimizer goes on from those it has. Every parameter takes part, batch norm's running mean and
 * variance too, so that statistics and weights fit together. */
#ifndef OCTAVO_TRAIN_AVERAGING_H
#define OCTAVO_TRAIN_AVERAGING_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum averaging_kind {
  AVERAGING_NONE,
  AVERAGING_EMA,
  AVERAGING_LOOKAHEAD,
} averaging_kind;

typedef struct averaging {
  averaging_kind kind;
  double decay;      /* EMA: share of the average that a step keeps */
  uint32_t interval; /* lookahead: steps from one meeting of slow and fast weights to the next */
  double share;      /* of the way that the slow weights go towards the fast ones */
  double power;      /* how that share comes down over the run; 0 = it does not */
} averaging;

/* What run.json and the progress call the weights that are evaluated: "last", "EMA", "slow". */
const char *averaging_name(averaging_kind kind);

/* Gives every parameter an average that equals its value. Errors: MEMORY. */
octavo_status averaging_create(network *n, octavo_error *error);

/* To be called after each optimizer step; `done` is how many there have been, of `total`.
 *
 * EMA: average += (1 − d) · (value − average), with d = min(decay, (1 + done) / (10 + done)), as
 * TensorFlow's ExponentialMovingAverage warms up with num_updates: the start is soon forgotten.
 *
 * Lookahead (Zhang et al., 2019), every `interval` steps: slow += a · (fast − slow); fast = slow.
 * The share is a = 1 − (1 − share) · (done / total)^power: constant with power 0 as in the paper;
 * airbench94 (Jordan, 2024) has interval 5, share 1 − 0.95^5 = 0.226, power 3, which moves fast at
 * first and averages strongly at the end. Momentum is kept. Errors: those of network_refresh. */
octavo_status averaging_step(network *n, const averaging *a, uint64_t done, uint64_t total,
                             octavo_error *error);

/* Exchanges values and averages of all parameters; a second call undoes it. Errors: those of
 * network_refresh. */
octavo_status averaging_swap(network *n, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
