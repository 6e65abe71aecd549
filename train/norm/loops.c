/* Written with the compiler's vector types, 16 lanes wide whatever the registers are, and compiled
 * once for each instruction set (train/CMakeLists.txt) under the name OCTAVO_NORM_LOOPS. */
#include "train/norm/loops.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 4, TILE = 16384 /* elements of a run that stay in the first-level cache */ };

typedef float lanes __attribute__((vector_size(NORM_LANES * 4)));
typedef uint32_t lanes_bits __attribute__((vector_size(NORM_LANES * 4)));

/* What a loop is compiled for, each a constant there: the type of the data, and which sides of the
 * clamp can be met. */
typedef struct variant {
  bool bfloat16, low, high;
} variant;

/* Keeps v where the mask is set, else 0. */
#define SELECT(mask, v) ((lanes)((lanes_bits)(v) & (lanes_bits)(mask)))
#define MIX(mask, a, b)                                                                            \
  ((lanes)(((lanes_bits)(a) & (lanes_bits)(mask)) | ((lanes_bits)(b) & ~(lanes_bits)(mask))))

/* Two vectors from element `at` on. Of bfloat16 the first gets the even elements and the second the
 * odd ones: then no lane has to move, and coefficients and sums lie in that order too
 * (norm_layout_position). */
INLINE void load(lanes to[2], const void *data, size_t at, bool bfloat16) {
  if (bfloat16) {
    lanes_bits both;
    memcpy(&both, (const uint16_t *)data + at, sizeof both);
    to[0] = (lanes)(both << 16);
    to[1] = (lanes)(both & 0xffff0000u);
  } else {
    memcpy(to, (const float *)data + at, 2 * sizeof *to);
  }
}

/* Of values that came from bfloat16 and were not changed. */
INLINE void store_exact(void *data, size_t at, const lanes from[2], bool bfloat16) {
  if (bfloat16) {
    const lanes_bits both = ((lanes_bits)from[0] >> 16) | ((lanes_bits)from[1] & 0xffff0000u);
    memcpy((uint16_t *)data + at, &both, sizeof both);
  } else {
    memcpy((float *)data + at, from, 2 * sizeof *from);
  }
}

INLINE void store(void *data, size_t at, const lanes from[2], bool bfloat16) {
  if (!bfloat16) {
    store_exact(data, at, from, false);
    return;
  }
  lanes rounded[2];
  for (int i = 0; i < 2; i++) {
    /* To nearest, ties to even. */
    const lanes_bits bits = (lanes_bits)from[i];
    rounded[i] = (lanes)(bits + 0x7fff + ((bits >> 16) & 1));
  }
  store_exact(data, at, rounded, true);
}

/* A value that is no number stays one: every comparison with it is false. */
INLINE void clamp_to(lanes *x, norm_clamp c, variant v) {
  if (v.low && !v.high && c.low == 0.0f) {
    *x = SELECT(~(*x < 0.0f), *x);
    return;
  }
  if (v.low)
    *x = MIX(*x < c.low, (lanes){0} + c.low, *x);
  if (v.high)
    *x = MIX(*x > c.high, (lanes){0} + c.high, *x);
}

/* Sets g to 0 where x was clamped. */
INLINE void mask_by(lanes *g, const lanes *x, norm_clamp c, variant v) {
  if (v.low)
    *g = SELECT(*x > c.low, *g);
  if (v.high)
    *g = SELECT(*x < c.high, *g);
}

/* Everything that a loop may read and write; each loop names what it uses. */
typedef struct job {
  const void *x, *other, *y;
  void *result;
  norm_clamp clamp;
  float *first, *second; /* sums */
} job;

/* Four vectors of a period: coefficients and sums in registers. */
typedef struct block {
  lanes factor[BLOCK], offset[BLOCK], other_factor[BLOCK], other_offset[BLOCK];
  lanes first[BLOCK], second[BLOCK];
} block;

/* Two vectors at element `at` of the data, vectors k and k + 1 of the block. */
typedef void pair_body(const job *j, block *b, size_t at, int k, variant v);

INLINE void measure_pair(const job *j, block *b, size_t at, int k, variant v) {
  lanes x[2];
  load(x, j->x, at, v.bfloat16);
  for (int i = 0; i < 2; i++) {
    x[i] -= b->offset[k + i];
    b->first[k + i] += x[i];
    b->second[k + i] += x[i] * x[i];
  }
}

INLINE void apply_pair(const job *j, block *b, size_t at, int k, variant v) {
  lanes x[2];
  load(x, j->x, at, v.bfloat16);
  for (int i = 0; i < 2; i++) {
    x[i] = x[i] * b->factor[k + i] + b->offset[k + i];
    clamp_to(&x[i], j->clamp, v);
  }
  store(j->result, at, x, v.bfloat16);
}

