/* A loop over images on a few threads, with progress and Ctrl-C. */
#ifndef OCTAVO_CONVERTER_PARALLEL_H
#define OCTAVO_CONVERTER_PARALLEL_H

#include "octavo.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARALLEL_MAX_THREADS 16

/* How many to use if the user wants `wanted`; 0 = one per processor. At most
 * PARALLEL_MAX_THREADS. */
uint32_t parallel_threads(uint32_t wanted);

/* Does index `index`; `thread` counts from 0 and tells which per-thread state is its own. */
typedef octavo_status (*parallel_task)(void *context, uint32_t thread, uint32_t index,
                                       octavo_error *error);

/* Sees to the indices [first, end), which are done. */
typedef void (*parallel_reduce)(void *context, uint32_t first, uint32_t end);

typedef struct parallel_job {
  uint32_t first, end; /* indices [first, end) */
  uint32_t threads;    /* 1 to PARALLEL_MAX_THREADS, the calling one included */
  parallel_task task;
  void *context;
  /* With a block size above 0 the indices are done in blocks of that many, and after each `reduce`
   * is called from the calling thread while the others rest. What tasks leave per index of a block
   * can so be added up in the order of the indices, whatever the number of threads, and memory does
   * not grow with their number. */
  uint32_t block;
  parallel_reduce reduce;
  FILE *progress;    /* where to draw a bar; NULL = nowhere */
  const char *label; /* of the bar */
} parallel_job;

/* Thread t does indices first + t, first + t + threads, ... (of a block) in this order. After a
 * failure the others stop soon; the failure of the lowest index that failed is returned.
 * Interrupted by the user (platform_interrupted): OCTAVO_ERROR_IO with that message. */
octavo_status parallel_run(const parallel_job *job, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
