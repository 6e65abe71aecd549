#include "preprocess.h"

#include "error.h"
#include "memory.h"
#include "resample.h"

#include <inttypes.h>
#include <math.h>

/* (pixel · scale − mean) / std, each step rounded to float on its own. */
static float input_value(const octavo_preprocessing *rule, uint32_t channel, uint32_t pixel) {
  const float scaled = (float)pixel * rule->scale;
  const float centred = scaled - rule->mean[channel];
  return centred / rule->std[channel];
}

/* The same form as everywhere in the library; a value out of range never reaches lrintf. */
static int8_t quantize(float value, float inverse_scale, int32_t zero_point) {
  const float scaled = value * inverse_scale;
  if (scaled >= (float)(127 - zero_point))
    return 127;
  if (scaled <= (float)(-128 - zero_point))
    return -128;
  return (int8_t)(lrintf(scaled) + zero_point);
}

static octavo_status check_numbers(const octavo_preprocessing *rule, octavo_error *error) {
  if (!isfinite(rule->scale))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "preprocessing: scale is %g, expected a finite number",
                            (double)rule->scale);
  for (uint32_t c = 0; c < rule->channels; c++) {
    if (!isfinite(rule->mean[c]) || !isfinite(rule->std[c]) || rule->std[c] == 0.0F)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "preprocessing: channel %" PRIu32 " has mean %g and std %g, expected "
                              "finite numbers and a std other than 0",
                              c, (double)rule->mean[c], (double)rule->std[c]);
  }
  return OCTAVO_OK;
}

static octavo_status check_geometry(const octavo_preprocessing *rule, octavo_error *error) {
  if (rule->channels != 1 && rule->channels != 3)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "preprocessing: %" PRIu32 " channels, expected 1 or 3", rule->channels);
  const uint32_t sides[] = {rule->width, rule->height, rule->resize_width, rule->resize_height};
  const uint32_t used = rule->resize == OCTAVO_RESIZE_SHORT_SIDE ? 2 : 3;
  for (uint32_t i = 0; i < 4; i++) {
    /* SHORT_SIDE does not read resize_width. */
    if (used == 2 && i == 2)
      continue;
    if (sides[i] < 1 || sides[i] > OCTAVO_RESAMPLE_MAX_SIDE)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "preprocessing: a side of %" PRIu32 " pixels, expected 1 to %d",
                              sides[i], OCTAVO_RESAMPLE_MAX_SIDE);
  }
  const uint32_t shorter = rule->width < rule->height ? rule->width : rule->height;
  bool fits = false;
  if (rule->resize == OCTAVO_RESIZE_STRETCH)
    fits = rule->width <= rule->resize_width && rule->height <= rule->resize_height;
  else if (rule->resize == OCTAVO_RESIZE_SHORT_SIDE)
    fits = shorter <= rule->resize_height;
  else
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "preprocessing: resize rule %d, expected 0 (stretch) or 1 (short side)",
                            (int)rule->resize);
  if (!fits)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "preprocessing: the crop of %" PRIu32 " × %" PRIu32
                            " is larger than the resized image",
                            rule->width, rule->height);
  return OCTAVO_OK;
}

static octavo_status check_input(const octavo_preprocessing *rule, const octavo_tensor_info *input,
                                 octavo_error *error) {
  if (input->type != OCTAVO_INT8 && input->type != OCTAVO_FLOAT32)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "input %s: type %d, expected int8 or float32 for an image", input->name,
                            (int)input->type);
  if (input->rank != 4 || input->shape[1] != rule->height || input->shape[2] != rule->width ||
      input->shape[3] != rule->channels)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "input %s: its shape is not 1 × %" PRIu32 " × %" PRIu32 " × %" PRIu32
                            ", which the preprocessing gives",
                            input->name, rule->height, rule->width, rule->channels);
  if (input->type == OCTAVO_INT8 &&
      (!isfinite(input->scale) || input->scale <= 0.0F || !isfinite(1.0F / input->scale) ||
       input->zero_point < -128 || input->zero_point > 127))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "input %s: scale %g and zero point %" PRId32
                            ", expected a positive scale and a zero point in -128..127",
                            input->name, (double)input->scale, input->zero_point);
  return OCTAVO_OK;
}

octavo_status octavo_preprocess_init(octavo_preprocess *preprocess,
                                     const octavo_preprocessing *rule,
                                     const octavo_tensor_info *input, octavo_error *error) {
  octavo_status status = check_geometry(rule, error);
  if (status == OCTAVO_OK)
    status = check_numbers(rule, error);
  if (status == OCTAVO_OK)
    status = check_input(rule, input, error);
  if (status != OCTAVO_OK)
    return status;
  *preprocess = (octavo_preprocess){.rule = *rule, .type = input->type};
  const float inverse_scale = 1.0F / input->scale;
  for (uint32_t c = 0; c < rule->channels; c++) {
    for (uint32_t pixel = 0; pixel < 256; pixel++) {
      const float value = input_value(rule, c, pixel);
      if (input->type == OCTAVO_INT8)
        preprocess->table.quantized[c][pixel] = quantize(value, inverse_scale, input->zero_point);
      else
        preprocess->table.real[c][pixel] = value;
    }
  }
  return OCTAVO_OK;
}

static uint32_t luma(const uint8_t *pixel) {
  const uint32_t sum = 19595u * pixel[0] + 38470u * pixel[1] + 7471u * pixel[2];
  return (sum + 32768u) >> 16;
}

