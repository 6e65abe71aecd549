/* The memory plan: where in one arena each activation lies, for batch 1, so that the runtime plans
 * nothing. */
#ifndef OCTAVO_CONVERTER_PLAN_H
#define OCTAVO_CONVERTER_PLAN_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One activation: live from step `first` to step `last`, both included. */
typedef struct plan_item {
  uint64_t bytes;
  uint32_t first, last;
  uint64_t offset; /* the result; a multiple of OCTAVO_FORMAT_ALIGNMENT */
} plan_item;

typedef struct plan_result {
  uint64_t arena_bytes;
  uint64_t lower_bound; /* no plan can need less: the most bytes live at one step */
} plan_result;

/* Places the items so that no two that are live at the same step overlap. Tries several greedy
 * orders and keeps the smallest arena; the same items give the same plan. Sizes count rounded up
 * to the alignment. Errors: ARGUMENT (a total over 2^63), MEMORY. */
octavo_status plan_items(plan_item *items, uint32_t count, plan_result *result,
                         octavo_error *error);

/* Sets arena_offset of every activation of a lowered graph. Inputs keep their place during the
 * whole run, outputs until its end. Errors: ARGUMENT, MEMORY. */
octavo_status plan_graph(graph *g, plan_result *result, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
