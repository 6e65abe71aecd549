/* Written with the compiler's vector types, 16 lanes wide whatever the registers are, and compiled
 * once for each instruction set (train/CMakeLists.txt) under the name OCTAVO_NORM_LOOPS. */
#include "train/norm/loops.h"

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 4, TILE = 16384 /* elements of a run that stay in the first-level cache */ };

typedef float lanes __attribute__((vector_size(NORM_LANES * 4)));
typedef uint32_t lanes_bits __attribute__((vector_size(NORM_LANES * 4)));
typedef uint16_t lanes_half __attribute__((vector_size(NORM_LANES * 2)));

/* Element-wise work on `lanes`, in macros: vectors of this size as arguments of functions would
 * depend on the instruction set. */
#define MIX(mask, a, b)                                                                            \
  ((lanes)(((lanes_bits)(a) & (lanes_bits)(mask)) | ((lanes_bits)(b) & ~(lanes_bits)(mask))))
/* In this order a value that is no number stays one. */
#define CLAMP(v, c)                                                                                \
  do {                                                                                             \
    (v) = MIX((v) < (c).low, (lanes){0} + (c).low, v);                                             \
    (v) = MIX((v) > (c).high, (lanes){0} + (c).high, v);                                           \
  } while (0)
#define PASSES(v, c)    (((v) > (c).low) & ((v) < (c).high))
#define SELECT(mask, v) ((lanes)((lanes_bits)(v) & (lanes_bits)(mask)))

INLINE void load(lanes *to, const void *data, size_t at, bool bfloat16) {
  if (bfloat16) {
    lanes_half half;
    memcpy(&half, (const uint16_t *)data + at, sizeof half);
    *to = (lanes)(__builtin_convertvector(half, lanes_bits) << 16);
  } else {
    memcpy(to, (const float *)data + at, sizeof *to);
  }
}

INLINE void store(void *data, size_t at, const lanes *from, bool bfloat16) {
  if (bfloat16) {
    /* Round to nearest, ties to even. */
    const lanes_bits bits = (lanes_bits)*from;
    const lanes_half half =
        __builtin_convertvector((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, lanes_half);
    memcpy((uint16_t *)data + at, &half, sizeof half);
  } else {
    memcpy((float *)data + at, from, sizeof *from);
  }
}

INLINE void load_float(lanes *to, const float *data) {
  memcpy(to, data, sizeof *to);
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

/* One vector at element `at` of the data, vector `k` of the block. */
typedef void vector_body(const job *j, block *b, size_t at, int k, bool bfloat16);

INLINE void measure_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  lanes x;
  load(&x, j->x, at, bfloat16);
  x -= b->offset[k];
  b->first[k] += x;
  b->second[k] += x * x;
}

INLINE void apply_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  lanes x;
  load(&x, j->x, at, bfloat16);
  x = x * b->factor[k] + b->offset[k];
  CLAMP(x, j->clamp);
  store(j->result, at, &x, bfloat16);
}

INLINE void combine_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  lanes x, other;
  load(&x, j->x, at, bfloat16);
  load(&other, j->other, at, bfloat16);
  x = (x * b->factor[k] + b->offset[k]) + (other * b->other_factor[k] + b->other_offset[k]);
  CLAMP(x, j->clamp);
  store(j->result, at, &x, bfloat16);
}

INLINE void mask_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  (void)b;
  (void)k;
  lanes y, g;
  load(&y, j->y, at, bfloat16);
  load(&g, j->result, at, bfloat16);
  g = SELECT(PASSES(y, j->clamp), g);
  store(j->result, at, &g, bfloat16);
}

INLINE void gather_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  lanes x, g;
  load(&x, j->x, at, bfloat16);
  load(&g, j->other, at, bfloat16);
  const lanes v = x * b->factor[k] + b->offset[k];
  g = SELECT(PASSES(v, j->clamp), g);
  b->first[k] += g;
  b->second[k] += g * (x - b->other_offset[k]);
}

INLINE void mask_gather_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  lanes x, y, g;
  load(&x, j->x, at, bfloat16);
  load(&y, j->y, at, bfloat16);
  load(&g, j->result, at, bfloat16);
  g = SELECT(PASSES(y, j->clamp), g);
  store(j->result, at, &g, bfloat16);
  b->first[k] += g;
  b->second[k] += g * (x - b->offset[k]);
}

INLINE void spread_vector(const job *j, block *b, size_t at, int k, bool bfloat16) {
  lanes x, g;
  load(&x, j->x, at, bfloat16);
  load(&g, j->other, at, bfloat16);
  const lanes v = x * b->factor[k] + b->offset[k];
  g = SELECT(PASSES(v, j->clamp), g);
  g = g * b->factor[k] + (x * b->other_factor[k] + b->other_offset[k]);
  store(j->result, at, &g, bfloat16);
}

/* ---- Blocks, tiles and what is left at the end ------------------------------------------------
 */

/* Which arrays of the job go into which coefficients of a block. */
typedef struct coefficients {
  const float *factor, *offset, *other_factor, *other_offset; /* NULL = not used */
} coefficients;