/* One row of pixels, already of the network's width, into the input. */
static void write_int8(const octavo_preprocess *p, const uint8_t *row, int8_t *output) {
  const uint32_t first = p->rule.bgr ? 2 : 0;
  for (uint32_t x = 0; x < p->rule.width; x++, row += 3) {
    if (p->rule.channels == 1) {
      *output++ = p->table.quantized[0][luma(row)];
      continue;
    }
    *output++ = p->table.quantized[0][row[first]];
    *output++ = p->table.quantized[1][row[1]];
    *output++ = p->table.quantized[2][row[2 - first]];
  }
}

static void write_float(const octavo_preprocess *p, const uint8_t *row, float *output) {
  const uint32_t first = p->rule.bgr ? 2 : 0;
  for (uint32_t x = 0; x < p->rule.width; x++, row += 3) {
    if (p->rule.channels == 1) {
      *output++ = p->table.real[0][luma(row)];
      continue;
    }
    *output++ = p->table.real[0][row[first]];
    *output++ = p->table.real[1][row[1]];
    *output++ = p->table.real[2][row[2 - first]];
  }
}

static void write_rows(const octavo_preprocess *p, const uint8_t *rgb, size_t stride,
                       void *output) {
  const size_t row_elements = (size_t)p->rule.width * p->rule.channels;
  for (uint32_t y = 0; y < p->rule.height; y++) {
    if (p->type == OCTAVO_INT8)
      write_int8(p, rgb + y * stride, (int8_t *)output + y * row_elements);
    else
      write_float(p, rgb + y * stride, (float *)output + y * row_elements);
  }
}

/* Half of the remainder, a half rounded to even. */
static uint32_t centre(uint32_t full, uint32_t part) {
  const uint32_t rest = full - part;
  const uint32_t half = rest / 2;
  return rest % 2 == 1 && half % 2 == 1 ? half + 1 : half;
}

/* The longer side that goes with the shorter one of `side` pixels. */
static uint64_t long_side(uint32_t side, uint32_t longer, uint32_t shorter) {
  return (uint64_t)side * longer / shorter;
}

static octavo_status find_window(const octavo_preprocessing *rule, uint32_t width, uint32_t height,
                                 octavo_resample_window *window, octavo_error *error) {
  uint64_t full_width = rule->resize_width;
  uint64_t full_height = rule->resize_height;
  if (rule->resize == OCTAVO_RESIZE_SHORT_SIDE && width <= height) {
    full_width = rule->resize_height;
    full_height = long_side(rule->resize_height, height, width);
  } else if (rule->resize == OCTAVO_RESIZE_SHORT_SIDE) {
    full_width = long_side(rule->resize_height, width, height);
  }
  if (full_width > OCTAVO_RESAMPLE_MAX_SIDE || full_height > OCTAVO_RESAMPLE_MAX_SIDE)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "image of %" PRIu32 " × %" PRIu32
                            ": too elongated, would be resized to %" PRIu64 " × %" PRIu64
                            ", expected sides up to %d",
                            width, height, full_width, full_height, OCTAVO_RESAMPLE_MAX_SIDE);
  if (full_width < rule->width || full_height < rule->height)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "image of %" PRIu32 " × %" PRIu32 ": is resized to %" PRIu64
                            " × %" PRIu64 ", expected at least the network's %" PRIu32
                            " × %" PRIu32,
                            width, height, full_width, full_height, rule->width, rule->height);
  *window = (octavo_resample_window){.full_width = (uint32_t)full_width,
                                     .full_height = (uint32_t)full_height,
                                     .left = centre((uint32_t)full_width, rule->width),
                                     .top = centre((uint32_t)full_height, rule->height),
                                     .width = rule->width,
                                     .height = rule->height};
  return OCTAVO_OK;
}

static octavo_status write_resized(const octavo_preprocess *p, const octavo_resample_source *source,
                                   const octavo_resample_window *window, void *output,
                                   octavo_error *error) {
  const size_t stride = (size_t)window->width * 3;
  uint8_t *resized = octavo_memory_alloc(window->height, stride);
  if (resized == NULL)
    return octavo_error_memory(error, window->height * (uint64_t)stride, "the resized image");
  const octavo_status status = octavo_resample(source, window, resized, error);
  if (status == OCTAVO_OK)
    write_rows(p, resized, stride, output);
  octavo_memory_free(resized);
  return status;
}

octavo_status octavo_preprocess_image(const octavo_preprocess *preprocess, const uint8_t *rgb,
                                      uint32_t width, uint32_t height, size_t stride, void *output,
                                      octavo_error *error) {
  if (rgb == NULL || width < 1 || height < 1 || width > OCTAVO_RESAMPLE_MAX_SIDE ||
      height > OCTAVO_RESAMPLE_MAX_SIDE || stride < (size_t)width * 3)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "image of %" PRIu32 " × %" PRIu32 " with rows of %zu bytes: expected "
                            "sides of 1 to %d and rows of at least 3 bytes per pixel",
                            width, height, stride, OCTAVO_RESAMPLE_MAX_SIDE);
  octavo_resample_window window;
  const octavo_status status = find_window(&preprocess->rule, width, height, &window, error);
  if (status != OCTAVO_OK)
    return status;
  const octavo_resample_source source = {rgb, width, height, stride};
  if (window.full_width != width || window.full_height != height)
    return write_resized(preprocess, &source, &window, output, error);
  write_rows(preprocess, rgb + window.top * stride + (size_t)window.left * 3, stride, output);
  return OCTAVO_OK;
}
