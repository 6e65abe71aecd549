#include "comparison.h"

#include "common/random.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

static const double CONFIDENCE = 0.95;
enum { RESAMPLES = 2000 };

/* The ratio of the medians of two lists, which are sorted by it. */
static double ratio_of_medians(double *first, double *second, size_t count) {
  statistics_sort(first, count);
  statistics_sort(second, count);
  return statistics_percentile(first, count, 50) / statistics_percentile(second, count, 50);
}

static void bootstrap(const measurement *first, const measurement *second, uint64_t seed,
                      double *drawn, double *ratios, comparison *result) {
  const size_t pairs = result->pairs;
  random_state random;
  random_seed(&random, seed);
  for (size_t r = 0; r < RESAMPLES; r++) {
    for (size_t i = 0; i < pairs; i++) {
      const size_t pick = (size_t)random_below(&random, pairs);
      drawn[i] = first->blocks[pick];
      drawn[pairs + i] = second->blocks[pick];
    }
    ratios[r] = ratio_of_medians(drawn, drawn + pairs, pairs);
  }
  statistics_sort(ratios, RESAMPLES);
  result->low = statistics_percentile(ratios, RESAMPLES, 50 * (1 - CONFIDENCE));
  result->high = statistics_percentile(ratios, RESAMPLES, 50 * (1 + CONFIDENCE));
}

octavo_status comparison_make(const measurement *first, const measurement *second, uint64_t seed,
                              comparison *result, octavo_error *error) {
  const size_t pairs =
      first->block_count < second->block_count ? first->block_count : second->block_count;
  *result = (comparison){.confidence = CONFIDENCE, .pairs = pairs, .winner = -1};
  if (pairs == 0)
    return OCTAVO_OK;
  double *drawn = octavo_memory_alloc(pairs, 2 * sizeof *drawn);
  double *ratios = octavo_memory_alloc(RESAMPLES, sizeof *ratios);
  octavo_status status = OCTAVO_OK;
  if (drawn == NULL || ratios == NULL) {
    status = octavo_error_memory(error, pairs * 2 * sizeof *drawn, "the comparison");
  } else {
    memcpy(drawn, first->blocks, pairs * sizeof *drawn);
    memcpy(drawn + pairs, second->blocks, pairs * sizeof *drawn);
    result->ratio = ratio_of_medians(drawn, drawn + pairs, pairs);
    bootstrap(first, second, seed, drawn, ratios, result);
    if (pairs >= COMPARISON_PAIRS_MIN && result->low > 1)
      result->winner = 1;
    else if (pairs >= COMPARISON_PAIRS_MIN && result->high < 1)
      result->winner = 0;
  }
  octavo_memory_free(drawn);
  octavo_memory_free(ratios);
  return status;
}

const char *comparison_verdict(const comparison *c, const char *first, const char *second,
                               char *buffer, size_t size) {
  if (c->pairs < COMPARISON_PAIRS_MIN)
    snprintf(buffer, size, "no verdict: %zu pairs of blocks, at least %d are needed; run longer",
             c->pairs, COMPARISON_PAIRS_MIN);
  else if (c->winner < 0)
    snprintf(buffer, size,
             "no difference shown between %s and %s (ratio %.3f, %.0f %%: %.3f to %.3f)", first,
             second, c->ratio, c->confidence * 100, c->low, c->high);
  else if (c->winner == 1)
    snprintf(buffer, size, "%s is %.2f times faster than %s (%.0f %%: %.2f to %.2f)", second,
             c->ratio, first, c->confidence * 100, c->low, c->high);
  else
    snprintf(buffer, size, "%s is %.2f times faster than %s (%.0f %%: %.2f to %.2f)", first,
             1 / c->ratio, second, c->confidence * 100, 1 / c->high, 1 / c->low);
  return buffer;
}
