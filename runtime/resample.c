#include "resample.h"

#include "checked.h"
#include "error.h"
#include "memory.h"

#include <math.h>
#include <string.h>

/* Weights have so many fractional bits: 8 bits for the pixel and 2 for sums that overshoot leave
 * this of a 32-bit accumulator. */
#define WEIGHT_BITS 22

/* The weights of one direction: output i of the window is the sum over k < counts[i] of
 * weights[i · taps + k] · source[first[i] + k]. */
typedef struct filter {
  uint32_t *first, *counts;
  int32_t *weights;
  uint32_t size, taps;
} filter;

/* One direction of a resize. */
typedef struct axis {
  uint32_t source, full, begin, size; /* outputs [begin, begin + size) of `full` */
} axis;

static void filter_free(filter *f) {
  octavo_memory_free(f->first);
  octavo_memory_free(f->counts);
  octavo_memory_free(f->weights);
}

/* Fills row i of the filter. `scratch` holds f->taps doubles. */
static void filter_row(const axis *a, uint32_t i, double *scratch, filter *f) {
  const double scale = (double)a->source / (double)a->full;
  const double support = scale > 1.0 ? scale : 1.0;
  const double half = (double)(a->begin + i) + 0.5;
  const double centre = half * scale;
  const double low = floor(centre - support + 0.5);
  const double high = floor(centre + support + 0.5);
  const uint32_t first = low < 0.0 ? 0 : (uint32_t)low;
  const uint32_t end = high > (double)a->source ? a->source : (uint32_t)high;
  const uint32_t count = end - first;
  const double inverse = 1.0 / support;
  double sum = 0.0;
  for (uint32_t k = 0; k < count; k++) {
    const double offset = (double)(first + k) - centre + 0.5;
    const double distance = fabs(offset * inverse);
    scratch[k] = distance < 1.0 ? 1.0 - distance : 0.0;
    sum += scratch[k];
  }
  for (uint32_t k = 0; k < count; k++) {
    const double share = scratch[k] / sum;
    const double scaled = share * (double)(1 << WEIGHT_BITS);
    f->weights[(size_t)i * f->taps + k] = (int32_t)(scaled + 0.5);
  }
  f->first[i] = first;
  f->counts[i] = count;
}

static octavo_status filter_make(const axis *a, filter *f, octavo_error *error) {
  const double scale = (double)a->source / (double)a->full;
  f->size = a->size;
  f->taps = 2 * (uint32_t)ceil(scale > 1.0 ? scale : 1.0) + 1;
  uint64_t weights = 0;
  size_t weight_count = 0;
  if (!octavo_checked_multiply(f->size, f->taps, &weights) ||
      !octavo_checked_size(weights, &weight_count))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "image: too large to resize");
  f->first = octavo_memory_alloc(f->size, sizeof *f->first);
  f->counts = octavo_memory_alloc(f->size, sizeof *f->counts);
  f->weights = octavo_memory_alloc(weight_count, sizeof *f->weights);
  double *scratch = octavo_memory_alloc(f->taps, sizeof *scratch);
  if (f->first == NULL || f->counts == NULL || f->weights == NULL || scratch == NULL) {
    octavo_memory_free(scratch);
    return octavo_error_memory(error, weights * sizeof *f->weights, "resizing weights");
  }
  for (uint32_t i = 0; i < f->size; i++)
    filter_row(a, i, scratch, f);
  octavo_memory_free(scratch);
  return OCTAVO_OK;
}

/* The sums are of non-negative weights that add up to 1 within rounding: never below 0, and above
 * 255 only by that rounding. */
static uint8_t round_pixel(uint32_t sum) {
  const uint32_t value = sum >> WEIGHT_BITS;
  return (uint8_t)(value > 255 ? 255 : value);
}

/* Filters one row of RGB pixels. */
static void filter_pixels(const filter *f, const uint8_t *row, uint8_t *output) {
  for (uint32_t i = 0; i < f->size; i++) {
    const int32_t *weights = f->weights + (size_t)i * f->taps;
    const uint8_t *pixel = row + (size_t)f->first[i] * 3;
    uint32_t sums[3] = {1u << (WEIGHT_BITS - 1), 1u << (WEIGHT_BITS - 1), 1u << (WEIGHT_BITS - 1)};
    for (uint32_t k = 0; k < f->counts[i]; k++) {
      const uint32_t weight = (uint32_t)weights[k];
      sums[0] += weight * pixel[3 * k];
      sums[1] += weight * pixel[3 * k + 1];
      sums[2] += weight * pixel[3 * k + 2];
    }
    for (int c = 0; c < 3; c++)
      output[3 * (size_t)i + (size_t)c] = round_pixel(sums[c]);
  }
}

