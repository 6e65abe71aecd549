/* The inner loops of fake quantization: what int8 would make of float32 numbers, on one thread.
 *
 * Compiled for several instruction sets like norm/loops.h; every variant gives the same bits. */
#ifndef OCTAVO_TRAIN_QAT_LOOPS_H
#define OCTAVO_TRAIN_QAT_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers that int8 can hold: steps · scale, with steps from `low` (≤ 0) to `high` (≥ 0). */
typedef struct fake_grid {
  float scale, inverse; /* inverse = 1 / scale */
  float low, high;      /* whole: −128 − zero point, 127 − zero point */
} fake_grid;

/* A function before the rounding: values outside are set to the nearer end, and pass no gradient.
 */
typedef struct fake_clamp {
  float low, high;
} fake_clamp;

typedef struct fake_loops {
  /* Lowers *least and raises *greatest to what clamp(x) has. What is no number does not count. */
  void (*range)(const float *x, size_t count, fake_clamp clamp, float *least, float *greatest);
  /* y = clamp(x), which may be x itself. */
  void (*clamp)(const float *x, size_t count, fake_clamp clamp, float *y);
  /* y = the grid's number for clamp(x): scale · min(max(rne(clamp(x) · inverse), low), high), rne
   * rounding to the nearest integer, halves to the even one; y may be x itself. Unless `passed` is
   * NULL it gets −1 where the gradient passes (x lies within the clamp and, rounded, within the
   * grid), else 0. What is no number stays none. */
  void (*quantize)(const float *x, size_t count, const fake_grid *grid, fake_clamp clamp, float *y,
                   int8_t *passed);
  /* gradient = 0 where it does not pass. */
  void (*mask)(const int8_t *passed, size_t count, float *gradient);
} fake_loops;

/* loops.c, compiled for several instruction sets; platforms/norm_loops.c chooses. */
extern const fake_loops fake_loops_baseline, fake_loops_avx2, fake_loops_avx512;

#ifdef __cplusplus
}
#endif

#endif
