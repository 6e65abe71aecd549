#include "image_choice.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <math.h>

static octavo_status allocate_order(image_choice *c, const dataset *data, octavo_error *error) {
  const uint32_t count = dataset_count(data);
  *c = (image_choice){.data = data, .order = octavo_memory_alloc(count, sizeof *c->order)};
  if (c->order != NULL)
    return OCTAVO_OK;
  *c = (image_choice){0};
  return octavo_error_memory(error, (uint64_t)count * sizeof *c->order, "the choice of images");
}

octavo_status image_choice_all(const dataset *data, uint64_t seed, image_choice *c,
                               octavo_error *error) {
  octavo_status status = allocate_order(c, data, error);
  if (status == OCTAVO_OK)
    status = dataset_sample(data, dataset_count(data), seed, c->order, &c->count, error);
  if (status != OCTAVO_OK)
    image_choice_free(c);
  return status;
}

void image_choice_free(image_choice *c) {
  octavo_memory_free(c->order);
  *c = (image_choice){0};
}

static uint32_t label_of(const image_choice *c, uint32_t position) {
  return dataset_label(c->data, c->order[position]);
}

/* How many images each class has; octavo_memory_free. */
static octavo_status count_classes(const image_choice *c, uint32_t **counts, octavo_error *error) {
  const uint32_t classes = dataset_class_count(c->data);
  *counts = octavo_memory_alloc(classes, sizeof **counts);
  if (*counts == NULL)
    return octavo_error_memory(error, (uint64_t)classes * sizeof **counts, "the choice of images");
  for (uint32_t i = 0; i < c->count; i++)
    (*counts)[label_of(c, i)]++;
  return OCTAVO_OK;
}

static uint32_t held_out_of(uint32_t count, double share) {
  const uint32_t rounded = (uint32_t)lround(share * count);
  if (count < 2)
    return 0;
  return rounded < 1 ? 1 : rounded < count ? rounded : count - 1;
}

octavo_status image_choice_hold_out(image_choice *c, double share, image_choice *held_out,
                                    octavo_error *error) {
  *held_out = (image_choice){0};
  uint32_t *wanted = NULL;
  octavo_status status = count_classes(c, &wanted, error);
  if (status == OCTAVO_OK)
    status = allocate_order(held_out, c->data, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(wanted);
    return status;
  }
  for (uint32_t k = 0; k < dataset_class_count(c->data); k++)
    wanted[k] = held_out_of(wanted[k], share);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->count; i++) {
    uint32_t *missing = &wanted[label_of(c, i)];
    if (*missing > 0) {
      --*missing;
      held_out->order[held_out->count++] = c->order[i];
    } else {
      c->order[kept++] = c->order[i];
    }
  }
  c->count = kept;
  octavo_memory_free(wanted);
  return OCTAVO_OK;
}

/* How many images there are if each class gives at most `most`. */
static uint64_t total_up_to(const uint32_t *counts, uint32_t classes, uint32_t most) {
  uint64_t total = 0;
  for (uint32_t k = 0; k < classes; k++)
    total += counts[k] < most ? counts[k] : most;
  return total;
}

octavo_status image_choice_limit(image_choice *c, uint32_t limit, octavo_error *error) {
  if (limit == 0 || limit >= c->count)
    return OCTAVO_OK;
  uint32_t *counts = NULL;
  const octavo_status status = count_classes(c, &counts, error);
  if (status != OCTAVO_OK)
    return status;
  const uint32_t classes = dataset_class_count(c->data);
  uint32_t each = 0;
  while (total_up_to(counts, classes, each + 1) <= limit)
    each++;
  /* What is left over comes as one more from some classes. */
  uint32_t more = limit - (uint32_t)total_up_to(counts, classes, each);
  for (uint32_t k = 0; k < classes; k++)
    counts[k] = 0;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->count; i++) {
    uint32_t *taken = &counts[label_of(c, i)];
    if (*taken > each || (*taken == each && more == 0))
      continue;
    if (*taken == each)
      more--;
    ++*taken;
    c->order[kept++] = c->order[i];
  }
  c->count = kept;
  octavo_memory_free(counts);
  return OCTAVO_OK;
}

octavo_status image_choice_check(const image_choice *c, const char *what, const char *path,
                                 octavo_error *error) {
  uint32_t *counts = NULL;
  octavo_status status = count_classes(c, &counts, error);
  for (uint32_t k = 0; status == OCTAVO_OK && k < dataset_class_count(c->data); k++)
    if (counts[k] == 0)
      status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "%s: expected at least one %s image of each class, found none of "
                                "'%s'",
                                path, what, dataset_class_name(c->data, k));
  octavo_memory_free(counts);
  return status;
}
