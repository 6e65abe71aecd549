#include <octavo.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
int main(int argc, char **argv) {
  octavo_model *model = NULL;
  octavo_session *session = NULL;
  octavo_error error = {"usage: classify MODEL PHOTO"};
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (file == NULL || octavo_model_open(argv[1], &model, &error) ||
      octavo_session_create(model, NULL, &session, &error))
    return fprintf(stderr, "%s\n", error.text), 1;
  struct jpeg_error_mgr handler;
  struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&handler)};
  jpeg_create_decompress(&jpeg);
  jpeg_stdio_src(&jpeg, file);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  const size_t stride = 3u * jpeg.output_width;
  uint8_t *rgb = malloc(stride * jpeg.output_height);
  for (JSAMPROW row = rgb; jpeg.output_scanline < jpeg.output_height; row += stride)
    jpeg_read_scanlines(&jpeg, &row, 1);
  octavo_class top[3];
  uint32_t count;
  if (octavo_session_set_image(session, 0, rgb, jpeg.output_width, jpeg.output_height, stride, &error) ||
      octavo_session_run(session, &error) || octavo_session_top(session, 0, top, 3, &count, &error))
    return fprintf(stderr, "%s\n", error.text), 1;
  for (const octavo_class *c = top; c < top + count; c++)
    printf("%5.1f %%  %s\n", 100 * c->probability, c->label);
}