INLINE void combine_pair(const job *j, block *b, size_t at, int k, variant v) {
  lanes x[2], other[2];
  load(x, j->x, at, v.bfloat16);
  load(other, j->other, at, v.bfloat16);
  for (int i = 0; i < 2; i++) {
    x[i] = (x[i] * b->factor[k + i] + b->offset[k + i]) +
           (other[i] * b->other_factor[k + i] + b->other_offset[k + i]);
    clamp_to(&x[i], j->clamp, v);
  }
  store(j->result, at, x, v.bfloat16);
}

INLINE void mask_pair(const job *j, block *b, size_t at, int k, variant v) {
  (void)b;
  (void)k;
  lanes y[2], g[2];
  load(y, j->y, at, v.bfloat16);
  load(g, j->result, at, v.bfloat16);
  for (int i = 0; i < 2; i++)
    mask_by(&g[i], &y[i], j->clamp, v);
  store_exact(j->result, at, g, v.bfloat16);
}

INLINE void gather_pair(const job *j, block *b, size_t at, int k, variant v) {
  lanes x[2], g[2];
  load(x, j->x, at, v.bfloat16);
  load(g, j->other, at, v.bfloat16);
  for (int i = 0; i < 2; i++) {
    const lanes y = x[i] * b->factor[k + i] + b->offset[k + i];
    mask_by(&g[i], &y, j->clamp, v);
    b->first[k + i] += g[i];
    b->second[k + i] += g[i] * (x[i] - b->other_offset[k + i]);
  }
}

INLINE void mask_gather_pair(const job *j, block *b, size_t at, int k, variant v) {
  lanes x[2], y[2], g[2];
  load(x, j->x, at, v.bfloat16);
  load(y, j->y, at, v.bfloat16);
  load(g, j->result, at, v.bfloat16);
  for (int i = 0; i < 2; i++) {
    mask_by(&g[i], &y[i], j->clamp, v);
    b->first[k + i] += g[i];
    b->second[k + i] += g[i] * (x[i] - b->offset[k + i]);
  }
  store_exact(j->result, at, g, v.bfloat16);
}

INLINE void spread_pair(const job *j, block *b, size_t at, int k, variant v) {
  lanes x[2], g[2];
  load(x, j->x, at, v.bfloat16);
  load(g, j->other, at, v.bfloat16);
  for (int i = 0; i < 2; i++) {
    const lanes y = x[i] * b->factor[k + i] + b->offset[k + i];
    mask_by(&g[i], &y, j->clamp, v);
    g[i] = g[i] * b->factor[k + i] + (x[i] * b->other_factor[k + i] + b->other_offset[k + i]);
  }
  store(j->result, at, g, v.bfloat16);
}

/* ---- Blocks, tiles and what is left at the end ------------------------------------------------
 */

/* Which arrays of the job go into which coefficients of a block. */
typedef struct coefficients {
  const float *factor, *offset, *other_factor, *other_offset; /* NULL = not used */
} coefficients;

INLINE void load_coefficient(lanes *to, const float *array, size_t at) {
  if (array != NULL)
    memcpy(to, array + at, sizeof *to);
}

INLINE void load_block(block *b, const coefficients *c, size_t at) {
  for (int k = 0; k < BLOCK; k++) {
    const size_t i = at + (size_t)k * NORM_LANES;
    load_coefficient(&b->factor[k], c->factor, i);
    load_coefficient(&b->offset[k], c->offset, i);
    load_coefficient(&b->other_factor[k], c->other_factor, i);
    load_coefficient(&b->other_offset[k], c->other_offset, i);
    b->first[k] = b->second[k] = (lanes){0};
  }
}

INLINE void add_to(float *sum, const lanes *more) {
  lanes all;
  memcpy(&all, sum, sizeof all);
  all += *more;
  memcpy(sum, &all, sizeof all);
}

INLINE void add_sums(const job *j, const block *b, size_t at) {
  for (size_t k = 0; k < BLOCK; k++) {
    add_to(j->first + at + k * NORM_LANES, &b->first[k]);
    add_to(j->second + at + k * NORM_LANES, &b->second[k]);
  }
}

enum { PAIR = 2 * NORM_LANES };

/* The sums of the lanes that hold one of the first `count` elements of a pair. */
INLINE void add_sums_of(const job *j, const block *b, int k, size_t at, size_t count,
                        bool bfloat16) {
  for (size_t i = 0; i < count; i++) {
    const size_t vector = bfloat16 ? i % 2 : i / NORM_LANES;
    const size_t lane = bfloat16 ? i / 2 : i % NORM_LANES;
    j->first[at + vector * NORM_LANES + lane] += b->first[(size_t)k + vector][lane];
    j->second[at + vector * NORM_LANES + lane] += b->second[(size_t)k + vector][lane];
  }
}

/* Copies `bytes` from `at` of the array, if there is one, to `buffer`. */
INLINE const void *take(float *buffer, const void *array, size_t at, size_t bytes) {
  return array != NULL ? memcpy(buffer, (const char *)array + at, bytes) : NULL;
}

