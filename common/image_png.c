#include "image_codec.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

typedef struct decoder {
  png_structp png;
  png_infop info;
  const uint8_t *data;
  size_t size, position;
  const char *name;
  image result;
  octavo_status status;
  octavo_error *error;
} decoder;

/* libpng calls this instead of returning an error. */
static void fail(png_structp png, png_const_charp message) {
  decoder *d = png_get_error_ptr(png);
  if (d->status == OCTAVO_OK)
    d->status =
        octavo_error_set(d->error, OCTAVO_ERROR_FORMAT,
                         "%s: expected a whole PNG image, found damage: %s", d->name, message);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void stop(decoder *d, octavo_status status) {
  d->status = status;
  png_longjmp(d->png, 1);
}

static void read_bytes(png_structp png, png_bytep to, png_size_t count) {
  decoder *d = png_get_io_ptr(png);
  if (count > d->size - d->position)
    stop(d, octavo_error_set(d->error, OCTAVO_ERROR_FORMAT,
                             "%s: PNG image is cut off: expected more than %zu bytes, found %zu",
                             d->name, d->position + count - 1, d->size));
  memcpy(to, d->data + d->position, count);
  d->position += count;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
  decoder *d = png_get_mem_ptr(png);
  void *memory = octavo_memory_alloc(size, 1);
  if (memory == NULL) /* libpng's own message would be taken for damage of the file */
    d->status = octavo_error_memory(d->error, size, d->name);
  return memory;
}

static void release(png_structp png, png_voidp pointer) {
  (void)png;
  octavo_memory_free(pointer);
}

/* Has libpng deliver 8-bit RGB, or RGBA where anything is transparent. */
static void ask_for_rgb(decoder *d) {
  png_set_expand(d->png);
  png_set_scale_16(d->png);
  png_set_gray_to_rgb(d->png);
}

/* Puts RGBA on black and closes the gaps, in place. */
static void drop_alpha(uint8_t *pixels, size_t count) {
  const uint8_t *from = pixels;
  uint8_t *to = pixels;
  for (size_t i = 0; i < count; i++, from += 4, to += 3) {
    const unsigned alpha = from[3];
    for (int c = 0; c < 3; c++)
      to[c] = (uint8_t)((from[c] * alpha + 127u) / 255u);
  }
}

static void read_pixels(decoder *d) {
  const int passes = png_set_interlace_handling(d->png);
  png_read_update_info(d->png, d->info);
  const size_t stride = png_get_rowbytes(d->png, d->info);
  const size_t channels = png_get_channels(d->png, d->info);
  const size_t pixels = (size_t)d->result.width * d->result.height;
  if (stride != channels * d->result.width || channels < 3 || channels > 4)
    stop(d, octavo_error_set(d->error, OCTAVO_ERROR_UNSUPPORTED,
                             "%s: PNG image with rows of %zu bytes and %zu channels after "
                             "conversion, expected RGB or RGBA",
                             d->name, stride, channels));
  d->result.rgb = octavo_memory_alloc(pixels, channels);
  if (d->result.rgb == NULL)
    stop(d, octavo_error_memory(d->error, (uint64_t)pixels * channels, d->name));
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < d->result.height; y++)
      png_read_row(d->png, d->result.rgb + y * stride, NULL);
  png_read_end(d->png, NULL);
  if (channels == 4)
    drop_alpha(d->result.rgb, pixels);
}

/* Everything that may jump back. */
static void decode(decoder *d) {
  png_set_read_fn(d->png, d, read_bytes);
  png_set_user_limits(d->png, IMAGE_MAX_SIDE, IMAGE_MAX_SIDE);
  png_read_info(d->png, d->info);
  d->result.width = png_get_image_width(d->png, d->info);
  d->result.height = png_get_image_height(d->png, d->info);
  const octavo_status status =
      image_check_size(d->result.width, d->result.height, d->name, d->error);
  if (status != OCTAVO_OK)
    stop(d, status);
  ask_for_rgb(d);
  read_pixels(d);
}

octavo_status image_decode_png(const uint8_t *data, size_t size, const char *name, image *result,
                               octavo_error *error) {
  /* Off the stack, so that longjmp leaves its members defined. */
  decoder *d = octavo_memory_alloc(1, sizeof *d);
  if (d == NULL)
    return octavo_error_memory(error, sizeof *d, "the PNG decoder");
  d->data = data;
  d->size = size;
  d->name = name;
  d->error = error;
  d->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, d, fail, ignore, d, allocate, release);
  if (d->png != NULL)
    d->info = png_create_info_struct(d->png);
  if (d->info != NULL && setjmp(png_jmpbuf(d->png)) == 0)
    decode(d);
  else if (d->status == OCTAVO_OK)
    d->status = octavo_error_memory(error, 1024, "the PNG decoder");
  png_destroy_read_struct(&d->png, &d->info, NULL);
  const octavo_status status = d->status;
  if (status == OCTAVO_OK)
    *result = d->result;
  else
    octavo_memory_free(d->result.rgb);
  octavo_memory_free(d);
  return status;
}
