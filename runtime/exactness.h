/* How far machines agree on what a model computes; FORMAT.md, 2.5. */
#ifndef OCTAVO_RUNTIME_EXACTNESS_H
#define OCTAVO_RUNTIME_EXACTNESS_H

#include "error.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum octavo_exactness {
  OCTAVO_EXACT, /* the same bits everywhere */
  OCTAVO_CLOSE, /* float32 sums, whose order and so last bits differ */
  OCTAVO_LOOSE, /* depends on the rounding of such a sum to int8: one step more or less here and
                   there, and what later layers make of that */
} octavo_exactness;

/* On success *tensors has one entry per tensor, freed with octavo_memory_free. Any thread. Errors:
 * MEMORY. */
octavo_status octavo_find_exactness(const octavo_model *model, octavo_exactness **tensors,
                                    octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
