/* Writing RGB images as PNG. Not in the device program. */
#ifndef OCTAVO_COMMON_IMAGE_WRITE_H
#define OCTAVO_COMMON_IMAGE_WRITE_H

#include "image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Compresses to *bytes (octavo_memory_free), *size long. The same image gives the same bytes.
 * Errors: ARGUMENT (a side of 0 or over the caps of image.h), MEMORY. */
octavo_status image_encode_png(const image *source, uint8_t **bytes, size_t *size,
                               octavo_error *error);

/* The same to a file, which appears whole or not at all. Errors: also IO. */
octavo_status image_write_png(const image *source, const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
