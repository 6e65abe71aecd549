/* Lowers an imported graph: pass after pass, each with one job, one file each. */
#ifndef OCTAVO_CONVERTER_PASSES_H
#define OCTAVO_CONVERTER_PASSES_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PASSES_MAX 32

typedef struct passes_row {
  const char *name; /* constant, such as "fuse activations" */
  uint32_t changes; /* how many nodes it changed, made or removed */
} passes_row;

typedef struct passes_report {
  passes_row rows[PASSES_MAX];
  uint32_t count;
  uint32_t transposes_found; /* in the source */
  uint32_t transposes_left;  /* which the network computes while it runs */
} passes_report;

/* Runs all passes in order. On success `g` is lowered (graph.h), on failure it is in between: free
 * it. `report` may be NULL. Errors: UNSUPPORTED, naming the node and what about it cannot be
 * lowered; FORMAT; MEMORY. */
octavo_status passes_run(graph *g, passes_report *report, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
