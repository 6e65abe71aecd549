#include "converter/diagnosis/value_histogram.h"

#include <math.h>
#include <string.h>

void value_histogram_init(value_histogram *h, value_range ends) {
  memset(h, 0, sizeof *h);
  h->ends = ends;
}

void value_histogram_add(value_histogram *h, const float *values, size_t count) {
  const float width = h->ends.max - h->ends.min;
  const float bins_per_unit = width > 0.0f ? VALUE_HISTOGRAM_BINS / width : 0.0f;
  for (size_t i = 0; i < count; i++) {
    if (values[i] == 0.0f) {
      h->zeros++;
      continue;
    }
    const float position = (values[i] - h->ends.min) * bins_per_unit;
    h->bins[(size_t)fminf(fmaxf(position, 0.0f), VALUE_HISTOGRAM_BINS - 1)]++;
  }
  h->count += count;
}

void value_histogram_merge(value_histogram *h, const value_histogram *other) {
  for (size_t i = 0; i < VALUE_HISTOGRAM_BINS; i++)
    h->bins[i] += other->bins[i];
  h->count += other->count;
  h->zeros += other->zeros;
}
