#include "image_write.h"

#include "atomic_file.h"
#include "image_codec.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

typedef struct encoder {
  png_structp png;
  png_infop info;
  uint8_t *bytes;
  size_t size, capacity;
  octavo_status status;
  octavo_error *error;
} encoder;

static void fail(png_structp png, png_const_charp message) {
  encoder *e = png_get_error_ptr(png);
  if (e->status == OCTAVO_OK)
    e->status = octavo_error_set(e->error, OCTAVO_ERROR_MEMORY, "PNG encoder: %s", message);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
  (void)png;
  return octavo_memory_alloc(size, 1);
}

static void release(png_structp png, png_voidp pointer) {
  (void)png;
  octavo_memory_free(pointer);
}

static void append(png_structp png, png_bytep from, png_size_t count) {
  encoder *e = png_get_io_ptr(png);
  if (count > e->capacity - e->size) {
    const size_t larger = 2 * (e->size + count) + 1024;
    uint8_t *bytes = octavo_memory_resize(e->bytes, larger, 1);
    if (bytes == NULL) {
      e->status = octavo_error_memory(e->error, larger, "a PNG image");
      png_longjmp(png, 1);
    }
    e->bytes = bytes;
    e->capacity = larger;
  }
  memcpy(e->bytes + e->size, from, count);
  e->size += count;
}

static void flush(png_structp png) {
  (void)png;
}

/* Everything that may jump back. */
static void encode(encoder *e, const image *source) {
  png_set_write_fn(e->png, e, append, flush);
  png_set_user_limits(e->png, IMAGE_MAX_SIDE, IMAGE_MAX_SIDE);
  png_set_IHDR(e->png, e->info, source->width, source->height, 8, PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(e->png, e->info);
  for (uint32_t y = 0; y < source->height; y++)
    png_write_row(e->png, source->rgb + (size_t)y * source->width * 3);
  png_write_end(e->png, NULL);
}

octavo_status image_encode_png(const image *source, uint8_t **bytes, size_t *size,
                               octavo_error *error) {
  *bytes = NULL;
  *size = 0;
  if (image_check_size(source->width, source->height, "PNG encoder", error) != OCTAVO_OK)
    return OCTAVO_ERROR_ARGUMENT;
  encoder *e = octavo_memory_alloc(1, sizeof *e);
  if (e == NULL)
    return octavo_error_memory(error, sizeof *e, "the PNG encoder");
  e->error = error;
  e->png =
      png_create_write_struct_2(PNG_LIBPNG_VER_STRING, e, fail, ignore, NULL, allocate, release);
  if (e->png != NULL)
    e->info = png_create_info_struct(e->png);
  if (e->info == NULL)
    e->status = octavo_error_memory(error, 1024, "the PNG encoder");
  else if (setjmp(png_jmpbuf(e->png)) == 0)
    encode(e, source);
  png_destroy_write_struct(&e->png, &e->info);
  const octavo_status status = e->status;
  if (status == OCTAVO_OK) {
    *bytes = e->bytes;
    *size = e->size;
  } else {
    octavo_memory_free(e->bytes);
  }
  octavo_memory_free(e);
  return status;
}

octavo_status image_write_png(const image *source, const char *path, octavo_error *error) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  octavo_status status = image_encode_png(source, &bytes, &size, error);
  if (status == OCTAVO_OK)
    status = atomic_file_save(path, bytes, size, error);
  octavo_memory_free(bytes);
  return status;
}
