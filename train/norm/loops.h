/* The inner loops of batch normalisation and of the sums of residual branches, on one thread.
 *
 * Data is a run of elements, float32 or bfloat16, whose channels repeat with a period of 16 ·
 * `vectors` elements; coefficients and sums are arrays of one period. `vectors` is a multiple of
 * four; of bfloat16 the arrays are in the order of norm_layout_position (layout.h). Sums are in an
 * order that does not depend on the instruction set, and no multiplication is fused with an
 * addition, so every variant gives the same bits. */
#ifndef OCTAVO_TRAIN_NORM_LOOPS_H
#define OCTAVO_TRAIN_NORM_LOOPS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { NORM_LANES = 16 };

typedef struct norm_run {
  size_t count;   /* elements */
  size_t vectors; /* of a period */
  bool bfloat16;
} norm_run;

/* value = data · factor + offset for each channel; of one period each. */
typedef struct norm_affine {
  const float *factor, *offset;
} norm_affine;

/* Values between the two pass; the others are set to the nearer one, and pass no gradient. */
typedef struct norm_clamp {
  float low, high;
} norm_clamp;

typedef struct norm_loops {
  /* sum += x − shift, squares += (x − shift)². */
  void (*measure)(const norm_run *r, const void *x, const float *shift, float *sum, float *squares);
  /* y = clamp(affine(x)). */
  void (*apply)(const norm_run *r, const void *x, norm_affine affine, norm_clamp clamp, void *y);
  /* y = clamp(affine(x) + other_affine(other)). */
  void (*combine)(const norm_run *r, const void *x, norm_affine affine, const void *other,
                  norm_affine other_affine, norm_clamp clamp, void *y);
  /* gradient = 0 where y was clamped. */
  void (*mask)(const norm_run *r, const void *y, norm_clamp clamp, void *gradient);
  /* sum += g, products += g · (x − mean), with g the gradient where affine(x) was not clamped. */
  void (*gather)(const norm_run *r, const void *x, const float *mean, norm_affine affine,
                 norm_clamp clamp, const void *gradient, float *sum, float *products);
  /* mask and gather in one pass over the data: what is clamped is told by y. */
  void (*mask_gather)(const norm_run *r, const void *y, norm_clamp clamp, const void *x,
                      const float *mean, void *gradient, float *sum, float *products);
  /* result = g · affine.factor + x · slope + constant, with g as in gather. */
  void (*spread)(const norm_run *r, const void *x, norm_affine affine, norm_clamp clamp,
                 const void *gradient, const float *slope, const float *constant, void *result);
} norm_loops;

/* loops.c, compiled for several instruction sets; platforms/norm_loops.c chooses. */
extern const norm_loops norm_loops_baseline, norm_loops_avx2, norm_loops_avx512;

#ifdef __cplusplus
}
#endif

#endif
