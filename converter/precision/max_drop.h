/* --max-drop: as few layers in float32 as keep the accuracy within so many points. */
#ifndef OCTAVO_CONVERTER_MAX_DROP_H
#define OCTAVO_CONVERTER_MAX_DROP_H

#include "converter/precision/precision_job.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct max_drop_result {
  float accuracy_float, accuracy; /* percent of the test images */
  uint32_t kept;                  /* layers that went to float32 */
  uint32_t candidates;            /* that could have */
  uint32_t measured;              /* models whose accuracy was measured */
} max_drop_result;

/* `precisions` (one per node of job->g) holds what is to begin with; layers may go from int8 to
 * float32. The most harmful ones by precision_rank go first: how many is found by doubling and
 * halving, and then each of them that is not needed becomes int8 again. Every answer is a
 * measurement. Errors: ARGUMENT if even all candidates in float32 lose more than `points`, with
 * the best that was found in the message; those of measuring. */
octavo_status max_drop_solve(const precision_job *job, double points, layer_precision *precisions,
                             max_drop_result *result, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
