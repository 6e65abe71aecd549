/* Written with the compiler's vector types and compiled once for each instruction set
 * (train/CMakeLists.txt) under the name OCTAVO_FAKE_LOOPS, with vectors of OCTAVO_FAKE_LANES
 * numbers: of comparisons of wider ones than the processor has compilers make scalar code. No
 * result depends on the width. */
#include "train/qat/loops.h"

#include <stdbool.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { LANES = OCTAVO_FAKE_LANES };

typedef float lanes __attribute__((vector_size(LANES * 4)));
typedef int32_t lanes_int __attribute__((vector_size(LANES * 4)));
typedef int8_t lanes_byte __attribute__((vector_size(LANES)));

#define MIX(mask, a, b)                                                                            \
  ((lanes)(((lanes_int)(a) & (lanes_int)(mask)) | ((lanes_int)(b) & ~(lanes_int)(mask))))

/* Of what is no number every comparison is false, and so it stays. */
INLINE lanes limit(lanes x, float low, float high) {
  x = MIX(x < low, (lanes){0} + low, x);
  return MIX(x > high, (lanes){0} + high, x);
}

/* To the nearest integer, halves to the even one, below 2^22 in magnitude: beyond 2^23 there is no
 * room for anything after the point. Larger numbers stay larger than any grid. */
INLINE lanes round_even(lanes x) {
  const float shift = 0x1.8p+23f;
  return (x + shift) - shift;
}

INLINE lanes load(const float *x, size_t count) {
  lanes v = {0};
  memcpy(&v, x, count * sizeof *x);
  return v;
}

INLINE void quantize_lanes(const float *x, size_t count, const fake_grid *g, fake_clamp clamp,
                           float *y, int8_t *passed) {
  const lanes v = load(x, count);
  const lanes steps = round_even(limit(v, clamp.low, clamp.high) * g->inverse);
  if (passed != NULL) {
    const lanes_int within =
        (v > clamp.low) & (v < clamp.high) & (steps >= g->low) & (steps <= g->high);
    const lanes_byte bytes = __builtin_convertvector(within, lanes_byte);
    memcpy(passed, &bytes, count);
  }
  const lanes result = limit(steps, g->low, g->high) * g->scale;
  memcpy(y, &result, count * sizeof *y);
}

static void quantize(const float *x, size_t count, const fake_grid *grid, fake_clamp clamp,
                     float *y, int8_t *passed) {
  const fake_grid g = *grid;
  size_t i = 0;
  if (passed == NULL)
    for (; i + LANES <= count; i += LANES)
      quantize_lanes(x + i, LANES, &g, clamp, y + i, NULL);
  else
    for (; i + LANES <= count; i += LANES)
      quantize_lanes(x + i, LANES, &g, clamp, y + i, passed + i);
  quantize_lanes(x + i, count - i, &g, clamp, y + i, passed == NULL ? NULL : passed + i);
}

INLINE void clamp_lanes(const float *x, size_t count, fake_clamp clamp, float *y) {
  const lanes v = limit(load(x, count), clamp.low, clamp.high);
  memcpy(y, &v, count * sizeof *y);
}

static void clamp_all(const float *x, size_t count, fake_clamp clamp, float *y) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    clamp_lanes(x + i, LANES, clamp, y + i);
  clamp_lanes(x + i, count - i, clamp, y + i);
}

static void range(const float *x, size_t count, fake_clamp clamp, float *least, float *greatest) {
  enum { BLOCK = 4 };
  lanes low[BLOCK], high[BLOCK];
  for (int k = 0; k < BLOCK; k++) {
    low[k] = (lanes){0} + *least;
    high[k] = (lanes){0} + *greatest;
  }
  size_t i = 0;
  for (; i + BLOCK * LANES <= count; i += BLOCK * LANES)
    for (size_t k = 0; k < BLOCK; k++) {
      const lanes v = limit(load(x + i + k * LANES, LANES), clamp.low, clamp.high);
      low[k] = MIX(v < low[k], v, low[k]);
      high[k] = MIX(v > high[k], v, high[k]);
    }
  for (; i < count; i++) {
    const lanes v = limit((lanes){0} + x[i], clamp.low, clamp.high);
    low[0] = MIX(v < low[0], v, low[0]);
    high[0] = MIX(v > high[0], v, high[0]);
  }
  for (int k = 0; k < BLOCK; k++)
    for (int lane = 0; lane < LANES; lane++) {
      *least = low[k][lane] < *least ? low[k][lane] : *least;
      *greatest = high[k][lane] > *greatest ? high[k][lane] : *greatest;
    }
}

INLINE void mask_lanes(const int8_t *passed, size_t count, float *gradient) {
  lanes_byte bytes = {0};
  memcpy(&bytes, passed, count);
  const lanes_int bits = __builtin_convertvector(bytes, lanes_int);
  const lanes v = (lanes)((lanes_int)load(gradient, count) & bits);
  memcpy(gradient, &v, count * sizeof *gradient);
}

static void mask(const int8_t *passed, size_t count, float *gradient) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    mask_lanes(passed + i, LANES, gradient + i);
  mask_lanes(passed + i, count - i, gradient + i);
}

const fake_loops OCTAVO_FAKE_LOOPS = {range, clamp_all, quantize, mask};
