#include "converter/calibrate/calibrator.h"

#include <math.h>
#include <string.h>

#define LEVELS 255 /* steps of the int8 grid from end to end */
#define STEP   8   /* bins between two candidates */
/* What a bin has in place of nothing, as a share of all, where the divergence would be infinite. */
#define TINY 1e-4

/* Both sides in one row, from the most negative bin to the most positive one. Zeros are in none of
 * them: every grid represents them exactly, so they tell no candidate from another. */
typedef struct distribution {
  double counts[2 * HISTOGRAM_BINS]; /* bin i holds values in [i − HISTOGRAM_BINS, ...) · width */
  double width;
  size_t begin, end; /* bins outside are empty */
} distribution;

static void distribution_init(distribution *d, const histogram *h) {
  d->width = histogram_width(h);
  d->begin = 2 * HISTOGRAM_BINS;
  d->end = 0;
  for (size_t i = 0; i < 2 * HISTOGRAM_BINS; i++) {
    const uint64_t n =
        i < HISTOGRAM_BINS ? h->negative[HISTOGRAM_BINS - 1 - i] : h->positive[i - HISTOGRAM_BINS];
    d->counts[i] = (double)n;
    if (n == 0)
      continue;
    d->begin = i < d->begin ? i : d->begin;
    d->end = i + 1;
  }
}

/* The level that a bin's middle is rounded to, the lowest being 0 or near it. */
static int level_of(size_t bin, size_t begin, double bins_per_level) {
  const double zero = (double)HISTOGRAM_BINS;
  const double lowest = floor(((double)begin - zero) / bins_per_level + 0.5);
  return (int)(floor(((double)bin + 0.5 - zero) / bins_per_level + 0.5) - lowest);
}

/* What the grid over [begin, end) makes of the counts inside: those of a level are spread evenly
 * over its bins that have any. */
static void quantized(const distribution *d, size_t begin, size_t end, double *q) {
  double sums[LEVELS + 3] = {0.0}, filled[LEVELS + 3] = {0.0};
  const double bins_per_level = (double)(end - begin) / LEVELS;
  for (size_t i = begin; i < end; i++) {
    const int level = level_of(i, begin, bins_per_level);
    sums[level] += d->counts[i];
    filled[level] += d->counts[i] > 0.0 ? 1.0 : 0.0;
  }
  for (size_t i = begin; i < end; i++) {
    const int level = level_of(i, begin, bins_per_level);
    q[i] = d->counts[i] > 0.0 ? sums[level] / filled[level] : 0.0;
  }
}

/* Σ p·log(p / q), p being the counts with those outside moved to the ends. */
static double divergence(const distribution *d, size_t begin, size_t end) {
  double q[2 * HISTOGRAM_BINS], below = 0.0, above = 0.0, inside = 0.0, result = 0.0;
  quantized(d, begin, end, q);
  for (size_t i = d->begin; i < d->end; i++)
    *(i < begin ? &below : i < end ? &inside : &above) += d->counts[i];
  const double all = below + inside + above;
  if (inside == 0.0)
    return INFINITY;
  for (size_t i = begin; i < end; i++) {
    const double outside = (i == begin ? below : 0.0) + (i == end - 1 ? above : 0.0);
    const double p = (d->counts[i] + outside) / all;
    if (p > 0.0)
      result += p * log(p / fmax(q[i] / inside, TINY / (double)(end - begin)));
  }
  return result;
}

/* Candidates clip both sides at one magnitude, each only where it reaches that far: an asymmetric
 * range where one side is shorter. */
value_range calibrator_entropy(const calibrator_input *in) {
  const histogram *h = in->values;
  distribution d;
  distribution_init(&d, h);
  value_range best = {fminf(h->min, 0.0f), fmaxf(h->max, 0.0f)};
  double least = INFINITY;
  const size_t zero = HISTOGRAM_BINS, low = d.begin < zero ? zero - d.begin : 0,
               high = d.end > zero ? d.end - zero : 0, longest = low > high ? low : high;
  /* From wide to narrow, so that of equal ones the widest wins; not below one bin per level. */
  for (size_t clip = longest; clip > 0; clip = clip > STEP ? clip - STEP : 0) {
    const size_t below = low < clip ? low : clip, above = high < clip ? high : clip;
    if (below + above <= LEVELS)
      break;
    const double found = divergence(&d, zero - below, zero + above);
    if (found >= least)
      continue;
    least = found;
    best.min = below == low ? fminf(h->min, 0.0f) : (float)(-(double)below * d.width);
    best.max = above == high ? fmaxf(h->max, 0.0f) : (float)((double)above * d.width);
  }
  return best;
}