/* Computes one output row from `count` rows of `bytes` bytes. */
static void filter_rows(const int32_t *weights, uint32_t count, const uint8_t *rows, size_t stride,
                        size_t bytes, uint8_t *output) {
  for (size_t x = 0; x < bytes; x++) {
    uint32_t sum = 1u << (WEIGHT_BITS - 1);
    for (uint32_t k = 0; k < count; k++)
      sum += (uint32_t)weights[k] * rows[k * stride + x];
    output[x] = round_pixel(sum);
  }
}

/* The rows of the source that the window needs, each brought to the window's width. */
typedef struct band {
  const uint8_t *rows; /* of source row `begin` on */
  uint8_t *owned;
  size_t stride;
  uint32_t begin;
} band;

static octavo_status make_band(const octavo_resample_source *source,
                               const octavo_resample_window *window, const filter *vertical,
                               band *b, octavo_error *error) {
  uint32_t end = window->top + window->height;
  b->begin = window->top;
  if (vertical->size > 0) {
    b->begin = vertical->first[0];
    end = vertical->first[vertical->size - 1] + vertical->counts[vertical->size - 1];
  }
  const uint8_t *first_row = source->rgb + (size_t)b->begin * source->stride;
  if (window->full_width == source->width) {
    b->rows = first_row + (size_t)window->left * 3;
    b->stride = source->stride;
    return OCTAVO_OK;
  }
  const axis horizontal = {source->width, window->full_width, window->left, window->width};
  filter f = {0};
  octavo_status status = filter_make(&horizontal, &f, error);
  b->stride = (size_t)window->width * 3;
  if (status == OCTAVO_OK) {
    b->owned = octavo_memory_alloc(end - b->begin, b->stride);
    if (b->owned == NULL)
      status = octavo_error_memory(error, (uint64_t)(end - b->begin) * b->stride, "resized rows");
  }
  for (uint32_t y = b->begin; status == OCTAVO_OK && y < end; y++)
    filter_pixels(&f, source->rgb + (size_t)y * source->stride,
                  b->owned + (size_t)(y - b->begin) * b->stride);
  b->rows = b->owned;
  filter_free(&f);
  return status;
}

static octavo_status check(const octavo_resample_source *source,
                           const octavo_resample_window *window, octavo_error *error) {
  const uint32_t sides[] = {source->width,       source->height, window->full_width,
                            window->full_height, window->width,  window->height};
  for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
    if (sides[i] < 1 || sides[i] > OCTAVO_RESAMPLE_MAX_SIDE)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "image: a side of %u pixels, expected 1 to %d", sides[i],
                              OCTAVO_RESAMPLE_MAX_SIDE);
  }
  if (source->stride < (size_t)source->width * 3)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "image: rows of %zu bytes, expected at least %zu for %u RGB pixels",
                            source->stride, (size_t)source->width * 3, source->width);
  if (!octavo_checked_range(window->left, window->width, window->full_width) ||
      !octavo_checked_range(window->top, window->height, window->full_height))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "image: a part of %u × %u at (%u, %u) is not inside %u × %u",
                            window->width, window->height, window->left, window->top,
                            window->full_width, window->full_height);
  return OCTAVO_OK;
}

octavo_status octavo_resample(const octavo_resample_source *source,
                              const octavo_resample_window *window, uint8_t *output,
                              octavo_error *error) {
  octavo_status status = check(source, window, error);
  if (status != OCTAVO_OK)
    return status;
  const bool vertically = window->full_height != source->height;
  const axis down = {source->height, window->full_height, window->top, window->height};
  const size_t bytes = (size_t)window->width * 3;
  filter vertical = {0};
  band b = {0};
  if (vertically)
    status = filter_make(&down, &vertical, error);
  if (status == OCTAVO_OK)
    status = make_band(source, window, &vertical, &b, error);
  for (uint32_t y = 0; status == OCTAVO_OK && y < window->height; y++) {
    uint8_t *row = output + (size_t)y * bytes;
    if (!vertically)
      memcpy(row, b.rows + (size_t)y * b.stride, bytes);
    else
      filter_rows(vertical.weights + (size_t)y * vertical.taps, vertical.counts[y],
                  b.rows + (size_t)(vertical.first[y] - b.begin) * b.stride, b.stride, bytes, row);
  }
  octavo_memory_free(b.owned);
  filter_free(&vertical);
  return status;
}
