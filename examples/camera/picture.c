#include "camera.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

static int make_room(picture *to, uint32_t width, uint32_t height) {
  const size_t bytes = (size_t)3 * width * height;
  if (bytes > to->capacity) {
    uint8_t *rgb = realloc(to->rgb, bytes);
    if (rgb == NULL)
      return complain("no memory for a picture of %u x %u", width, height);
    to->rgb = rgb;
    to->capacity = bytes;
  }
  to->width = width;
  to->height = height;
  return 0;
}

// ---- JPEG

typedef struct jpeg_failure {
  struct jpeg_error_mgr manager; // first: libjpeg hands back a pointer to it
  jmp_buf back;
  char text[JMSG_LENGTH_MAX];
} jpeg_failure;

static void jpeg_failed(j_common_ptr jpeg) {
  jpeg_failure *failure = (jpeg_failure *)jpeg->err;
  jpeg->err->format_message(jpeg, failure->text);
  longjmp(failure->back, 1);
}

// Warnings, as of a frame that ends too early: what there is is shown.
static void jpeg_warned(j_common_ptr jpeg) {
  (void)jpeg;
}

// Files, and the frames of cameras that send MJPEG. Those have no Huffman tables: libjpeg-turbo then
// takes the standard's, which MJPEG means.
int picture_from_jpeg(picture *to, const uint8_t *bytes, size_t size) {
  jpeg_failure failure;
  struct jpeg_decompress_struct jpeg;
  jpeg.err = jpeg_std_error(&failure.manager);
  failure.manager.error_exit = jpeg_failed;
  failure.manager.output_message = jpeg_warned;
  jpeg_create_decompress(&jpeg);
  if (setjmp(failure.back) != 0) {
    jpeg_destroy_decompress(&jpeg);
    return complain("%s: skipped: %s", to->name, failure.text);
  }
  jpeg_mem_src(&jpeg, bytes, size);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  const int result = make_room(to, jpeg.output_width, jpeg.output_height);
  while (result == 0 && jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = to->rgb + (size_t)3 * to->width * jpeg.output_scanline;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_destroy_decompress(&jpeg);
  return result;
}

// ---- YUYV

static uint8_t byte_of(int value) {
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// ITU-R BT.601 in 8 bits (Y 16..235, U and V 16..240), in 1/256: R = 1.164 (Y - 16) + 1.596 (V - 128) and
// so on.
int picture_from_yuyv(picture *to, const uint8_t *yuyv, size_t stride, uint32_t width, uint32_t height) {
  if (make_room(to, width, height) != 0)
    return -1;
  uint8_t *rgb = to->rgb;
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++, rgb += 3) {
      const uint8_t *pair = yuyv + y * stride + (size_t)4 * (x / 2);
      const int luma = 298 * (pair[2 * (x % 2)] - 16) + 128, u = pair[1] - 128, v = pair[3] - 128;
      rgb[0] = byte_of((luma + 409 * v) / 256);
      rgb[1] = byte_of((luma - 100 * u - 208 * v) / 256);
      rgb[2] = byte_of((luma + 516 * u) / 256);
    }
  return 0;
}
