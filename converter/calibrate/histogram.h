/* What calibration remembers of one tensor: extremes and a histogram, in one pass and fixed memory.
 *
 * Bins are 2^exponent wide and begin at zero on both sides; when a value falls outside,
 * neighbouring pairs are merged until it fits. Because every bin edge is a multiple of a power of
 * two, merging gives what binning with the wider bins would have given: the result does not depend
 * on the order of the values, nor on how they were shared out among threads. */
#ifndef OCTAVO_CONVERTER_HISTOGRAM_H
#define OCTAVO_CONVERTER_HISTOGRAM_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HISTOGRAM_BINS 2048 /* on each side of zero */

/* 32 KiB, flat: copying and freeing are the caller's. One thread at a time. */
typedef struct histogram {
  float min, max;                    /* of all values; 0 and 0 if there are none */
  uint64_t count;                    /* of values, zeros included */
  uint64_t zeros;                    /* in no bin: zero is always represented exactly */
  int exponent;                      /* of the bins' width */
  uint64_t positive[HISTOGRAM_BINS]; /* values in [i·w, (i + 1)·w) */
  uint64_t negative[HISTOGRAM_BINS]; /* values in [−(i + 1)·w, −i·w) */
} histogram;

void histogram_init(histogram *h);

/* Takes in `count` values. Returns false, and takes in none of them, if one is not finite. */
bool histogram_add(histogram *h, const float *values, size_t count);

/* The same in two steps, for those who want the extremes: the smallest and largest of `count` > 0
 * values, or false if one is not finite; then taking them in. */
bool histogram_extremes(const float *values, size_t count, float *min, float *max);
void histogram_add_within(histogram *h, const float *values, size_t count, float min, float max);

/* Takes in what `other` has seen. */
void histogram_merge(histogram *h, const histogram *other);

/* 2^exponent. */
double histogram_width(const histogram *h);

#ifdef __cplusplus
}
#endif

#endif
