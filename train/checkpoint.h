/* The state of a run as a safetensors file: weights, running statistics, momentum, averages, and
 * where in the epoch it is. Going on from it gives the same bytes as never having stopped. */
#ifndef OCTAVO_TRAIN_CHECKPOINT_H
#define OCTAVO_TRAIN_CHECKPOINT_H

#include "network.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct checkpoint_position {
  uint32_t epoch, step; /* the next step to take, both from 0 */
  double loss_sum;      /* of this epoch's images so far */
  uint64_t correct, seen;
  /* With fake quantization, before the first step; else 0. */
  double float_accuracy, rounded_accuracy;
} checkpoint_position;

/* Writes the parameters alone, named as in torchvision. Errors: IO, MEMORY. */
octavo_status checkpoint_save_weights(const network *n, const char *path, octavo_error *error);

/* `settings`: an object of strings that a resumed run must have too. Errors: IO, MEMORY. */
octavo_status checkpoint_save(const network *n, const checkpoint_position *at,
                              const json_t *settings, const char *path, octavo_error *error);

/* Errors: IO, FORMAT (damaged), ARGUMENT (of other settings: the message names the first). */
octavo_status checkpoint_load(network *n, checkpoint_position *at, const json_t *settings,
                              const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
