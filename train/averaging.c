#include "averaging.h"

#include "parallel.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

const char *averaging_name(averaging_kind kind) {
  static const char *const names[] = {"last", "EMA", "slow"};
  return names[kind];
}

octavo_status averaging_create(network *n, octavo_error *error) {
  for (uint32_t i = 0; i < n->parameter_count; i++) {
    parameter *p = n->parameters[i];
    p->average = octavo_memory_alloc_aligned(p->value.bytes);
    if (p->average == NULL)
      return octavo_error_memory(error, p->value.bytes, "averages of the weights");
    memcpy(p->average, p->value.data, p->value.bytes);
  }
  return OCTAVO_OK;
}

/* One parameter, and how far its average moves towards the value. */
typedef struct move {
  float *weight, *average;
  float share;
} move;

static void follow(void *context, size_t begin, size_t end) {
  const move *m = context;
  const float *restrict weight = m->weight;
  float *restrict average = m->average;
  const float share = m->share;
  for (size_t i = begin; i < end; i++)
    average[i] += share * (weight[i] - average[i]);
}

static void meet(void *context, size_t begin, size_t end) {
  const move *m = context;
  follow(context, begin, end);
  memcpy(m->weight + begin, m->average + begin, (end - begin) * sizeof *m->weight);
}

static void swap(void *context, size_t begin, size_t end) {
  const move *m = context;
  float *restrict weight = m->weight;
  float *restrict average = m->average;
  for (size_t i = begin; i < end; i++) {
    const float kept = weight[i];
    weight[i] = average[i];
    average[i] = kept;
  }
}

static void for_all(network *n, void (*body)(void *, size_t, size_t), double share) {
  for (uint32_t i = 0; i < n->parameter_count; i++) {
    parameter *p = n->parameters[i];
    move m = {p->value.data, p->average, (float)share};
    parallel_for(p->value.bytes / sizeof(float), body, &m);
  }
}

octavo_status averaging_step(network *n, const averaging *a, uint64_t done, uint64_t total,
                             octavo_error *error) {
  const double steps = (double)done;
  if (a->kind == AVERAGING_EMA)
    for_all(n, follow, 1.0 - fmin(a->decay, (1.0 + steps) / (10.0 + steps)));
  if (a->kind != AVERAGING_LOOKAHEAD || done % a->interval != 0)
    return OCTAVO_OK;
  for_all(n, meet, 1.0 - (1.0 - a->share) * pow(steps / (double)total, a->power));
  return network_refresh(n, error);
}

octavo_status averaging_swap(network *n, octavo_error *error) {
  for_all(n, swap, 0.0);
  return network_refresh(n, error);
}
