#include "augment.h"

#include "common/random.h"

#include <string.h>

/* Round to nearest, ties to even; the values are finite. */
static uint16_t to_bfloat16(float value) {
  uint32_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

void augment_normalise(augment *a, const double mean[3], const double deviation[3]) {
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 256; i++) {
      a->table[c][i] = (float)((i / 255.0 - mean[c]) / deviation[c]);
      a->table16[c][i] = to_bfloat16(a->table[c][i]);
    }
}

/* What happens to one image. */
typedef struct change {
  int32_t down, right; /* where the picture's pixels are taken from, relative */
  bool flip;
  uint32_t cut_top, cut_left, cut_side; /* of the output; side 0 = none */
} change;

static uint64_t image_seed(const augment *a, uint32_t epoch, uint32_t index) {
  return a->seed + UINT64_C(0x9e3779b97f4a7c15) * (((uint64_t)epoch << 32) + index + 1);
}

static bool choose_flip(const augment *a, uint32_t index, uint32_t epoch, random_state *random) {
  if (a->flip == AUGMENT_FLIP_RANDOM)
    return random_below(random, 2) == 1;
  if (a->flip == AUGMENT_FLIP_NONE)
    return false;
  random_state first;
  random_seed(&first, image_seed(a, UINT32_MAX, index));
  return (random_below(&first, 2) + epoch) % 2 == 1;
}

static change choose(const augment *a, uint32_t size, uint32_t index, uint32_t epoch) {
  random_state random;
  random_seed(&random, image_seed(a, epoch, index));
  change c = {0};
  const uint32_t most = a->translate < size ? a->translate : size - 1;
  c.down = (int32_t)random_below(&random, 2 * most + 1) - (int32_t)most;
  c.right = (int32_t)random_below(&random, 2 * most + 1) - (int32_t)most;
  c.flip = choose_flip(a, index, epoch, &random);
  if (a->cutout > 0) {
    c.cut_side = a->cutout < size ? a->cutout : size;
    c.cut_top = (uint32_t)random_below(&random, size - c.cut_side + 1);
    c.cut_left = (uint32_t)random_below(&random, size - c.cut_side + 1);
  }
  return c;
}

/* −1 is 1, and `size` is size − 2. */
static uint32_t reflect(int32_t at, uint32_t size) {
  const int32_t last = (int32_t)size - 1;
  if (at < 0)
    at = -at;
  return (uint32_t)(at > last ? 2 * last - at : at);
}

/* Where each output column comes from. */
static void map_columns(const change *c, uint32_t size, uint32_t *columns) {
  for (uint32_t x = 0; x < size; x++) {
    const uint32_t from = c->flip ? size - 1 - x : x;
    columns[x] = reflect((int32_t)from + c->right, size);
  }
}

enum { MAX_SIDE = 1024 };

/* One row of one channel: `row` holds its pixels, `to` is where the first goes, `step` elements
 * from one pixel to the next. */
typedef struct row_change {
  const uint8_t *row;
  const uint32_t *columns;
  uint32_t size, cut_begin, cut_end;
  size_t to, step;
} row_change;

static void write_row_float32(const row_change *r, const float *table, float *output) {
  float *to = output + r->to;
  for (uint32_t x = 0; x < r->size; x++, to += r->step)
    *to = x >= r->cut_begin && x < r->cut_end ? 0.0f : table[r->row[r->columns[x]]];
}

static void write_row_bfloat16(const row_change *r, const uint16_t *table, uint16_t *output) {
  uint16_t *to = output + r->to;
  for (uint32_t x = 0; x < r->size; x++, to += r->step)
    *to = x >= r->cut_begin && x < r->cut_end ? 0 : table[r->row[r->columns[x]]];
}

static void write_image(const augment *a, const image_set *set, uint32_t index, const change *c,
                        augment_format format, void *output) {
  const uint32_t size = set->size;
  uint32_t columns[MAX_SIDE];
  map_columns(c, size, columns);
  const uint8_t *pixels = set->pixels + index * image_set_bytes(set);
  row_change r = {.columns = columns, .size = size, .step = format.channels_last ? 3 : 1};
  for (size_t channel = 0; channel < 3; channel++)
    for (uint32_t y = 0; y < size; y++) {
      const bool cut = y >= c->cut_top && y - c->cut_top < c->cut_side;
      r.row = pixels + (channel * size + reflect((int32_t)y + c->down, size)) * size;
      r.cut_begin = cut ? c->cut_left : 0;
      r.cut_end = cut ? c->cut_left + c->cut_side : 0;
      r.to = format.channels_last ? (size_t)y * size * 3 + channel : (channel * size + y) * size;
      if (format.bfloat16)
        write_row_bfloat16(&r, a->table16[channel], output);
      else
        write_row_float32(&r, a->table[channel], output);
    }
}

void augment_image(const augment *a, const image_set *set, uint32_t index, uint32_t epoch,
                   bool random, augment_format format, void *output) {
  const change c = random ? choose(a, set->size, index, epoch) : (change){0};
  write_image(a, set, index, &c, format, output);
}

/* No further than the reflection of one image reaches. */
static int32_t limit_shift(int32_t shift, uint32_t size) {
  const int32_t most = (int32_t)size - 1;
  return shift > most ? most : shift < -most ? -most : shift;
}

void augment_image_view(const augment *a, const image_set *set, uint32_t index,
                        const augment_view *view, augment_format format, void *output) {
  const change c = {.down = limit_shift(view->down, set->size),
                    .right = limit_shift(view->right, set->size),
                    .flip = view->flip};
  write_image(a, set, index, &c, format, output);
}