/* The last elements, fewer than a period, through a copy of each pair. */
INLINE void run_rest(const norm_run *r, const job *j, const coefficients *c, size_t begin,
                     bool sums, variant v, pair_body *body) {
  const size_t size = v.bfloat16 ? 2 : 4;
  for (size_t at = begin; at < r->count; at += PAIR) {
    const size_t left = r->count - at, count = left < PAIR ? left : PAIR;
    const size_t in_period = at - begin, first = in_period % (BLOCK * NORM_LANES);
    float x[PAIR] = {0}, other[PAIR] = {0}, y[PAIR] = {0}, result[PAIR] = {0};
    job part = *j;
    part.x = take(x, j->x, at * size, count * size);
    part.other = take(other, j->other, at * size, count * size);
    part.y = take(y, j->y, at * size, count * size);
    take(result, j->result, at * size, count * size);
    part.result = result;
    block b = {0};
    load_block(&b, c, in_period - first);
    const int k = (int)(first / NORM_LANES);
    body(&part, &b, 0, k, v);
    if (j->result != NULL)
      memcpy((char *)j->result + at * size, result, count * size);
    if (sums)
      add_sums_of(j, &b, k, in_period, count, v.bfloat16);
  }
}

INLINE void run_variant(const norm_run *r, const job *j, const coefficients *c, bool sums,
                        variant v, pair_body *body) {
  const size_t period = r->vectors * NORM_LANES, periods = r->count / period;
  const size_t tile = period < TILE ? TILE / period : 1;
  for (size_t begin = 0; begin < periods; begin += tile) {
    const size_t end = begin + tile < periods ? begin + tile : periods;
    for (size_t i = 0; i < period; i += (size_t)BLOCK * NORM_LANES) {
      block b = {0};
      load_block(&b, c, i);
      for (size_t p = begin; p < end; p++) {
        body(j, &b, p * period + i, 0, v);
        body(j, &b, p * period + i + PAIR, 2, v);
      }
      if (sums)
        add_sums(j, &b, i);
    }
  }
  run_rest(r, j, c, periods * period, sums, v, body);
}

INLINE void run(const norm_run *r, const job *j, const coefficients *c, bool sums, bool low,
                bool high, pair_body *body) {
  if (r->bfloat16)
    run_variant(r, j, c, sums, (variant){true, low, high}, body);
  else
    run_variant(r, j, c, sums, (variant){false, low, high}, body);
}

INLINE void run_clamped(const norm_run *r, const job *j, const coefficients *c, bool sums,
                        pair_body *body) {
  if (j->clamp.high != INFINITY)
    run(r, j, c, sums, true, true, body);
  else if (j->clamp.low != -INFINITY)
    run(r, j, c, sums, true, false, body);
  else
    run(r, j, c, sums, false, false, body);
}

/* ---- The loops --------------------------------------------------------------------------------
 */

static void measure(const norm_run *r, const void *x, const float *shift, float *sum,
                    float *squares) {
  const job j = {.x = x, .first = sum, .second = squares};
  run(r, &j, &(coefficients){.offset = shift}, true, false, false, measure_pair);
}

static void apply(const norm_run *r, const void *x, norm_affine affine, norm_clamp clamp, void *y) {
  const job j = {.x = x, .clamp = clamp, .result = y};
  const coefficients c = {.factor = affine.factor, .offset = affine.offset};
  run_clamped(r, &j, &c, false, apply_pair);
}

static void combine(const norm_run *r, const void *x, norm_affine affine, const void *other,
                    norm_affine other_affine, norm_clamp clamp, void *y) {
  const job j = {.x = x, .other = other, .clamp = clamp, .result = y};
  const coefficients c = {affine.factor, affine.offset, other_affine.factor, other_affine.offset};
  run_clamped(r, &j, &c, false, combine_pair);
}

static void mask(const norm_run *r, const void *y, norm_clamp clamp, void *gradient) {
  const job j = {.y = y, .clamp = clamp, .result = gradient};
  run_clamped(r, &j, &(coefficients){0}, false, mask_pair);
}

static void gather(const norm_run *r, const void *x, const float *mean, norm_affine affine,
                   norm_clamp clamp, const void *gradient, float *sum, float *products) {
  const job j = {.x = x, .other = gradient, .clamp = clamp, .first = sum, .second = products};
  const coefficients c = {affine.factor, affine.offset, NULL, mean};
  run_clamped(r, &j, &c, true, gather_pair);
}

static void mask_gather(const norm_run *r, const void *y, norm_clamp clamp, const void *x,
                        const float *mean, void *gradient, float *sum, float *products) {
  const job j = {
      .x = x, .y = y, .clamp = clamp, .result = gradient, .first = sum, .second = products};
  run_clamped(r, &j, &(coefficients){.offset = mean}, true, mask_gather_pair);
}

static void spread(const norm_run *r, const void *x, norm_affine affine, norm_clamp clamp,
                   const void *gradient, const float *slope, const float *constant, void *result) {
  const job j = {.x = x, .other = gradient, .clamp = clamp, .result = result};
  const coefficients c = {affine.factor, affine.offset, slope, constant};
  run_clamped(r, &j, &c, false, spread_pair);
}

const norm_loops OCTAVO_NORM_LOOPS = {measure, apply, combine, mask, gather, mask_gather, spread};
