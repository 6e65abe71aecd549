#include "converter/doctor/trial.h"

#include "runtime/error.h"
#include "runtime/memory.h"
#include "runtime/preprocess.h"

#include <string.h>

/* The image with luma in all three channels. */
static octavo_status grey_copy(const image *picture, image *grey, octavo_error *error) {
  const size_t pixels = (size_t)picture->width * picture->height;
  *grey = (image){octavo_memory_alloc(pixels, 3), picture->width, picture->height};
  if (grey->rgb == NULL)
    return octavo_error_memory(error, pixels * 3, "a grey image");
  for (size_t i = 0; i < pixels; i++) {
    const uint8_t *rgb = picture->rgb + 3 * i;
    const uint32_t luma = (19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 32768u) >> 16;
    memset(grey->rgb + 3 * i, (int)luma, 3);
  }
  return OCTAVO_OK;
}

/* `from` and `to` are height · width · channels. */
typedef void (*arrange)(const octavo_preprocessing *rule, const float *from, float *to);

static void keep(const octavo_preprocessing *rule, const float *from, float *to) {
  memcpy(to, from, (size_t)rule->height * rule->width * rule->channels * sizeof *to);
}

/* What an NCHW network sees if it is handed interleaved bytes: element i of the buffer is taken for
 * element i of the planes. */
static void interleave(const octavo_preprocessing *rule, const float *from, float *to) {
  const size_t plane = (size_t)rule->height * rule->width;
  for (size_t i = 0; i < plane; i++)
    for (size_t c = 0; c < rule->channels; c++)
      to[i * rule->channels + c] = from[c * plane + i];
}

/* The same for a buffer of columns; both sides as many pixels as the buffer has. */
static void transpose(const octavo_preprocessing *rule, const float *from, float *to) {
  for (size_t i = 0; i < (size_t)rule->height * rule->width; i++) {
    const size_t other = i % rule->height * rule->width + i / rule->height;
    memcpy(to + i * rule->channels, from + other * rule->channels, rule->channels * sizeof *to);
  }
}

static const arrange arrangements[DOCTOR_LAYOUTS] = {
    [DOCTOR_LAYOUT_RIGHT] = keep,
    [DOCTOR_LAYOUT_INTERLEAVED] = interleave,
    [DOCTOR_LAYOUT_TRANSPOSED] = transpose,
};

static octavo_status preprocess(const doctor_candidate *candidate, const image *picture,
                                float *values, octavo_error *error) {
  const octavo_preprocessing *rule = &candidate->rule;
  const octavo_tensor_info input = {.name = "input",
                                    .type = OCTAVO_FLOAT32,
                                    .rank = 4,
                                    .shape = {1, rule->height, rule->width, rule->channels},
                                    .scale = 1.0f};
  octavo_preprocess table;
  const octavo_status status = octavo_preprocess_init(&table, rule, &input, error);
  return status == OCTAVO_OK
             ? octavo_preprocess_image(&table, picture->rgb, picture->width, picture->height,
                                       (size_t)picture->width * 3, values, error)
             : status;
}

octavo_status doctor_feed(const doctor_candidate *candidate, const image *picture, float *values,
                          octavo_error *error) {
  const octavo_preprocessing *rule = &candidate->rule;
  const size_t count = (size_t)rule->height * rule->width * rule->channels;
  float *straight = octavo_memory_alloc(count, sizeof *straight);
  if (straight == NULL)
    return octavo_error_memory(error, count * sizeof *straight, "the network's input");
  image grey = {0};
  octavo_status status = OCTAVO_OK;
  if (candidate->order == DOCTOR_GREY)
    status = grey_copy(picture, &grey, error);
  if (status == OCTAVO_OK)
    status = preprocess(candidate, grey.rgb != NULL ? &grey : picture, straight, error);
  if (status == OCTAVO_OK)
    arrangements[candidate->layout](rule, straight, values);
  image_free(&grey);
  octavo_memory_free(straight);
  return status;
}
