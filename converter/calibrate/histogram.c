#include "converter/calibrate/histogram.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* Narrow enough for any activation, and 2^-MIN · FLT_MAX is still finite in double. */
#define MIN_EXPONENT  (-100)
#define BINS_EXPONENT 11
static_assert(HISTOGRAM_BINS == 1 << BINS_EXPONENT, "the bins of one side");

void histogram_init(histogram *h) {
  memset(h, 0, sizeof *h);
  h->exponent = MIN_EXPONENT;
}

double histogram_width(const histogram *h) {
  return ldexp(1.0, h->exponent);
}

/* The narrowest bins that hold values up to `magnitude`. */
static int needed_exponent(float magnitude) {
  int exponent = 0;
  frexpf(magnitude, &exponent); /* magnitude < 2^exponent */
  const int needed = exponent - BINS_EXPONENT;
  return magnitude == 0.0f || needed < MIN_EXPONENT ? MIN_EXPONENT : needed;
}

static void merge_pairs(uint64_t *bins) {
  for (size_t i = 0; i < HISTOGRAM_BINS / 2; i++)
    bins[i] = bins[2 * i] + bins[2 * i + 1];
  memset(bins + HISTOGRAM_BINS / 2, 0, HISTOGRAM_BINS / 2 * sizeof *bins);
}

static void widen(histogram *h, int exponent) {
  if (h->count == h->zeros && exponent > h->exponent)
    h->exponent = exponent; /* the bins are empty */
  for (; h->exponent < exponent; h->exponent++) {
    merge_pairs(h->positive);
    merge_pairs(h->negative);
  }
}

static void widen_range(histogram *h, float min, float max) {
  if (h->count == 0) {
    h->min = min;
    h->max = max;
  } else {
    h->min = fminf(h->min, min);
    h->max = fmaxf(h->max, max);
  }
}

/* As many as a vector register holds, so that the compiler keeps them there. */
#define LANES 16

bool histogram_extremes(const float *values, size_t count, float *min, float *max) {
  float low[LANES], high[LANES], residue[LANES];
  for (size_t k = 0; k < LANES; k++) {
    low[k] = high[k] = values[0];
    residue[k] = 0.0f;
  }
  bool finite = true;
  const size_t whole = count - count % LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t k = 0; k < LANES; k++) {
      const float v = values[i + k];
      low[k] = v < low[k] ? v : low[k];
      high[k] = v > high[k] ? v : high[k];
      residue[k] += v - v; /* 0 but for infinity and NaN, and those stay */
    }
  for (size_t i = whole; i < count; i++) {
    low[0] = values[i] < low[0] ? values[i] : low[0];
    high[0] = values[i] > high[0] ? values[i] : high[0];
    finite &= fabsf(values[i]) <= FLT_MAX;
  }
  *min = low[0];
  *max = high[0];
  for (size_t k = 0; k < LANES; k++) {
    *min = low[k] < *min ? low[k] : *min;
    *max = high[k] > *max ? high[k] : *max;
    finite &= residue[k] == 0.0f;
  }
  return finite;
}

/* Values at a time: their bins are computed side by side first, then counted one by one. */
#define CHUNK 1024

/* The bins of values other than zero, negative ones as −1 − bin; returns how many. */
static size_t find_bins(const float *values, size_t count, float bins_per_unit, int32_t *bins) {
  int32_t positions[CHUNK];
  for (size_t i = 0; i < count; i++) {
    const float position = fabsf(values[i]) * bins_per_unit; /* exact, or below every bin's end */
    const int32_t whole = (int32_t)position;
    /* A negative value on an edge belongs to the bin nearer to zero. */
    const int32_t on_edge = (whole > 0) & ((float)whole == position);
    positions[i] = values[i] < 0.0f ? -1 - (whole - on_edge) : whole;
  }
  size_t filled = 0;
  for (size_t i = 0; i < count; i++) {
    bins[filled] = positions[i];
    filled += values[i] != 0.0f;
  }
  return filled;
}

void histogram_add_within(histogram *h, const float *values, size_t count, float min, float max) {
  widen(h, needed_exponent(fmaxf(fabsf(min), fabsf(max))));
  widen_range(h, min, max);
  const float bins_per_unit = ldexpf(1.0f, -h->exponent);
  for (size_t begin = 0; begin < count; begin += CHUNK) {
    const size_t length = count - begin < CHUNK ? count - begin : CHUNK;
    int32_t bins[CHUNK];
    const size_t filled = find_bins(values + begin, length, bins_per_unit, bins);
    for (size_t i = 0; i < filled; i++) {
      uint64_t *side = bins[i] < 0 ? h->negative : h->positive;
      side[bins[i] < 0 ? -1 - bins[i] : bins[i]]++;
    }
    h->zeros += length - filled;
  }
  h->count += count;
}

bool histogram_add(histogram *h, const float *values, size_t count) {
  if (count == 0)
    return true;
  float min = 0.0f, max = 0.0f;
  if (!histogram_extremes(values, count, &min, &max))
    return false;
  histogram_add_within(h, values, count, min, max);
  return true;
}

void histogram_merge(histogram *h, const histogram *other) {
  if (other->count == 0)
    return;
  histogram narrow = *other;
  const int exponent = h->exponent > narrow.exponent ? h->exponent : narrow.exponent;
  widen(h, exponent);
  widen(&narrow, exponent);
  widen_range(h, narrow.min, narrow.max);
  for (size_t i = 0; i < HISTOGRAM_BINS; i++) {
    h->positive[i] += narrow.positive[i];
    h->negative[i] += narrow.negative[i];
  }
  h->zeros += narrow.zeros;
  h->count += narrow.count;
}
