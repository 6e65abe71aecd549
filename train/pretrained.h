/* Weights that another program has trained, as the beginning of a run: files of torchvision or timm
 * in safetensors format. */
#ifndef OCTAVO_TRAIN_PRETRAINED_H
#define OCTAVO_TRAIN_PRETRAINED_H

#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pretrained_report {
  uint32_t wanted;  /* tensors of the network that a file can have */
  uint32_t taken;   /* tensors of the network that come from the file */
  uint32_t missing; /* those that it lacks */
  uint32_t unfit;   /* those of another shape or type */
  char first_missing[96];
  char lines[2048]; /* one for each that is unfit, as far as there is room */
} pretrained_report;

/* Takes the tensors that the file has under the network's names in the right shape, converted to
 * float32, and leaves the others as they are. Errors: IO, MEMORY, FORMAT (no safetensors file, none
 * of the network's tensors in it, or values that are no finite numbers). */
octavo_status pretrained_load(network *n, const char *path, pretrained_report *report,
                              octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
