/* Two measurements of neighbouring blocks, compared. */
#ifndef OCTAVO_BENCHMARKS_COMPARISON_H
#define OCTAVO_BENCHMARKS_COMPARISON_H

#include "common/measurement.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct comparison {
  double ratio;     /* median block of the first / median block of the second: above 1, the second
                       is faster */
  double low, high; /* of the ratio, by bootstrap over pairs of blocks */
  double confidence;
  size_t pairs;
  int winner; /* 0 first, 1 second, −1: the interval contains 1, or there are too few pairs */
} comparison;

/* The fewest pairs that a verdict is based on. */
#define COMPARISON_PAIRS_MIN 6

/* The same seed gives the same interval. Errors: MEMORY. */
octavo_status comparison_make(const measurement *first, const measurement *second, uint64_t seed,
                              comparison *result, octavo_error *error);

/* One sentence, with the names given. Returns `buffer`. */
const char *comparison_verdict(const comparison *c, const char *first, const char *second,
                               char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
