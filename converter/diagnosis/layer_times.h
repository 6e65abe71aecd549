/* How long each layer takes on this machine, and by what kernel. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_LAYER_TIMES_H
#define OCTAVO_CONVERTER_DIAGNOSIS_LAYER_TIMES_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct layer_time {
  const char *kernel; /* constant */
  double nanoseconds; /* of one run, the median */
} layer_time;

typedef struct layer_times {
  layer_time *layers; /* one per operator */
  uint32_t count;
} layer_times;

/* Runs the model a few times on one thread with a clock at every layer, the input being zero. Free
 * *result with layer_times_free, after a failure too. Errors: those of sessions; MEMORY. */
octavo_status layer_times_measure(octavo_model *model, layer_times *result, octavo_error *error);

void layer_times_free(layer_times *result);

#ifdef __cplusplus
}
#endif

#endif
