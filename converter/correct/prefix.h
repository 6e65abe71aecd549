/* Runs a quantized network from its input up to one layer, on images that are kept as that input:
 * they are read, decoded and preprocessed once. */
#ifndef OCTAVO_CONVERTER_CORRECT_PREFIX_H
#define OCTAVO_CONVERTER_CORRECT_PREFIX_H

#include "converter/correct/correct.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct prefix_inputs {
  uint8_t *bytes; /* owned; image after image */
  size_t each;    /* bytes of one */
  uint32_t images;
} prefix_inputs;

/* Reads the first `images` images of the job for the network `quantized`. On success the caller's
 * (prefix_inputs_free). Errors: those of sessions and images. */
octavo_status prefix_inputs_read(const graph *quantized, const correction_job *job, uint32_t images,
                                 prefix_inputs *inputs, octavo_error *error);

/* An all-zero *inputs is allowed. */
void prefix_inputs_free(prefix_inputs *inputs);

/* Called with the output of the layer for one image; from several threads at a time, in no order.
 */
typedef void (*prefix_visitor)(void *context, uint32_t image, const void *output, size_t bytes);

/* Errors: those of models and sessions; IO if interrupted. */
octavo_status prefix_run(const graph *quantized, uint32_t node, const correction_job *job,
                         const prefix_inputs *inputs, prefix_visitor visit, void *context,
                         octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
