#include "checked.h"
#include "load.h"
#include "memory.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define NOBODY UINT32_MAX

/* Walks through the operators and keeps the list of tensors that are alive, sorted by where they
 * lie in the arena: a tensor that comes alive can only collide with its neighbours in that list. */
typedef struct plan_check {
  const octavo_model *model;
  octavo_error *error;
  uint32_t *alive; /* tensor indices, by offset */
  uint32_t alive_count;
  uint32_t *last_use;     /* by tensor: the operator after which it is dead; NOBODY = never */
  uint32_t *first_to_die; /* by operator: the first tensor that dies after it ... */
  uint32_t *next_to_die;  /* ... and by tensor: the next */
} plan_check;

/* Where in `alive` the tensors at `offset` or later begin. */
static uint32_t position(const plan_check *check, uint64_t offset) {
  uint32_t low = 0;
  uint32_t high = check->alive_count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (check->model->tensors[check->alive[middle]].offset < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static octavo_status collision(const plan_check *check, uint32_t a, uint32_t b) {
  const octavo_format_tensor *first = &check->model->tensors[a];
  const octavo_format_tensor *second = &check->model->tensors[b];
  return octavo_error_set(check->error, OCTAVO_ERROR_FORMAT,
                          "memory plan: expected tensors that are needed at the same time to lie "
                          "apart, found %" PRIu32 " (%.100s) at %" PRIu64 " with %" PRIu64
                          " bytes and %" PRIu32 " (%.100s) at %" PRIu64,
                          a, octavo_model_string(check->model, first->name), first->offset,
                          first->bytes, b, octavo_model_string(check->model, second->name),
                          second->offset);
}

static octavo_status come_alive(plan_check *check, uint32_t index) {
  const octavo_format_tensor *tensors = check->model->tensors;
  const uint32_t at = position(check, tensors[index].offset);
  if (at > 0) {
    const uint32_t before = check->alive[at - 1];
    if (tensors[before].offset + tensors[before].bytes > tensors[index].offset)
      return collision(check, before, index);
  }
  if (at < check->alive_count) {
    const uint32_t after = check->alive[at];
    if (tensors[index].offset + tensors[index].bytes > tensors[after].offset)
      return collision(check, index, after);
  }
  memmove(check->alive + at + 1, check->alive + at,
          (check->alive_count - at) * sizeof *check->alive);
  check->alive[at] = index;
  check->alive_count++;
  return OCTAVO_OK;
}

static void die(plan_check *check, uint32_t index) {
  const uint32_t at = position(check, check->model->tensors[index].offset);
  check->alive_count--;
  memmove(check->alive + at, check->alive + at + 1,
          (check->alive_count - at) * sizeof *check->alive);
}

/* Inputs and outputs of the model live to the end: the caller may read or reuse them. */
static void find_lifetimes(plan_check *check) {
  const octavo_model *model = check->model;
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    for (uint32_t k = 0; k < (uint32_t)op->input_count + op->output_count; k++) {
      const int32_t index = model->operands[op->first_operand + k];
      if (index >= 0)
        check->last_use[index] = i;
    }
  }
  for (uint32_t i = 0; i < model->input_count; i++)
    check->last_use[model->inputs[i]] = NOBODY;
  for (uint32_t i = 0; i < model->output_count; i++)
    check->last_use[model->outputs[i]] = NOBODY;
  memset(check->first_to_die, 0xff, model->operator_count * sizeof *check->first_to_die);
  for (uint32_t i = 0; i < model->tensor_count; i++) {
    if (model->tensors[i].role != OCTAVO_ROLE_ACTIVATION || check->last_use[i] == NOBODY)
      continue;
    check->next_to_die[i] = check->first_to_die[check->last_use[i]];
    check->first_to_die[check->last_use[i]] = i;
  }
}

static octavo_status check_overlap(plan_check *check) {
  const octavo_model *model = check->model;
  find_lifetimes(check);
  for (uint32_t i = 0; i < model->input_count; i++) {
    const octavo_status status = come_alive(check, model->inputs[i]);
    if (status != OCTAVO_OK)
      return status;
  }
  for (uint32_t i = 0; i < model->operator_count; i++) {
    const octavo_format_operator *op = &model->operators[i];
    for (uint32_t k = 0; k < op->output_count; k++) {
      const uint32_t operand = op->first_operand + op->input_count + k;
      const octavo_status status = come_alive(check, (uint32_t)model->operands[operand]);
      if (status != OCTAVO_OK)
        return status;
    }
    for (uint32_t t = check->first_to_die[i]; t != NOBODY; t = check->next_to_die[t])
      die(check, t);
  }
  return OCTAVO_OK;
}

static octavo_status check_ranges(const octavo_model *model, octavo_error *error) {
  const uint64_t arena = model->header.arena_size;
  uint64_t end = 0;
  for (uint32_t i = 0; i < model->tensor_count; i++) {
    const octavo_format_tensor *tensor = &model->tensors[i];
    if (tensor->role != OCTAVO_ROLE_ACTIVATION)
      continue;
    const char *name = octavo_model_string(model, tensor->name);
    if (tensor->offset % OCTAVO_FORMAT_ALIGNMENT != 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "tensor %" PRIu32 " (%.200s): offset: expected a multiple of %u, "
                              "found %" PRIu64,
                              i, name, OCTAVO_FORMAT_ALIGNMENT, tensor->offset);
    if (!octavo_checked_range(tensor->offset, tensor->bytes, arena))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "tensor %" PRIu32 " (%.200s): offset: expected its %" PRIu64
                              " bytes within the arena of %" PRIu64 ", found %" PRIu64,
                              i, name, tensor->bytes, arena, tensor->offset);
    if (tensor->offset + tensor->bytes > end)
      end = tensor->offset + tensor->bytes;
  }
  /* Cannot overflow: both are at most OCTAVO_FORMAT_MAX_ARENA. */
  (void)octavo_checked_align(end, OCTAVO_FORMAT_ALIGNMENT, &end);
  if (arena != end)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "header: arena_size: expected %" PRIu64
                            ", the end of the last activation rounded up to %u, found %" PRIu64,
                            end, OCTAVO_FORMAT_ALIGNMENT, arena);
  return OCTAVO_OK;
}

octavo_status octavo_load_plan(const octavo_model *model, octavo_error *error) {
  octavo_status status = check_ranges(model, error);
  if (status != OCTAVO_OK)
    return status;
  /* One block: three entries for each tensor, one for each operator. */
  const size_t tensors = model->tensor_count;
  const size_t count = 3 * tensors + model->operator_count;
  uint32_t *block = octavo_memory_alloc(count, sizeof *block);
  if (block == NULL)
    return octavo_error_memory(error, (uint64_t)count * sizeof *block, "the check of the plan");
  plan_check check = {
      .model = model,
      .error = error,
      .alive = block,
      .last_use = block + tensors,
      .next_to_die = block + 2 * tensors,
      .first_to_die = block + 3 * tensors,
  };
  status = check_overlap(&check);
  octavo_memory_free(block);
  return status;
}
