#include "gradient_memory.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

/* While slots are dealt out: how large each is, and which layer's backward pass is the last to need
 * it. Backward passes run from the last layer to the first. */
typedef struct slot {
  size_t bytes;
  uint32_t until;
  bool busy;
} slot;

typedef struct dealer {
  network *n;
  slot *slots;
  uint32_t *slot_of;     /* for each value */
  uint32_t *addend_slot; /* two for each layer */
} dealer;

static uint32_t root_of(const network *n, uint32_t v) {
  while (n->values[v].shares != v)
    v = n->values[v].shares;
  return v;
}

/* The first layer (the last in the backward pass) that needs the gradient shared with `root`. */
static uint32_t last_use(const network *n, uint32_t root) {
  for (uint32_t v = 1; v < root; v++)
    if (root_of(n, v) == root)
      return v;
  return root;
}

/* The free slot that fits best; growing the largest if none fits. */
static uint32_t take_slot(dealer *d, size_t bytes, uint32_t until) {
  uint32_t best = d->n->slot_count;
  for (uint32_t i = 0; i < d->n->slot_count; i++) {
    const slot *s = &d->slots[i];
    if (s->busy)
      continue;
    if (best == d->n->slot_count)
      best = i;
    const slot *b = &d->slots[best];
    const bool fits = s->bytes >= bytes, best_fits = b->bytes >= bytes;
    if (fits ? !best_fits || s->bytes < b->bytes : !best_fits && s->bytes > b->bytes)
      best = i;
  }
  if (best == d->n->slot_count)
    d->slots[d->n->slot_count++] = (slot){0};
  slot *s = &d->slots[best];
  s->bytes = s->bytes > bytes ? s->bytes : bytes;
  s->until = until;
  s->busy = true;
  return best;
}

static void deal_value(dealer *d, uint32_t v) {
  const uint32_t root = root_of(d->n, v);
  if (d->slot_of[root] == UINT32_MAX)
    d->slot_of[root] = take_slot(d, d->n->values[root].gradient.bytes, last_use(d->n, root));
  d->slot_of[v] = d->slot_of[root];
}

static void deal(dealer *d) {
  network *n = d->n;
  for (uint32_t i = n->count - 1; i > 0; i--) {
    layer *l = &n->layers[i];
    deal_value(d, i);
    for (uint32_t k = 0; k < l->spec->input_count; k++) {
      if (l->spec->inputs[k] != 0)
        deal_value(d, l->spec->inputs[k]);
      if (l->addend[k].memory != NULL)
        d->addend_slot[2 * i + k] = take_slot(d, l->addend[k].bytes, i);
    }
    for (uint32_t s = 0; s < n->slot_count; s++)
      if (d->slots[s].until == i)
        d->slots[s].busy = false;
  }
}

static octavo_status allocate(dealer *d, octavo_error *error) {
  network *n = d->n;
  n->slots = octavo_memory_alloc(n->slot_count, sizeof *n->slots);
  if (n->slots == NULL)
    return octavo_error_memory(error, n->slot_count, "gradients");
  for (uint32_t i = 0; i < n->slot_count; i++) {
    n->slots[i] = tensor_memory(d->slots[i].bytes);
    if (n->slots[i] == NULL)
      return octavo_error_memory(error, d->slots[i].bytes,
                                 "gradients; a smaller --batch needs less");
  }
  return OCTAVO_OK;
}

static octavo_status bind_all(dealer *d, octavo_error *error) {
  network *n = d->n;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 1; status == OCTAVO_OK && i < n->count; i++) {
    status = tensor_bind(&n->values[i].gradient, n->slots[d->slot_of[i]], error);
    for (uint32_t k = 0; status == OCTAVO_OK && k < 2; k++)
      if (n->layers[i].addend[k].memory != NULL)
        status = tensor_bind(&n->layers[i].addend[k], n->slots[d->addend_slot[2 * i + k]], error);
  }
  return status;
}

octavo_status gradient_memory_assign(network *n, octavo_error *error) {
  dealer d = {.n = n};
  d.slots = octavo_memory_alloc((size_t)n->count * 3, sizeof *d.slots);
  d.slot_of = octavo_memory_alloc(n->count, sizeof *d.slot_of);
  d.addend_slot = octavo_memory_alloc((size_t)n->count * 2, sizeof *d.addend_slot);
  octavo_status status = OCTAVO_OK;
  if (d.slots == NULL || d.slot_of == NULL || d.addend_slot == NULL) {
    status = octavo_error_memory(error, n->count, "the plan of gradients");
  } else {
    memset(d.slot_of, 0xff, n->count * sizeof *d.slot_of);
    deal(&d);
    status = allocate(&d, error);
  }
  if (status == OCTAVO_OK)
    status = bind_all(&d, error);
  octavo_memory_free(d.slots);
  octavo_memory_free(d.slot_of);
  octavo_memory_free(d.addend_slot);
  return status;
}

void gradient_memory_free(network *n) {
  for (uint32_t i = 0; n->slots != NULL && i < n->slot_count; i++)
    octavo_memory_free_aligned(n->slots[i]);
  octavo_memory_free(n->slots);
  n->slots = NULL;
}
