/* Batch normalisation, with what comes before and after it in one pass over the data: ReLU, the sum
 * of a residual branch, the mask of their gradients. What a layer keeps is a norm; the layers call
 * in this order: measure and set (or set from running statistics), apply or combine; backward:
 * gather or mask_gather, then spread.
 *
 * oneDNN's own batch norm makes separate passes of these, and memory is what they wait for.
 *
 * Results do not depend on the number of threads. Data lies as oneDNN's descriptor says (channels
 * last, blocks of channels, or plain). One thread calls. */
#ifndef OCTAVO_TRAIN_NORM_NORM_H
#define OCTAVO_TRAIN_NORM_NORM_H

#include "octavo.h"
#include "train/dnnl_version.h"
#include "train/norm/loops.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How channels lie in memory: `segments` runs of `segment` elements (the last may be shorter), the
 * i-th with the channels of block i % blocks, `width` of them, repeating. */
typedef struct norm_layout {
  size_t total, segment, segments, blocks, width;
  size_t vectors; /* of a period, see loops.h */
  size_t parts;   /* that are summed up apart: depends on the size alone */
  bool bfloat16;
} norm_layout;

/* batch · channels · height · width. */
typedef struct norm_shape {
  uint32_t batch, channels, height, width;
} norm_shape;

typedef struct norm {
  const norm_loops *loops;
  norm_layout layout;
  norm_shape shape;
  size_t period; /* floats of each of the arrays below: one period for each block */
  float *memory; /* all of them; owned */
  float *factor; /* data · factor + offset is the normalised data */
  float *offset;
  float *mean;
  float *slope; /* of the gradient; norm_spread */
  float *constant;
  float *partial;     /* two sums for each part */
  float *inverse;     /* 1 / standard deviation, for each channel */
  const float *scale; /* of each channel, as in norm_statistics; set by the layer, borrowed */
  float *scale_gradient, *shift_gradient; /* where they go; set by the layer, borrowed */
  bool fixed;                             /* as in norm_statistics */
} norm;

/* For data described by `desc`. Until norm_set, factor is 1 and offset 0. Errors: MEMORY,
 * UNSUPPORTED (a layout unknown here). */
octavo_status norm_create(norm *n, version_desc desc, norm_shape shape, octavo_error *error);
void norm_free(norm *n); /* all zero is allowed */

/* Mean and variance (not Bessel's) of each channel. */
void norm_measure(norm *n, const void *x, float *mean, float *variance);

typedef struct norm_statistics {
  const float *mean, *variance, *shift; /* of each channel; scale is the norm's own */
  float epsilon;
  const float *units; /* offset is rounded to multiples of unit · |factor|; NULL = as it is */
  bool fixed;         /* they are not the batch's, so no gradient goes through them */
} norm_statistics;

/* From now on: scale · (x − mean) / sqrt(variance + epsilon) + shift. */
void norm_set(norm *n, const norm_statistics *s);

/* y = clamp(norm(x)). */
void norm_apply(const norm *n, const void *x, norm_clamp clamp, void *y);
/* y = clamp(a(x) + b(other)). */
void norm_combine(const norm *a, const void *x, const norm *b, const void *other, norm_clamp clamp,
                  void *y);

/* gradient = 0 where y was clamped. */
void norm_mask(const norm *n, const void *y, norm_clamp clamp, void *gradient);

/* The gradients of scale and shift, and what norm_spread needs. `gradient` is that of
 * clamp(norm(x)). */
void norm_gather(norm *n, const void *x, norm_clamp clamp, const void *gradient);
/* The same for y = clamp(norm(x) + …), masking the gradient in place. */
void norm_mask_gather(norm *n, const void *y, norm_clamp clamp, const void *x, void *gradient);
/* The gradient of x. `clamp` as in norm_gather; NORM_NO_CLAMP after norm_mask_gather. */
void norm_spread(const norm *n, const void *x, norm_clamp clamp, const void *gradient,
                 void *result);

extern const norm_clamp NORM_NO_CLAMP, NORM_RELU;
/* What is added to the variance in all networks, as in PyTorch and ONNX unless told otherwise. */
extern const float NORM_EPSILON;

#ifdef __cplusplus
}
#endif

#endif
