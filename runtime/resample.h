/* Resizing of 8-bit RGB images with a triangle filter: bilinear interpolation when enlarging,
 * widened by the scale factor when shrinking, so that every source pixel counts (antialiasing).
 *
 * Output pixel i of n from m source pixels has its centre at c = (i + 1/2) · m/n; with f = max(1,
 * m/n) source pixel j in [c − f, c + f] weighs max(0, 1 − |j + 1/2 − c| / f), normalized to a sum
 * of 1. The weights are computed in double and rounded to 22 fractional bits; rows are filtered
 * first, then columns, each result rounded to 8 bits. A direction whose size does not change is
 * left alone. Integer arithmetic on the pixels makes the result the same on every CPU, and the same
 * as PIL's resize(..., BILINEAR). */
#ifndef OCTAVO_RUNTIME_RESAMPLE_H
#define OCTAVO_RUNTIME_RESAMPLE_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct octavo_resample_source {
  const uint8_t *rgb;
  uint32_t width, height; /* at most OCTAVO_RESAMPLE_MAX_SIDE */
  size_t stride;          /* bytes from row to row */
} octavo_resample_source;

/* The part of the resized image that is wanted. */
typedef struct octavo_resample_window {
  uint32_t full_width, full_height; /* what the whole source is resized to */
  uint32_t left, top, width, height;
} octavo_resample_window;

#define OCTAVO_RESAMPLE_MAX_SIDE 65535

/* Computes only the window and writes it to `output`: window->height rows of 3 · window->width
 * bytes without gaps. Errors: ARGUMENT (sides of 0 or over the cap, window outside), MEMORY. */
octavo_status octavo_resample(const octavo_resample_source *source,
                              const octavo_resample_window *window, uint8_t *output,
                              octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
