#include "image.h"

#include "image_codec.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* How files begin. Those without a decoder are named in the message. */
typedef struct image_format {
  const char *name;
  const char *magic;
  size_t length;
  image_decoder *decode;
} image_format;

static const image_format formats[] = {
    {"a JPEG image", "\xff\xd8\xff", 3, image_decode_jpeg},
    {"a PNG image", "\x89PNG\r\n\x1a\n", 8, image_decode_png},
    {"a PPM image", "P6", 2, image_decode_ppm},
    {"a GIF image", "GIF8", 4, NULL},
    {"a BMP image", "BM", 2, NULL},
    {"a RIFF file (such as WebP)", "RIFF", 4, NULL},
    {"a TIFF image", "II*\0", 4, NULL},
    {"a TIFF image", "MM\0*", 4, NULL},
    {"a PDF document", "%PDF", 4, NULL},
    {"a git-LFS pointer (run: git lfs pull)", "version https://git-lfs", 23, NULL},
    {"an HTML page (a failed download?)", "<!DOCTYPE", 9, NULL},
    {"an HTML page (a failed download?)", "<!doctype", 9, NULL},
    {"an HTML page (a failed download?)", "<html", 5, NULL},
    {"a ZIP archive", "PK\x03\x04", 4, NULL},
    {"an Octavo model", "OCTAVO", 6, NULL},
};

/* Says what a file that is no image begins with. */
static octavo_status refuse(const uint8_t *data, size_t size, const char *name, const char *found,
                            octavo_error *error) {
  if (size == 0)
    found = "an empty file";
  if (found != NULL)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected a JPEG, PNG or PPM (P6) image, found %s", name, found);
  char bytes[3 * 8 + 1] = "";
  for (size_t i = 0; i < size && i < 8; i++)
    snprintf(bytes + 3 * i, 4, " %02x", data[i]);
  return octavo_error_set(
      error, OCTAVO_ERROR_FORMAT,
      "%s: expected a JPEG, PNG or PPM (P6) image, found a file that begins with%s", name, bytes);
}

octavo_status image_check_size(uint64_t width, uint64_t height, const char *name,
                               octavo_error *error) {
  if (width < 1 || height < 1)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: image of %" PRIu64 " × %" PRIu64
                            " pixels, expected at least 1 × 1",
                            name, width, height);
  if (width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE || width * height > IMAGE_MAX_PIXELS)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "%s: image of %" PRIu64 " × %" PRIu64
                            " pixels, expected sides up to %d and at most %u megapixels in all",
                            name, width, height, IMAGE_MAX_SIDE, IMAGE_MAX_PIXELS >> 20);
  return OCTAVO_OK;
}

octavo_status image_decode(const void *data, size_t size, const char *name, image *result,
                           octavo_error *error) {
  *result = (image){0};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    const image_format *f = &formats[i];
    if (size < f->length || memcmp(data, f->magic, f->length) != 0)
      continue;
    if (f->decode == NULL)
      return refuse(data, size, name, f->name, error);
    return f->decode(data, size, name, result, error);
  }
  return refuse(data, size, name, NULL, error);
}

octavo_status image_load(const char *path, image *result, octavo_error *error) {
  *result = (image){0};
  platform_file file;
  octavo_status status = platform_file_open(path, "an image file", &file, error);
  if (status == OCTAVO_OK)
    status = image_decode(file.data, file.size, path, result, error);
  platform_file_close(&file);
  return status;
}

void image_free(image *i) {
  if (i == NULL)
    return;
  octavo_memory_free(i->rgb);
  *i = (image){0};
}

/* Whether `name` ends in `extension`, which is in lower case. */
static bool ends_in(const char *name, const char *extension) {
  const size_t length = strlen(name);
  const size_t tail = strlen(extension);
  if (length <= tail)
    return false;
  for (size_t i = 0; i < tail; i++)
    if (tolower((unsigned char)name[length - tail + i]) != extension[i])
      return false;
  return true;
}

bool image_has_extension(const char *name) {
  return ends_in(name, ".jpg") || ends_in(name, ".jpeg") || ends_in(name, ".png");
}
