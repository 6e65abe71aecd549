/* Which results are the same to the last bit on every CPU: those that follow from integers alone.
 */
#ifndef OCTAVO_RUNTIME_EXACT_H
#define OCTAVO_RUNTIME_EXACT_H

#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One flag per tensor of the model, the caller's (octavo_memory_free); NULL if memory is short.
 * Inputs and constants are exact; so is what an operator makes of exact operands, unless it adds
 * up float32 values, whose order differs between CPUs. */
bool *octavo_model_find_exact(const octavo_model *model, octavo_error *error);

/* Whether float32 results, which differ between CPUs in their last bits, are rounded to int8: where
 * int8 layers follow float32 ones, and in layers with dynamic quantization. `exact` as above. */
bool octavo_model_rounds_inexact(const octavo_model *model, const bool *exact);

#ifdef __cplusplus
}
#endif

#endif
