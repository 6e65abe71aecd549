/* --search: accuracy against latency and size, measured, from all int8 to all float32. */
#ifndef OCTAVO_CONVERTER_FRONT_H
#define OCTAVO_CONVERTER_FRONT_H

#include "converter/precision/precision_job.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRONT_MAX_POINTS 32

typedef enum front_kind { FRONT_KEPT, FRONT_DYNAMIC, FRONT_FLOAT } front_kind;

typedef struct front_point {
  front_kind kind;
  uint32_t kept;       /* FRONT_KEPT: the first so many of front.order are in float32 */
  float accuracy;      /* percent of the test images */
  double milliseconds; /* median of one image on one thread */
  size_t bytes;        /* of the file, without test vectors */
  bool best;           /* no other is at least as good in all three and better in one */
} front_point;

typedef struct front {
  uint32_t *order; /* layers, the most harmful in int8 first */
  uint32_t layer_count;
  front_point points[FRONT_MAX_POINTS];
  uint32_t point_count;
} front;

/* Measures the models that keep the 0, 1, 2, 3, 4, 6, 8, 12, ... most harmful layers in float32,
 * the dynamic and the float32 one. `precisions` is what to begin with. On success the caller's
 * (front_free). Errors: those of measuring, IO if interrupted. */
octavo_status front_measure(const precision_job *job, const layer_precision *precisions, front *f,
                            octavo_error *error);

/* An all-zero *f is allowed; it is all zero afterwards. */
void front_free(front *f);

/* The table, with the --keep-float that gives each point. */
octavo_status front_print(const front *f, const graph *g, FILE *stream, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