INLINE void load_block(block *b, const coefficients *c, size_t at) {
  for (int k = 0; k < BLOCK; k++) {
    const size_t i = at + (size_t)k * NORM_LANES;
    if (c->factor != NULL)
      load_float(&b->factor[k], c->factor + i);
    if (c->offset != NULL)
      load_float(&b->offset[k], c->offset + i);
    if (c->other_factor != NULL)
      load_float(&b->other_factor[k], c->other_factor + i);
    if (c->other_offset != NULL)
      load_float(&b->other_offset[k], c->other_offset + i);
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

/* The last elements, fewer than a period, through a copy of each vector. */
INLINE void run_rest(const norm_run *r, const job *j, const coefficients *c, size_t begin,
                     bool sums, bool bfloat16, vector_body *body) {
  const size_t size = bfloat16 ? 2 : 4;
  for (size_t at = begin; at < r->count; at += NORM_LANES) {
    const size_t left = r->count - at, lane_count = left < NORM_LANES ? left : NORM_LANES;
    const size_t in_period = at - begin, first = in_period % (BLOCK * NORM_LANES);
    float x[NORM_LANES] = {0}, other[NORM_LANES] = {0}, y[NORM_LANES] = {0};
    float result[NORM_LANES] = {0};
    job part = *j;
    if (j->x != NULL)
      part.x = memcpy(x, (const char *)j->x + at * size, lane_count * size);
    if (j->other != NULL)
      part.other = memcpy(other, (const char *)j->other + at * size, lane_count * size);
    if (j->y != NULL)
      part.y = memcpy(y, (const char *)j->y + at * size, lane_count * size);
    if (j->result != NULL)
      part.result = memcpy(result, (char *)j->result + at * size, lane_count * size);
    block b = {0};
    load_block(&b, c, in_period - first);
    body(&part, &b, 0, (int)(first / NORM_LANES), bfloat16);
    if (j->result != NULL)
      memcpy((char *)j->result + at * size, result, lane_count * size);
    for (size_t i = 0; sums && i < lane_count; i++) {
      j->first[in_period + i] += b.first[first / NORM_LANES][i];
      j->second[in_period + i] += b.second[first / NORM_LANES][i];
    }
  }
}

INLINE void run_typed(const norm_run *r, const job *j, const coefficients *c, bool sums,
                      bool bfloat16, vector_body *body) {
  const size_t period = r->vectors * NORM_LANES, periods = r->count / period;
  const size_t tile = period < TILE ? TILE / period : 1;
  for (size_t begin = 0; begin < periods; begin += tile) {
    const size_t end = begin + tile < periods ? begin + tile : periods;
    for (size_t v = 0; v < period; v += (size_t)BLOCK * NORM_LANES) {
      block b = {0};
      load_block(&b, c, v);
      for (size_t p = begin; p < end; p++) {
        const size_t at = p * period + v;
        body(j, &b, at, 0, bfloat16);
        body(j, &b, at + NORM_LANES, 1, bfloat16);
        body(j, &b, at + 2 * NORM_LANES, 2, bfloat16);
        body(j, &b, at + 3 * NORM_LANES, 3, bfloat16);
      }
      if (sums)
        add_sums(j, &b, v);
    }
  }
  run_rest(r, j, c, periods * period, sums, bfloat16, body);
}

INLINE void run(const norm_run *r, const job *j, const coefficients *c, bool sums,
                vector_body *body) {
  if (r->bfloat16)
    run_typed(r, j, c, sums, true, body);
  else
    run_typed(r, j, c, sums, false, body);
}

/* ---- The loops --------------------------------------------------------------------------------
 */

static void measure(const norm_run *r, const void *x, const float *shift, float *sum,
                    float *squares) {
  const job j = {.x = x, .first = sum, .second = squares};
  run(r, &j, &(coefficients){.offset = shift}, true, measure_vector);
}

static void apply(const norm_run *r, const void *x, norm_affine affine, norm_clamp clamp, void *y) {
  const job j = {.x = x, .clamp = clamp, .result = y};
  run(r, &j, &(coefficients){.factor = affine.factor, .offset = affine.offset}, false,
      apply_vector);
}

static void combine(const norm_run *r, const void *x, norm_affine affine, const void *other,
                    norm_affine other_affine, norm_clamp clamp, void *y) {
  const job j = {.x = x, .other = other, .clamp = clamp, .result = y};
  const coefficients c = {affine.factor, affine.offset, other_affine.factor, other_affine.offset};
  run(r, &j, &c, false, combine_vector);
}

static void mask(const norm_run *r, const void *y, norm_clamp clamp, void *gradient) {
  const job j = {.y = y, .clamp = clamp, .result = gradient};
  run(r, &j, &(coefficients){0}, false, mask_vector);
}

static void gather(const norm_run *r, const void *x, const float *mean, norm_affine affine,
                   norm_clamp clamp, const void *gradient, float *sum, float *products) {
  const job j = {.x = x, .other = gradient, .clamp = clamp, .first = sum, .second = products};
  const coefficients c = {affine.factor, affine.offset, NULL, mean};
  run(r, &j, &c, true, gather_vector);
}

static void mask_gather(const norm_run *r, const void *y, norm_clamp clamp, const void *x,
                        const float *mean, void *gradient, float *sum, float *products) {
  const job j = {
      .x = x, .y = y, .clamp = clamp, .result = gradient, .first = sum, .second = products};
  run(r, &j, &(coefficients){.offset = mean}, true, mask_gather_vector);
}

static void spread(const norm_run *r, const void *x, norm_affine affine, norm_clamp clamp,
                   const void *gradient, const float *slope, const float *constant, void *result) {
  const job j = {.x = x, .other = gradient, .clamp = clamp, .result = result};
  const coefficients c = {affine.factor, affine.offset, slope, constant};
  run(r, &j, &c, false, spread_vector);
}

const norm_loops OCTAVO_NORM_LOOPS = {measure, apply, combine, mask, gather, mask_gather, spread};
