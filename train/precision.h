/* The type of activations, and of the weights they meet. */
#ifndef OCTAVO_TRAIN_PRECISION_H
#define OCTAVO_TRAIN_PRECISION_H

#include "onednn.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum train_precision {
  TRAIN_PRECISION_AUTO, /* bfloat16 where the CPU has it */
  TRAIN_PRECISION_FLOAT32,
  TRAIN_PRECISION_BFLOAT16,
} train_precision;

/* The choices of an option, NULL at the end. */
extern const char *const train_precision_names[];

/* What it comes to on this CPU. Errors: UNSUPPORTED (bfloat16 asked for, and there is none). */
octavo_status train_precision_choose(const onednn *d, train_precision wanted, bool *bfloat16,
                                     octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
