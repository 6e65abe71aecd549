/* Run times of several subjects, taken in turns: block by block, forwards and backwards, so that
 * what slows the machine down for a while slows all of them. */
#ifndef OCTAVO_COMMON_MEASUREMENT_H
#define OCTAVO_COMMON_MEASUREMENT_H

#include "common/statistics.h"
#include "common/subject.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct measurement {
  double *times; /* milliseconds of each run, in order */
  size_t count, capacity;
  double *blocks; /* median of each block, in order; block i of all subjects were neighbours */
  size_t block_count, block_capacity;
} measurement;

typedef struct measurement_plan {
  uint32_t warmup;     /* runs of each before */
  uint32_t runs;       /* of each; 0 = until `seconds` are over */
  double seconds;      /* for each */
  const image *images; /* given in turn, each to a whole batch; or none, then inputs stay */
  uint32_t image_count;
} measurement_plan;

/* Measures `count` subjects; measurements[] of that length is filled, to be freed also after a
 * failure. Errors: those of octavo_session_run and set_image; IO when interrupted; MEMORY. */
octavo_status measurement_run(subject *subjects, size_t count, const measurement_plan *plan,
                              measurement *measurements, octavo_error *error);

/* Adds a time, or the median of a block. Errors: MEMORY. */
octavo_status measurement_add(measurement *m, double milliseconds, octavo_error *error);
octavo_status measurement_add_block(measurement *m, double milliseconds, octavo_error *error);

/* `m->times` stays in order. Errors: MEMORY. */
octavo_status measurement_summarize(const measurement *m, statistics_summary *summary,
                                    octavo_error *error);

void measurement_free(measurement *m);

#ifdef __cplusplus
}
#endif

#endif
