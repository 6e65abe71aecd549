/* Bytes as a JPEG or PNG file, decoded and preprocessed as octavo-run does. */
#include "common/image.h"
#include "runtime/preprocess.h"

#include <stdlib.h>

/* The networks' usual rule: short side, centre crop, one table look-up per value. */
static void preprocess_image(const image *photo) {
  static const octavo_preprocessing rule = {.width = 24,
                                            .height = 20,
                                            .resize_height = 28,
                                            .resize = OCTAVO_RESIZE_SHORT_SIDE,
                                            .channels = 3,
                                            .scale = 1.0F / 255.0F,
                                            .std = {1.0F, 1.0F, 1.0F}};
  static const octavo_tensor_info input = {.name = "input",
                                           .type = OCTAVO_INT8,
                                           .rank = 4,
                                           .shape = {1, 20, 24, 3},
                                           .scale = 1.0F / 255.0F,
                                           .zero_point = -128};
  octavo_preprocess preprocess;
  int8_t values[20 * 24 * 3];
  octavo_error error;
  if (octavo_preprocess_init(&preprocess, &rule, &input, &error) != OCTAVO_OK)
    abort();
  octavo_preprocess_image(&preprocess, photo->rgb, photo->width, photo->height,
                          (size_t)photo->width * 3, values, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  image photo;
  octavo_error error;
  const octavo_status status = image_decode(data, size, "input", &photo, &error);
  if ((status == OCTAVO_OK) != (photo.rgb != NULL))
    abort();
  if (status == OCTAVO_OK)
    preprocess_image(&photo);
  image_free(&photo);
  return 0;
}
