/* Runs a quantized network from its input up to one layer, on images that are kept as that input.
 */
#ifndef OCTAVO_CONVERTER_CORRECT_PREFIX_H
#define OCTAVO_CONVERTER_CORRECT_PREFIX_H

#include "converter/correct/correct.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first `images` images of the job as input of the network `quantized`; *inputs is the cache's.
 * Errors: those of models and input_cache_get. */
octavo_status prefix_inputs_read(const graph *quantized, const correction_job *job, uint32_t images,
                                 const input_row **inputs, octavo_error *error);

/* Called with the output of the layer for one image; from several threads at a time, in no order.
 */
typedef void (*prefix_visitor)(void *context, uint32_t image, const void *output, size_t bytes);

/* Runs the first `images` of the inputs. Errors: those of models and sessions; IO if interrupted.
 */
octavo_status prefix_run(const graph *quantized, uint32_t node, const correction_job *job,
                         const input_row *inputs, uint32_t images, prefix_visitor visit,
                         void *context, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
