/* Reading JPEG, PNG and binary PPM (P6) files into 8-bit RGB.
 *
 * JPEG: baseline and progressive; grayscale is copied to the three channels; CMYK and YCCK are
 * converted the simple way, c·k/255. PNG: every bit depth (16 bits are scaled to 8 with rounding),
 * palette, grayscale; transparency is put on black; gamma and colour profiles are ignored, as PIL
 * and OpenCV do. EXIF orientation is ignored.
 * Programs that are to be small link no libjpeg and libpng and read PPM alone
 * (OCTAVO_RUN_IMAGES=OFF). */
#ifndef OCTAVO_COMMON_IMAGE_H
#define OCTAVO_COMMON_IMAGE_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

#define IMAGE_MAX_PIXELS (UINT32_C(64) << 20)
#define IMAGE_MAX_SIDE   65500

typedef struct image {
  uint8_t *rgb; /* height · width · 3 bytes, no gaps; image_free */
  uint32_t width, height;
} image;

/* Decodes the bytes of a file. `name` is for messages, which say what was expected and found:
 * truncated files are refused too. On failure *result is all zero. Errors: FORMAT, UNSUPPORTED (too
 * large), MEMORY. */
octavo_status image_decode(const void *data, size_t size, const char *name, image *result,
                           octavo_error *error);

/* The same from a file. Errors: also IO. */
octavo_status image_load(const char *path, image *result, octavo_error *error);

/* An all-zero *i and NULL are allowed; *i is all zero afterwards. */
void image_free(image *i);

/* Whether a file of this name is taken for an image: .jpg, .jpeg or .png in any case. */
bool image_has_extension(const char *name);

#ifdef __cplusplus
}
#endif

#endif
