/* What an int8 layer multiplies its weights by, sampled from the running network. */
#ifndef OCTAVO_CONVERTER_CORRECT_SAMPLES_H
#define OCTAVO_CONVERTER_CORRECT_SAMPLES_H

#include "converter/correct/correct.h"
#include "converter/correct/layer_list.h"
#include "converter/correct/prefix.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Samples of a row are a multiple of this, filled up with zeros. */
#define SAMPLES_BLOCK 64

/* Row group · depth + i holds, for `count` positions of the output, the operand of weight i of the
 * channels of `group`, in steps of its scale and without zero point: in [−255, 255]. */
typedef struct layer_samples {
  int16_t *rows; /* owned; groups · depth rows of `count` */
  uint32_t groups, per_image;
  uint64_t depth;
  size_t count;
} layer_samples;

/* The size of what samples_take will fill for a layer, and its sum in bytes. */
layer_samples samples_plan(const graph *quantized, const listed_layer *layer, uint32_t images,
                           uint64_t *bytes);

/* Runs the network once on all inputs and fills samples[i] for layers[i], i < count, which
 * samples_plan made. Positions are spread over the output, and differ from image to image. The
 * result does not depend on the number of threads. On failure the caller still frees `rows`.
 * Errors: those of models and sessions; MEMORY. */
octavo_status samples_take(const graph *quantized, const correction_job *job,
                           const input_row *inputs, uint32_t images, const listed_layer *layers,
                           uint32_t count, layer_samples *samples, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
