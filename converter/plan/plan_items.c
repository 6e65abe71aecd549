/* The greedy planner. Items are placed one after another, each into a gap between those already
 * placed that are live at the same time. */
#include "converter/plan/plan.h"

#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct placement {
  uint32_t item;
  uint64_t bytes, offset;
} placement;

typedef struct planner {
  const plan_item *items;
  uint32_t count;
  uint32_t *order;
  placement *placed; /* placed: sorted by offset */
  uint32_t placed_count;
  uint64_t *offsets, *best_offsets; /* per item */
} planner;

typedef struct sort_key {
  uint64_t major, minor;
  uint32_t item;
} sort_key;

/* What comes first: the larger key. */
typedef sort_key (*order_rule)(const plan_item *item, uint32_t index);

static sort_key by_size(const plan_item *item, uint32_t index) {
  return (sort_key){item->bytes, UINT32_MAX - item->first, index};
}
static sort_key by_start(const plan_item *item, uint32_t index) {
  return (sort_key){UINT32_MAX - item->first, item->bytes, index};
}
static sort_key by_area(const plan_item *item, uint32_t index) {
  return (sort_key){item->last - item->first, item->bytes, index};
}

static const struct strategy {
  order_rule order;
  bool best_fit; /* the tightest gap instead of the lowest */
} strategies[] = {{by_size, false}, {by_size, true},  {by_start, false},
                  {by_start, true}, {by_area, false}, {by_area, true}};

static int compare_keys(const void *a, const void *b) {
  const sort_key *x = a, *y = b;
  if (x->major != y->major)
    return x->major > y->major ? -1 : 1;
  if (x->minor != y->minor)
    return x->minor > y->minor ? -1 : 1;
  return x->item < y->item ? -1 : x->item > y->item;
}

static uint64_t padded(uint64_t bytes) {
  return (bytes + OCTAVO_FORMAT_ALIGNMENT - 1) & ~(uint64_t)(OCTAVO_FORMAT_ALIGNMENT - 1);
}

static bool overlap_in_time(const plan_item *a, const plan_item *b) {
  return a->first <= b->last && b->first <= a->last;
}

static uint64_t find_gap(const planner *p, uint32_t item, bool best_fit) {
  const uint64_t bytes = padded(p->items[item].bytes);
  uint64_t end = 0, chosen = 0, tightest = UINT64_MAX;
  bool found = false;
  for (uint32_t i = 0; i < p->placed_count; i++) {
    const placement *rival = &p->placed[i];
    if (!overlap_in_time(&p->items[item], &p->items[rival->item]))
      continue;
    if (rival->offset >= end) {
      const uint64_t gap = rival->offset - end;
      if (gap >= bytes && (!found || (best_fit && gap < tightest))) {
        found = true;
        tightest = gap;
        chosen = end;
      }
    }
    if (rival->offset + rival->bytes > end)
      end = rival->offset + rival->bytes;
  }
  return found ? chosen : end;
}

static void insert_placed(planner *p, placement new_one) {
  uint32_t at = p->placed_count;
  for (; at > 0 && p->placed[at - 1].offset > new_one.offset; at--)
    p->placed[at] = p->placed[at - 1];
  p->placed[at] = new_one;
  p->placed_count++;
}

static uint64_t place_all(planner *p, bool best_fit) {
  uint64_t arena = 0;
  p->placed_count = 0;
  for (uint32_t i = 0; i < p->count; i++) {
    const uint32_t item = p->order[i];
    const placement new_one = {item, padded(p->items[item].bytes), find_gap(p, item, best_fit)};
    p->offsets[item] = new_one.offset;
    if (new_one.bytes > 0)
      insert_placed(p, new_one);
    if (new_one.offset + new_one.bytes > arena)
      arena = new_one.offset + new_one.bytes;
  }
  return arena;
}

static uint64_t lower_bound(const plan_item *items, uint32_t count) {
  uint64_t most = 0;
  /* The most is live at a step where some item begins. */
  for (uint32_t i = 0; i < count; i++) {
    uint64_t live = 0;
    for (uint32_t k = 0; k < count; k++)
      if (items[k].first <= items[i].first && items[i].first <= items[k].last)
        live += padded(items[k].bytes);
    most = live > most ? live : most;
  }
  return most;
}

static octavo_status check_total(const plan_item *items, uint32_t count, octavo_error *error) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; i++)
    if (items[i].bytes > INT64_MAX - OCTAVO_FORMAT_ALIGNMENT ||
        !octavo_checked_add(total, padded(items[i].bytes), &total) || total > INT64_MAX)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "memory plan: expected activations of less than 2^63 bytes in all");
  return OCTAVO_OK;
}

static void try_strategies(planner *p, sort_key *keys, uint64_t bound, uint64_t *arena) {
  *arena = UINT64_MAX;
  for (size_t s = 0; s < sizeof strategies / sizeof strategies[0] && *arena > bound; s++) {
    for (uint32_t i = 0; i < p->count; i++)
      keys[i] = strategies[s].order(&p->items[i], i);
    qsort(keys, p->count, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < p->count; i++)
      p->order[i] = keys[i].item;
    const uint64_t found = place_all(p, strategies[s].best_fit);
    if (found < *arena) {
      *arena = found;
      memcpy(p->best_offsets, p->offsets, p->count * sizeof *p->offsets);
    }
  }
}

octavo_status plan_items(plan_item *items, uint32_t count, plan_result *result,
                         octavo_error *error) {
  *result = (plan_result){0, 0};
  if (count == 0)
    return OCTAVO_OK;
  octavo_status status = check_total(items, count, error);
  if (status != OCTAVO_OK)
    return status;
  planner p = {
      .items = items,
      .count = count,
      .order = octavo_memory_alloc(count, sizeof *p.order),
      .placed = octavo_memory_alloc(count, sizeof *p.placed),
      .offsets = octavo_memory_alloc(count, sizeof *p.offsets),
      .best_offsets = octavo_memory_alloc(count, sizeof *p.best_offsets),
  };
  sort_key *keys = octavo_memory_alloc(count, sizeof *keys);
  if (p.order == NULL || p.placed == NULL || p.offsets == NULL || p.best_offsets == NULL ||
      keys == NULL) {
    status = octavo_error_memory(error, count * sizeof *keys, "the memory plan");
  } else {
    result->lower_bound = lower_bound(items, count);
    try_strategies(&p, keys, result->lower_bound, &result->arena_bytes);
    for (uint32_t i = 0; i < count; i++)
      items[i].offset = p.best_offsets[i];
  }
  octavo_memory_free(keys);
  octavo_memory_free(p.best_offsets);
  octavo_memory_free(p.offsets);
  octavo_memory_free(p.placed);
  octavo_memory_free(p.order);
  return status;
}
