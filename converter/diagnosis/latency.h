/* How long the float and the converted network take on this machine, as a whole and by layer. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_LATENCY_H
#define OCTAVO_CONVERTER_DIAGNOSIS_LATENCY_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct layer_time {
  const char *kernel; /* constant */
  double nanoseconds; /* of one run, the median */
} layer_time;

typedef struct latency_result {
  double median;      /* nanoseconds of one run of the whole network, batch 1, one thread */
  uint32_t runs;      /* that it is the median of */
  layer_time *layers; /* one per operator */
  uint32_t layer_count;
} latency_result;

/* Runs the models in turn for about `budget` nanoseconds, so that what else the machine does hits
 * both, and then each a few times with a clock at every layer. `results` has `count` entries;
 * free each with latency_free, after a failure too. Errors: those of sessions; MEMORY. */
octavo_status latency_measure(octavo_model *const *models, uint32_t count, uint64_t budget,
                              latency_result *results, octavo_error *error);

void latency_free(latency_result *result);

#ifdef __cplusplus
}
#endif

#endif
