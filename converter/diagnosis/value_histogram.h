/* A histogram small enough to be drawn, between two ends that are known beforehand. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_VALUE_HISTOGRAM_H
#define OCTAVO_CONVERTER_DIAGNOSIS_VALUE_HISTOGRAM_H

#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VALUE_HISTOGRAM_BINS 64

typedef struct value_histogram {
  value_range ends; /* bins are of equal width; a value outside counts to the outermost */
  uint64_t bins[VALUE_HISTOGRAM_BINS]; /* zeros are in none */
  uint64_t count, zeros;
} value_histogram;

void value_histogram_init(value_histogram *h, value_range ends);
void value_histogram_add(value_histogram *h, const float *values, size_t count);
/* `other` has the same ends. Counts only: the order of merging does not matter. */
void value_histogram_merge(value_histogram *h, const value_histogram *other);

#ifdef __cplusplus
}
#endif

#endif
