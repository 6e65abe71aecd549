#include "dataset_internal.h"

#include "random.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

/* The shuffled images sorted by class: those of class c are order[begin[c] .. begin[c + 1]). */
typedef struct groups {
  uint32_t *order, *begin, *turn; /* turn: the classes in the order in which they take theirs */
  uint32_t count;
} groups;

static void groups_free(groups *g) {
  octavo_memory_free(g->order);
  octavo_memory_free(g->begin);
  octavo_memory_free(g->turn);
}

static bool groups_allocate(groups *g, const dataset *set) {
  g->count = set->labels == NULL ? 1 : set->class_count;
  g->order = octavo_memory_alloc(set->count, sizeof *g->order);
  g->begin = octavo_memory_alloc((size_t)g->count + 1, sizeof *g->begin);
  g->turn = octavo_memory_alloc(g->count, sizeof *g->turn);
  return g->order != NULL && g->begin != NULL && g->turn != NULL;
}

static uint32_t group_of(const dataset *set, uint32_t index) {
  return set->labels == NULL ? 0 : set->labels[index];
}

/* Counting sort by class, then each class shuffled. */
static void groups_fill(groups *g, const dataset *set, random_state *random) {
  for (uint32_t i = 0; i < set->count; i++)
    g->begin[group_of(set, i) + 1]++;
  for (uint32_t c = 0; c < g->count; c++)
    g->begin[c + 1] += g->begin[c];
  for (uint32_t i = set->count; i > 0; i--) {
    /* begin[c + 1] serves as the place behind the next one, and ends as the true begin of c. */
    const uint32_t c = group_of(set, i - 1);
    g->order[--g->begin[c + 1]] = i - 1;
  }
  memmove(g->begin, g->begin + 1, g->count * sizeof *g->begin);
  g->begin[g->count] = set->count;
  for (uint32_t c = 0; c < g->count; c++) {
    g->turn[c] = c;
    random_shuffle(random, g->order + g->begin[c], g->begin[c + 1] - g->begin[c]);
  }
  random_shuffle(random, g->turn, g->count);
}

octavo_status dataset_sample(const dataset *set, uint32_t count, uint64_t seed, uint32_t *indices,
                             uint32_t *filled, octavo_error *error) {
  *filled = 0;
  const uint32_t wanted = count < set->count ? count : set->count;
  groups g = {0};
  if (!groups_allocate(&g, set)) {
    groups_free(&g);
    return octavo_error_memory(error, set->count * sizeof *g.order, "a sample of images");
  }
  random_state random;
  random_seed(&random, seed);
  groups_fill(&g, set, &random);
  uint32_t taken = 0;
  for (uint32_t round = 0; taken < wanted; round++) {
    for (uint32_t t = 0; t < g.count && taken < wanted; t++) {
      const uint32_t c = g.turn[t];
      if (round < g.begin[c + 1] - g.begin[c])
        indices[taken++] = g.order[g.begin[c] + round];
    }
  }
  random_shuffle(&random, indices, taken);
  *filled = taken;
  groups_free(&g);
  return OCTAVO_OK;
}
