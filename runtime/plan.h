/* A model made ready for one batch size: arena, workspace, and a kernel per operator. A session
 * holds one, and makes another to change its batch. */
#ifndef OCTAVO_RUNTIME_PLAN_H
#define OCTAVO_RUNTIME_PLAN_H

#include "operator.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct octavo_plan {
  uint32_t batch;
  uint8_t *arena; /* header.arena_size · batch bytes, and what kernels may read past the end */
  size_t arena_bytes;
  void *workspace;
  octavo_kernel *kernels; /* model->operator_count */
  uint32_t kernel_count;  /* of them made so far */
} octavo_plan;

/* An operator with less work than this, in multiply-accumulates or output bytes · 8, runs on the
 * calling thread alone: waking and joining workers takes some microseconds. Tests set it to 0 to
 * see small operators on threads; not thread-safe. */
extern uint64_t octavo_plan_parallel_work;

/* `threads` may be NULL and must outlive the plan. On failure *plan is all zero. */
octavo_status octavo_plan_create(octavo_model *model, uint32_t batch, pthreadpool_t threads,
                                 octavo_plan *plan, octavo_error *error);

/* Leaves *plan all zero; an all-zero one is allowed. */
void octavo_plan_free(octavo_plan *plan);

/* Runs operator `index`. Allocates nothing. */
octavo_status octavo_plan_run(octavo_plan *plan, uint32_t index, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
