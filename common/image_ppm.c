/* PPM, binary: "P6", width, height and the largest value in ASCII, one blank, then RGB. It needs no
 * library, so that a program without libjpeg and libpng can still be given pictures:
 * ppm(5) of Netpbm describes it. */
#include "image_codec.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

#define LARGEST_NUMBER 100000000u

typedef struct reader {
  const uint8_t *data;
  size_t size, position;
} reader;

static bool blank(uint8_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Blanks, and comments from # to the end of their line. */
static void skip_blanks(reader *r) {
  bool comment = false;
  for (; r->position < r->size; r->position++) {
    const uint8_t c = r->data[r->position];
    if (comment)
      comment = c != '\n';
    else if (c == '#')
      comment = true;
    else if (!blank(c))
      return;
  }
}

/* A number, or one beyond LARGEST_NUMBER; 0 if there is none. */
static uint32_t number(reader *r) {
  uint32_t value = 0;
  skip_blanks(r);
  for (; r->position < r->size; r->position++) {
    const uint8_t c = r->data[r->position];
    if (c < '0' || c > '9')
      break;
    if (value <= LARGEST_NUMBER)
      value = value * 10 + (uint32_t)(c - '0');
  }
  return value;
}

static octavo_status read_pixels(reader *r, const char *name, image *result, octavo_error *error) {
  const size_t bytes = (size_t)result->width * result->height * 3;
  const size_t left = r->size - r->position;
  if (left < bytes)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: PPM image is cut off: expected %zu bytes of pixels, found %zu",
                            name, bytes, left);
  result->rgb = octavo_memory_alloc(bytes, 1);
  if (result->rgb == NULL)
    return octavo_error_memory(error, bytes, name);
  memcpy(result->rgb, r->data + r->position, bytes);
  return OCTAVO_OK;
}

octavo_status image_decode_ppm(const uint8_t *data, size_t size, const char *name, image *result,
                               octavo_error *error) {
  reader r = {.data = data, .size = size, .position = 2};
  image found = {.width = number(&r)};
  found.height = number(&r);
  const uint32_t largest = number(&r);
  octavo_status status = image_check_size(found.width, found.height, name, error);
  if (status != OCTAVO_OK)
    return status;
  if (largest != 255)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "%s: PPM image with values up to %u, expected 255", name, largest);
  if (r.position == r.size || !blank(r.data[r.position]))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: PPM image: expected a blank after the three numbers", name);
  r.position++;
  status = read_pixels(&r, name, &found, error);
  if (status == OCTAVO_OK)
    *result = found;
  return status;
}
