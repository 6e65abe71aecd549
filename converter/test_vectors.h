/* The inputs and results that a model file carries, with which a device proves that it computes
 * what it should. */
#ifndef OCTAVO_CONVERTER_TEST_VECTORS_H
#define OCTAVO_CONVERTER_TEST_VECTORS_H

#include "converter/built_model.h"
#include "converter/image_sample.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds `count` vectors to built->writer and refreshes it. Inputs are the first of `images`, or
 * noise by `seed` where that is NULL. Results of an int8 model come from the plain C reference, so
 * that they do not depend on the kernels they shall prove; those of a float model from the engine,
 * which gives slightly different last bits on each CPU anyway. Errors: MEMORY, those of sessions
 * and images. */
octavo_status test_vectors_add(built_model *built, uint32_t count, const image_sample *images,
                               uint64_t seed, octavo_error *error);

/* How many to store unless the user says: 2 if `input` has at most 64 × 64 pixels, else 1. */
uint32_t test_vectors_default(const graph_tensor *input);

#ifdef __cplusplus
}
#endif

#endif
