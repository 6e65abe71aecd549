/* What image.c and its decoders share; one file per format. */
#ifndef OCTAVO_COMMON_IMAGE_CODEC_H
#define OCTAVO_COMMON_IMAGE_CODEC_H

#include "image.h"

/* Decodes the bytes of a file that begins like one of its format. On failure *result is untouched.
 */
typedef octavo_status image_decoder(const uint8_t *data, size_t size, const char *name,
                                    image *result, octavo_error *error);

image_decoder image_decode_jpeg;
image_decoder image_decode_png;
image_decoder image_decode_ppm;

/* Refuses sides of 0 and images over the caps of image.h. */
octavo_status image_check_size(uint64_t width, uint64_t height, const char *name,
                               octavo_error *error);

#endif
