/* What the float network puts out on average, image by image, and the int8 network's inputs. */
#ifndef OCTAVO_CONVERTER_CORRECT_FLOAT_MEANS_H
#define OCTAVO_CONVERTER_CORRECT_FLOAT_MEANS_H

#include "converter/correct/correct.h"
#include "converter/correct/layer_list.h"

#ifdef __cplusplus
extern "C" {
#endif

/* sums[image · layers->channels + layer.offset + c]: the sum over all positions of channel c of a
 * layer's output. `sums` is the caller's. Errors: those of sessions and images. */
octavo_status float_sums(const correction_job *job, const layer_list *layers, uint32_t images,
                         float *sums, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
