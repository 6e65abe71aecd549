/* From a photo to the network's input, by the model's own rule (octavo_preprocessing in octavo.h).
 *
 * The geometry:
 *   1. resize, only if the size differs. STRETCH: to resize_width × resize_height. SHORT_SIDE: the
 *      shorter side becomes resize_height, the longer floor(resize_height · longer / shorter), as
 *      torchvision's Resize does. The filter is that of resample.h.
 *   2. crop width × height from the centre; an odd remainder is rounded half to even, as in
 *      torchvision's CenterCrop. A resized image smaller than the crop is refused.
 * The values:
 *   3. luma for one channel: (19595 R + 38470 G + 7471 B + 2^15) >> 16, that is 0.299, 0.587,
 * 0.114; or blue first if `bgr`.
 *   4. one table of 256 entries per channel: v = (pixel · scale − mean) / std in float, each
 *      operation rounded on its own; for an int8 input
 *      clamp(lrintf(v · (1 / input scale)) + zero point, −128, 127).
 * The tables and integer arithmetic make the result the same on every CPU. */
#ifndef OCTAVO_RUNTIME_PREPROCESS_H
#define OCTAVO_RUNTIME_PREPROCESS_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Read-only after init, so that any number of threads may use one. Owns nothing: a plain copy is
 * fine. */
typedef struct octavo_preprocess {
  octavo_preprocessing rule;
  octavo_type type; /* of the input: int8 or float32 */
  union {
    int8_t quantized[3][256]; /* [channel in the network's order][pixel] */
    float real[3][256];
  } table;
} octavo_preprocess;

/* Checks the rule against itself and against `input` (type int8 or float32, shape 1 × height ×
 * width × channels) and builds the tables. Errors: ARGUMENT. */
octavo_status octavo_preprocess_init(octavo_preprocess *preprocess,
                                     const octavo_preprocessing *rule,
                                     const octavo_tensor_info *input, octavo_error *error);

/* Writes the image (RGB, 8 bits per channel, interleaved, rows `stride` ≥ 3·width bytes apart) as
 * height · width · channels elements to `output`, NHWC. Allocates only if the image must be
 * resized, and frees that before it returns. Errors: ARGUMENT, MEMORY. */
octavo_status octavo_preprocess_image(const octavo_preprocess *preprocess, const uint8_t *rgb,
                                      uint32_t width, uint32_t height, size_t stride, void *output,
                                      octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
