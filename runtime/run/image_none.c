/* In place of common/image_jpeg.c and image_png.c (OCTAVO_RUN_IMAGES=OFF): the linker takes these,
 * and nothing of libjpeg, libpng and zlib. */
#include "common/image_codec.h"
#include "runtime/error.h"

static octavo_status refuse(const char *kind, const char *name, octavo_error *error) {
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "%s: expected a PPM image (P6), found %s, which this program was built "
                          "without (OCTAVO_RUN_IMAGES=OFF); convert the image to PPM",
                          name, kind);
}

octavo_status image_decode_jpeg(const uint8_t *data, size_t size, const char *name, image *result,
                                octavo_error *error) {
  (void)data, (void)size, (void)result;
  return refuse("JPEG", name, error);
}

octavo_status image_decode_png(const uint8_t *data, size_t size, const char *name, image *result,
                               octavo_error *error) {
  (void)data, (void)size, (void)result;
  return refuse("PNG", name, error);
}
