#include "image_codec.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>

/* Scans beyond this only serve to make a decoder work for hours. */
#define MAX_SCANS 256

typedef struct decoder {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failure;
  char message[JMSG_LENGTH_MAX];
  const char *name;
  image result;
  uint8_t *cmyk; /* one row */
  octavo_status status;
  octavo_error *error;
} decoder;

static decoder *decoder_of(j_common_ptr jpeg) {
  return jpeg->client_data;
}

/* libjpeg calls this instead of returning an error. */
static void fail(j_common_ptr jpeg) {
  decoder *d = decoder_of(jpeg);
  jpeg->err->format_message(jpeg, d->message);
  if (jpeg->err->msg_code == JERR_OUT_OF_MEMORY)
    d->status =
        octavo_error_set(d->error, OCTAVO_ERROR_MEMORY, "%s: out of memory in libjpeg", d->name);
  else
    d->status =
        octavo_error_set(d->error, OCTAVO_ERROR_FORMAT,
                         "%s: expected a whole JPEG image, found damage: %s", d->name, d->message);
  longjmp(d->failure, 1);
}

/* libjpeg goes on after these and invents the missing pixels; a made-up photo is worse than none.
 * Other warnings are about oddities that lose nothing. */
static bool loses_pixels(int code) {
  return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
         code == JWRN_MUST_RESYNC;
}

static void warn(j_common_ptr jpeg, int level) {
  if (level < 0 && loses_pixels(jpeg->err->msg_code))
    fail(jpeg);
}

static void limit_scans(j_common_ptr jpeg) {
  decoder *d = decoder_of(jpeg);
  if (d->jpeg.input_scan_number <= MAX_SCANS)
    return;
  d->status = octavo_error_set(d->error, OCTAVO_ERROR_UNSUPPORTED,
                               "%s: JPEG image with more than %d scans", d->name, MAX_SCANS);
  longjmp(d->failure, 1);
}

static void stop(decoder *d, octavo_status status) {
  d->status = status;
  longjmp(d->failure, 1);
}

/* Files by Adobe's programs, which is nearly all of this kind, hold inverted values. */
static void cmyk_to_rgb(const uint8_t *cmyk, bool inverted, uint8_t *rgb, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
    const unsigned k = inverted ? cmyk[3] : 255u - cmyk[3];
    for (int c = 0; c < 3; c++) {
      const unsigned ink = inverted ? cmyk[c] : 255u - cmyk[c];
      rgb[c] = (uint8_t)((ink * k + 127u) / 255u);
    }
  }
}

static void read_rows(decoder *d) {
  struct jpeg_decompress_struct *jpeg = &d->jpeg;
  const bool cmyk = jpeg->out_color_space == JCS_CMYK;
  const size_t stride = (size_t)jpeg->output_width * 3;
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t *row = d->result.rgb + jpeg->output_scanline * stride;
    JSAMPROW target = cmyk ? d->cmyk : row;
    jpeg_read_scanlines(jpeg, &target, 1);
    if (cmyk)
      cmyk_to_rgb(d->cmyk, jpeg->saw_Adobe_marker, row, jpeg->output_width);
  }
}

/* Everything that may jump to d->failure. */
static void decode(decoder *d, const uint8_t *data, size_t size) {
  struct jpeg_decompress_struct *jpeg = &d->jpeg;
  jpeg_create_decompress(jpeg);
  jpeg->progress = &d->progress;
  jpeg_mem_src(jpeg, data, (unsigned long)size);
  jpeg_read_header(jpeg, TRUE);
  const octavo_status status =
      image_check_size(jpeg->image_width, jpeg->image_height, d->name, d->error);
  if (status != OCTAVO_OK)
    stop(d, status);
  const bool cmyk = jpeg->num_components == 4;
  jpeg->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  /* Exact integer arithmetic: the same pixels on every machine. */
  jpeg->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(jpeg);
  d->result.width = jpeg->output_width;
  d->result.height = jpeg->output_height;
  d->result.rgb = octavo_memory_alloc((size_t)jpeg->output_width * 3, jpeg->output_height);
  if (cmyk)
    d->cmyk = octavo_memory_alloc(jpeg->output_width, 4);
  if (d->result.rgb == NULL || (cmyk && d->cmyk == NULL))
    stop(d, octavo_error_memory(d->error, (uint64_t)jpeg->output_width * 3 * jpeg->output_height,
                                d->name));
  read_rows(d);
  jpeg_finish_decompress(jpeg);
}

octavo_status image_decode_jpeg(const uint8_t *data, size_t size, const char *name, image *result,
                                octavo_error *error) {
  /* Off the stack, so that longjmp leaves its members defined. */
  decoder *d = octavo_memory_alloc(1, sizeof *d);
  if (d == NULL)
    return octavo_error_memory(error, sizeof *d, "the JPEG decoder");
  d->name = name;
  d->error = error;
  d->jpeg.err = jpeg_std_error(&d->errors);
  d->errors.error_exit = fail;
  d->errors.emit_message = warn;
  d->progress.progress_monitor = limit_scans;
  d->jpeg.client_data = d;
  if (setjmp(d->failure) == 0)
    decode(d, data, size);
  jpeg_destroy_decompress(&d->jpeg);
  const octavo_status status = d->status;
  if (status == OCTAVO_OK)
    *result = d->result;
  else
    octavo_memory_free(d->result.rgb);
  octavo_memory_free(d->cmyk);
  octavo_memory_free(d);
  return status;
}
