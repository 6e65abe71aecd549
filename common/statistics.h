/* Numbers about lists of numbers. NaN in gives NaN out or is the caller's mistake. */
#ifndef OCTAVO_COMMON_STATISTICS_H
#define OCTAVO_COMMON_STATISTICS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ascending, in place. */
void statistics_sort(double *values, size_t count);

/* The p-th percentile, p in [0, 100], of ascending values: linear interpolation between the two
 * nearest ranks, rank = p/100 · (count − 1), as NumPy's default. NaN if count is 0. */
double statistics_percentile(const double *sorted, size_t count, double p);

double statistics_mean(const double *values, size_t count);

/* Of a sample: divided by count − 1. 0 if count is below 2. */
double statistics_standard_deviation(const double *values, size_t count);

typedef struct statistics_summary {
  size_t count;
  double first, minimum, mean, standard_deviation, p5, p50, p90, p95, p99, maximum;
} statistics_summary;

/* The numbers of a summary but its count, with short names, in the order in which they are told. */
typedef struct statistics_column {
  const char *name;
  size_t offset; /* of a double in statistics_summary */
} statistics_column;

#define STATISTICS_COLUMNS 10
extern const statistics_column statistics_columns[STATISTICS_COLUMNS];

double statistics_value(const statistics_summary *summary, const statistics_column *column);

/* `values` in the order measured; they are sorted by it. */
statistics_summary statistics_summarize(double *values, size_t count);

typedef struct statistics_interval {
  double low, high;
  double confidence; /* what was reached; below what was asked for if there are too few values */
} statistics_interval;

/* A confidence interval for the median of ascending values, from ranks alone: the number of values
 * below the median is binomial(count, 1/2), whatever their distribution. For paired measurements
 * give it the sorted ratios. With too few values for `confidence` (such as 0.95) it is
 * [smallest, largest]. */
statistics_interval statistics_median_interval(const double *sorted, size_t count,
                                               double confidence);

#ifdef __cplusplus
}
#endif

#endif
