#include "statistics.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a;
  const double y = *(const double *)b;
  return (x > y) - (x < y);
}

void statistics_sort(double *values, size_t count) {
  if (count > 1)
    qsort(values, count, sizeof *values, ascending);
}

double statistics_percentile(const double *sorted, size_t count, double p) {
  if (count == 0)
    return (double)NAN;
  const double rank = p / 100.0 * (double)(count - 1);
  if (rank <= 0.0)
    return sorted[0];
  if (rank >= (double)(count - 1))
    return sorted[count - 1];
  const size_t below = (size_t)rank;
  const double part = rank - (double)below;
  return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

double statistics_mean(const double *values, size_t count) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++)
    sum += values[i];
  return count == 0 ? (double)NAN : sum / (double)count;
}

double statistics_standard_deviation(const double *values, size_t count) {
  if (count < 2)
    return 0.0;
  const double mean = statistics_mean(values, count);
  double sum = 0.0;
  for (size_t i = 0; i < count; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return sqrt(sum / (double)(count - 1));
}

#define COLUMN(name, member)                                                                       \
  { name, offsetof(statistics_summary, member) }
const statistics_column statistics_columns[STATISTICS_COLUMNS] = {
    COLUMN("first", first), COLUMN("min", minimum),
    COLUMN("mean", mean),   COLUMN("std", standard_deviation),
    COLUMN("p5", p5),       COLUMN("p50", p50),
    COLUMN("p90", p90),     COLUMN("p95", p95),
    COLUMN("p99", p99),     COLUMN("max", maximum)};

double statistics_value(const statistics_summary *summary, const statistics_column *column) {
  double value = 0.0;
  memcpy(&value, (const char *)summary + column->offset, sizeof value);
  return value;
}

statistics_summary statistics_summarize(double *values, size_t count) {
  statistics_summary s = {.count = count};
  s.first = count == 0 ? (double)NAN : values[0];
  s.mean = statistics_mean(values, count);
  s.standard_deviation = statistics_standard_deviation(values, count);
  statistics_sort(values, count);
  s.minimum = statistics_percentile(values, count, 0.0);
  s.p5 = statistics_percentile(values, count, 5.0);
  s.p50 = statistics_percentile(values, count, 50.0);
  s.p90 = statistics_percentile(values, count, 90.0);
  s.p95 = statistics_percentile(values, count, 95.0);
  s.p99 = statistics_percentile(values, count, 99.0);
  s.maximum = statistics_percentile(values, count, 100.0);
  return s;
}

/* The probability of exactly k of n fair coins is scaled · 2^exponent: for many coins it begins far
 * below what a double holds. */
typedef struct coins {
  double scaled;
  long exponent;
} coins;

static coins no_coin(size_t n) {
  return (coins){.scaled = 1.0, .exponent = -(long)n};
}

/* From k coins to k + 1. */
static void one_coin_more(coins *c, size_t n, size_t k) {
  int exponent = 0;
  c->scaled = frexp(c->scaled * (double)(n - k) / (double)(k + 1), &exponent);
  c->exponent += exponent;
}

static double probability(const coins *c) {
  return c->exponent < DBL_MIN_EXP ? 0.0 : ldexp(c->scaled, (int)c->exponent);
}

statistics_interval statistics_median_interval(const double *sorted, size_t count,
                                               double confidence) {
  if (count == 0)
    return (statistics_interval){.low = (double)NAN, .high = (double)NAN};
  /* [x(k+1), x(n−k)] misses the median with probability 2 · P(at most k below it): take the largest
   * k, the narrowest interval, that keeps the promise. */
  double tail = 0.0;
  coins below = no_coin(count);
  double reached = 1.0 - 2.0 * probability(&below);
  size_t k = 0;
  for (size_t i = 0; 2 * i + 1 < count; i++) {
    tail += probability(&below);
    one_coin_more(&below, count, i);
    const double now = 1.0 - 2.0 * tail;
    if (i > 0 && now < confidence)
      break;
    k = i;
    reached = now;
  }
  return (statistics_interval){
      .low = sorted[k], .high = sorted[count - 1 - k], .confidence = reached < 0.0 ? 0.0 : reached};
}
