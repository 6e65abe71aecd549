/* Time per operator of a model: in a session of its own, since measuring it slows the run a little.
 */
#ifndef OCTAVO_BENCHMARKS_LAYERS_H
#define OCTAVO_BENCHMARKS_LAYERS_H

#include "common/subject.h"

#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Blocks of runs that are measured; block i of all models are neighbours. */
#define LAYERS_BLOCKS 20

typedef struct layer {
  const char *name, *kind, *kernel; /* owned by the model */
  double milliseconds;              /* median over blocks of runs of the mean in a block */
  uint64_t macs;                    /* of a run of the whole batch */
  double blocks[LAYERS_BLOCKS];     /* those means, in order */
} layer;

typedef struct layers {
  layer *rows; /* in the order they run */
  uint32_t count;
  double total_ms;
  uint64_t total_macs;
} layers;

typedef enum layers_order { LAYERS_RUN, LAYERS_TIME } layers_order;

/* Measures `count` models in turns, about `seconds` each; results[i] is of subjects[i]. On failure
 * all *results[] are all zero. Errors: as octavo_session_create and octavo_session_run; IO when
 * interrupted. */
octavo_status layers_measure(subject *const *subjects, size_t count,
                             const octavo_session_options *options, double seconds, uint64_t seed,
                             layers *const *results, octavo_error *error);

/* An all-zero *l is allowed. */
void layers_free(layers *l);

/* One row per operator with time, share, cumulated share, GMAC/s and kernel, then the sums per kind
 * of operator. Errors: MEMORY. */
octavo_status layers_print(const layers *l, layers_order order, FILE *stream, octavo_error *error);

/* The layers that both models have by name, with the ratio of their times and its confidence
 * interval. Errors: MEMORY. */
octavo_status layers_print_pairs(const layers *first, const layers *second, FILE *stream,
                                 octavo_error *error);

/* A list, in run order. NULL if memory is short. */
json_t *layers_json(const layers *l);

#ifdef __cplusplus
}
#endif

#endif
