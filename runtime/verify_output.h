/* An output of the model against the one stored in the file; FORMAT.md, 2.5. */
#ifndef OCTAVO_RUNTIME_VERIFY_OUTPUT_H
#define OCTAVO_RUNTIME_VERIFY_OUTPUT_H

#include "exactness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `expected` is as it lies in the file, not aligned. int8 values are the same to the last bit, or
 * a step and 5 % of the largest apart where loose; float32 values within 1e-4 + 1e-3 of the stored
 * one, and 5 % of the largest where loose. Errors: MISMATCH. */
octavo_status octavo_verify_output(const octavo_tensor_info *info, octavo_exactness exactness,
                                   const uint8_t *expected, const void *found, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
