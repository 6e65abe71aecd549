/* How long models take for one image, measured in turns so that what disturbs the machine disturbs
 * all of them. */
#ifndef OCTAVO_CONVERTER_LATENCY_H
#define OCTAVO_CONVERTER_LATENCY_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

#define LATENCY_MAX_MODELS 64

/* medians[i] = milliseconds of a run of models[i] on one thread, inputs being zero; about `seconds`
 * for each. Errors: those of sessions; ARGUMENT (too many models), MEMORY, IO if interrupted. */
octavo_status latency_measure(octavo_model *const *models, uint32_t count, double seconds,
                              double *medians, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
