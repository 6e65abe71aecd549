#include "plan.h"

#include "checked.h"
#include "memory.h"
#include "operators/common.h"
#include "pack.h"

#include <string.h>

/* Kernels read up to XNN_EXTRA_BYTES past their input; 128 where that is largest. */
#define OVER_READ 128u
static_assert(OVER_READ >= XNN_EXTRA_BYTES, "the arena's tail");

static const octavo_operator_type *type_of(const octavo_kernel *kernel) {
  return octavo_operator_find(kernel->op->opcode);
}

static octavo_status name_layer(const octavo_kernel *kernel, octavo_status status,
                                octavo_error *error) {
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "layer '%s' (%s)",
                        octavo_model_string(kernel->model, kernel->op->name),
                        type_of(kernel)->kind);
  return status;
}

static octavo_status create_arena(octavo_plan *plan, const octavo_model *model,
                                  octavo_error *error) {
  uint64_t bytes = 0;
  size_t size = 0;
  if (!octavo_checked_multiply(model->header.arena_size, plan->batch, &bytes) ||
      !octavo_checked_add(bytes, OVER_READ, &bytes) || !octavo_checked_size(bytes, &size))
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY,
                            "activations of batch %u do not fit the address space", plan->batch);
  plan->arena = octavo_memory_alloc_aligned(size);
  if (plan->arena == NULL)
    return octavo_error_memory(error, bytes, "activations");
  plan->arena_bytes = size;
  return OCTAVO_OK;
}

/* About 3 µs on a fast core: ResNet-20, whose largest layers have 2.4 M, gains nothing below. */
uint64_t octavo_plan_parallel_work = 1000000;

/* Multiply-accumulates of one run, or for operators without, what moves that many bytes in the same
 * time. */
static uint64_t work_of(const octavo_model *model, const octavo_format_operator *op,
                        uint32_t batch) {
  const octavo_operator_type *type = octavo_operator_find(op->opcode);
  const uint64_t macs = type->macs == NULL ? 0 : type->macs(model, op);
  const uint64_t moved = octavo_model_operator_output(model, op, 0)->bytes * 8;
  return octavo_saturating_multiply(macs > moved ? macs : moved, batch);
}

static octavo_status create_kernel(octavo_plan *plan, octavo_model *model, pthreadpool_t threads,
                                   octavo_error *error) {
  octavo_kernel *kernel = &plan->kernels[plan->kernel_count];
  const octavo_format_operator *op = &model->operators[plan->kernel_count];
  *kernel = (octavo_kernel){
      .model = model,
      .op = op,
      .index = plan->kernel_count,
      .batch = plan->batch,
      .threads = work_of(model, op, plan->batch) < octavo_plan_parallel_work ? NULL : threads,
      .arena = plan->arena,
      .name = "",
  };
  ++plan->kernel_count;
  const octavo_operator_type *type = type_of(kernel);
  octavo_status status = type->create(kernel, error);
  if (status == OCTAVO_OK && type->reshape != NULL)
    status = type->reshape(kernel, error);
  return name_layer(kernel, status, error);
}

/* One workspace, as large as the hungriest kernel needs. */
static octavo_status create_workspace(octavo_plan *plan, octavo_error *error) {
  uint64_t size = 0;
  for (uint32_t i = 0; i < plan->kernel_count; ++i)
    if (plan->kernels[i].workspace_size > size)
      size = plan->kernels[i].workspace_size;
  if (size == 0)
    return OCTAVO_OK;
  size_t bytes = 0;
  if (octavo_checked_add(size, OVER_READ, &size) && octavo_checked_size(size, &bytes))
    plan->workspace = octavo_memory_alloc_aligned(bytes);
  if (plan->workspace == NULL)
    return octavo_error_memory(error, size, "the workspace");
  return OCTAVO_OK;
}

/* When all is packed: the weights in the file leave memory, those too that were too small to do so
 * one by one; the arena enters it, which until then was untouched. Cleared, so that over-reads and
 * unset inputs are defined, and the same in every run. */
static void exchange_memory(octavo_plan *plan, const octavo_model *model) {
  octavo_pack_drop(model, model->weights, (size_t)model->sections[OCTAVO_SECTION_WEIGHTS - 1].size);
  memset(plan->arena, 0, plan->arena_bytes);
}

static octavo_status create_all(octavo_model *model, pthreadpool_t threads, octavo_plan *plan,
                                octavo_error *error) {
  octavo_status status = create_arena(plan, model, error);
  if (status != OCTAVO_OK)
    return status;
  plan->kernels = octavo_memory_alloc(model->operator_count, sizeof *plan->kernels);
  if (plan->kernels == NULL)
    return octavo_error_memory(error, model->operator_count * sizeof *plan->kernels, "operators");
  while (status == OCTAVO_OK && plan->kernel_count < model->operator_count)
    status = create_kernel(plan, model, threads, error);
  if (status == OCTAVO_OK)
    status = create_workspace(plan, error);
  if (status == OCTAVO_OK)
    exchange_memory(plan, model);
  for (uint32_t i = 0; status == OCTAVO_OK && i < plan->kernel_count; ++i) {
    octavo_kernel *kernel = &plan->kernels[i];
    kernel->workspace = plan->workspace;
    if (type_of(kernel)->setup != NULL)
      status = name_layer(kernel, type_of(kernel)->setup(kernel, error), error);
  }
  return status;
}

octavo_status octavo_plan_create(octavo_model *model, uint32_t batch, pthreadpool_t threads,
                                 octavo_plan *plan, octavo_error *error) {
  *plan = (octavo_plan){.batch = batch};
  const octavo_status status = create_all(model, threads, plan, error);
  if (status != OCTAVO_OK)
    octavo_plan_free(plan);
  return status;
}

void octavo_plan_free(octavo_plan *plan) {
  for (uint32_t i = 0; i < plan->kernel_count; ++i) {
    octavo_kernel *kernel = &plan->kernels[i];
    if (kernel->xnn != NULL)
      (void)xnn_delete_operator(kernel->xnn);
    if (type_of(kernel)->destroy != NULL)
      type_of(kernel)->destroy(kernel);
    else
      octavo_memory_free(kernel->state);
  }
  octavo_memory_free(plan->kernels);
  octavo_memory_free_aligned(plan->workspace);
  octavo_memory_free_aligned(plan->arena);
  *plan = (octavo_plan){0};
}

octavo_status octavo_plan_run(octavo_plan *plan, uint32_t index, octavo_error *error) {
  octavo_kernel *kernel = &plan->kernels[index];
  const octavo_operator_type *type = type_of(kernel);
  const octavo_status status =
      type->run != NULL
          ? type->run(kernel, error)
          : octavo_xnn_status(xnn_run_operator(kernel->xnn, kernel->threads), "run", error);
  return name_layer(kernel, status, error);
}
