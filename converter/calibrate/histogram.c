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

static bool extremes(const float *values, size_t count, float *min, float *max) {
  float low = values[0], high = values[0];
  bool finite = true;
  for (size_t i = 0; i < count; i++) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
    finite &= fabsf(values[i]) <= FLT_MAX;
  }
  *min = low;
  *max = high;
  return finite;
}

bool histogram_add(histogram *h, const float *values, size_t count) {
  if (count == 0)
    return true;
  float min = 0.0f, max = 0.0f;
  if (!extremes(values, count, &min, &max))
    return false;
  widen(h, needed_exponent(fmaxf(fabsf(min), fabsf(max))));
  widen_range(h, min, max);

  const float bins_per_unit = ldexpf(1.0f, -h->exponent);
  uint64_t zeros = 0;
  for (size_t i = 0; i < count; i++) {
    const float position =
        values[i] * bins_per_unit; /* exact, or too small for any bin but the first */
    if (values[i] > 0.0f) {
      h->positive[(int)position]++;
    } else if (values[i] < 0.0f) {
      const int whole = (int)-position; /* a value on an edge belongs to the bin nearer to zero */
      h->negative[whole - (whole > 0 && (float)whole == -position)]++;
    } else {
      zeros++;
    }
  }
  h->zeros += zeros;
  h->count += count;
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
