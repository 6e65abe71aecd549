#include "train/norm/norm.h"

#include "platforms/norm_loops.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "train/norm/layout.h"
#include "train/parallel.h"
#include "train/qat/grid.h"

#include <math.h>
#include <string.h>

const norm_clamp NORM_NO_CLAMP = {-INFINITY, INFINITY}, NORM_RELU = {0.0f, INFINITY};
const float NORM_EPSILON = 1e-5f;

static void expand(const norm *n, const float *channels, float *array) {
  const norm_layout *l = &n->layout;
  const size_t length = l->vectors * NORM_LANES;
  for (size_t b = 0; b < l->blocks; b++)
    for (size_t i = 0; i < length; i++) {
      const size_t c = b * l->width + i % l->width;
      array[b * length + norm_layout_position(l, i)] = c < n->shape.channels ? channels[c] : 0.0f;
    }
}

octavo_status norm_create(norm *n, version_desc desc, norm_shape shape, octavo_error *error) {
  const norm_loops *loops[NORM_LOOPS_MOST];
  norm_loops_list(loops);
  *n = (norm){.loops = loops[0], .shape = shape};
  const octavo_status status = norm_layout_find(&n->layout, desc, shape, error);
  if (status != OCTAVO_OK)
    return status;
  n->period = n->layout.blocks * n->layout.vectors * NORM_LANES;
  const size_t floats = n->period * (5 + 2 * n->layout.parts) + shape.channels;
  n->memory = octavo_memory_alloc(floats, sizeof *n->memory);
  if (n->memory == NULL)
    return octavo_error_memory(error, floats * sizeof *n->memory, "a batch norm");
  memset(n->memory, 0, floats * sizeof *n->memory);
  float **arrays[] = {&n->factor, &n->offset, &n->mean, &n->slope, &n->constant, &n->partial};
  for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
    *arrays[i] = n->memory + i * n->period;
  n->inverse = n->partial + 2 * n->layout.parts * n->period;
  for (size_t i = 0; i < n->period; i++)
    n->factor[i] = 1.0f;
  return OCTAVO_OK;
}

void norm_free(norm *n) {
  octavo_memory_free(n->memory);
  *n = (norm){0};
}

/* ---- One pass over the data -------------------------------------------------------------------
 */

/* A pass on behalf of a norm; what it reads and writes depends on `body`. */
typedef struct pass pass;
struct pass {
  const norm *n, *other_norm;
  const char *x, *other, *y;
  char *result;
  norm_clamp clamp;
  /* `at`: where the coefficients of the segment's block are; the sums are those of the part. */
  void (*body)(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
               float *second);
};

static norm_affine affine_at(const norm *n, size_t at) {
  return (norm_affine){n->factor + at, n->offset + at};
}

static void run_part(void *context, size_t part) {
  const pass *p = context;
  const norm *n = p->n;
  const norm_layout *l = &n->layout;
  float *first = n->partial + 2 * part * n->period, *second = first + n->period;
  memset(first, 0, 2 * n->period * sizeof *first);
  const size_t end = (part + 1) * l->segments / l->parts;
  for (size_t s = part * l->segments / l->parts; s < end; s++) {
    const size_t begin = s * l->segment, left = l->total - begin;
    const norm_run run = {left < l->segment ? left : l->segment, l->vectors, l->bfloat16};
    const size_t at = s % l->blocks * l->vectors * NORM_LANES;
    p->body(p, &run, begin * (l->bfloat16 ? 2 : 4), at, first + at, second + at);
  }
}

static void run_pass(const pass *p) {
  pass copy = *p;
  parallel_parts(p->n->layout.parts, run_part, &copy);
}

/* The two sums of channel `c` over all parts, in double and in a fixed order. */
typedef struct channel_sums {
  double first, second;
} channel_sums;

static channel_sums sum_channel(const norm *n, size_t c) {
  const norm_layout *l = &n->layout;
  const size_t length = l->vectors * NORM_LANES, block = c / l->width * length;
  channel_sums result = {0};
  for (size_t part = 0; part < l->parts; part++) {
    const float *sums = n->partial + 2 * part * n->period + block;
    for (size_t i = c % l->width; i < length; i += l->width) {
      const size_t at = norm_layout_position(l, i);
      result.first += (double)sums[at];
      result.second += (double)sums[n->period + at];
    }
  }
  return result;
}

static double count_pixels(const norm *n) {
  return (double)n->shape.batch * n->shape.height * n->shape.width;
}

/* ---- Forward ----------------------------------------------------------------------------------
 */

static void measure_body(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
                         float *second) {
  p->n->loops->measure(r, p->x + bytes, p->n->mean + at, first, second);
}

static float value_at(const void *data, size_t i, bool bfloat16) {
  float value = 0.0f;
  if (!bfloat16)
    return ((const float *)data)[i];
  const uint32_t bits = (uint32_t)((const uint16_t *)data)[i] << 16;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Sums around the first pixel of the first image lose nothing to a mean far from zero. */
static void shift_to_first(norm *n, const void *x, float *channels) {
  const norm_layout *l = &n->layout;
  for (size_t c = 0; c < n->shape.channels; c++)
    channels[c] = value_at(x, c / l->width * l->segment + c % l->width, l->bfloat16);
  expand(n, channels, n->mean);
}

/* With S the sum of x − k and Q that of its squares over n values: mean = k + S/n, variance =
 * (Q − S²/n)/n (Chan, Golub and LeVeque, 1983). */
void norm_measure(norm *n, const void *x, float *mean, float *variance) {
  shift_to_first(n, x, mean);
  run_pass(&(pass){.n = n, .x = x, .body = measure_body});
  const double count = count_pixels(n);
  for (size_t c = 0; c < n->shape.channels; c++) {
    const channel_sums s = sum_channel(n, c);
    const double v = (s.second - s.first * s.first / count) / count;
    mean[c] = (float)((double)mean[c] + s.first / count);
    variance[c] = (float)(v < 0.0 ? 0.0 : v);
  }
}

static float find_offset(const norm_statistics *s, size_t c, float factor) {
  const float offset = s->shift[c] - s->mean[c] * factor;
  return s->units == NULL ? offset : fake_round_bias(offset, s->units[c] * fabsf(factor));
}

void norm_set(norm *n, const norm_statistics *s) {
  const norm_layout *l = &n->layout;
  const size_t length = l->vectors * NORM_LANES;
  n->fixed = s->fixed;
  for (size_t c = 0; c < n->shape.channels; c++)
    n->inverse[c] = (float)(1.0 / sqrt((double)s->variance[c] + (double)s->epsilon));
  for (size_t b = 0; b < l->blocks; b++)
    for (size_t i = 0; i < length; i++) {
      const size_t c = b * l->width + i % l->width, at = b * length + norm_layout_position(l, i);
      const bool used = c < n->shape.channels;
      n->factor[at] = used ? n->scale[c] * n->inverse[c] : 0.0f;
      n->offset[at] = used ? find_offset(s, c, n->factor[at]) : 0.0f;
      n->mean[at] = used ? s->mean[c] : 0.0f;
    }
}

static void apply_body(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
                       float *second) {
  (void)first;
  (void)second;
  p->n->loops->apply(r, p->x + bytes, affine_at(p->n, at), p->clamp, p->result + bytes);
}

void norm_apply(const norm *n, const void *x, norm_clamp clamp, void *y) {
  run_pass(&(pass){.n = n, .x = x, .clamp = clamp, .result = y, .body = apply_body});
}

static void combine_body(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
                         float *second) {
  (void)first;
  (void)second;
  p->n->loops->combine(r, p->x + bytes, affine_at(p->n, at), p->other + bytes,
                       affine_at(p->other_norm, at), p->clamp, p->result + bytes);
}

void norm_combine(const norm *a, const void *x, const norm *b, const void *other, norm_clamp clamp,
                  void *y) {
  run_pass(&(pass){.n = a,
                   .other_norm = b,
                   .x = x,
                   .other = other,
                   .clamp = clamp,
                   .result = y,
                   .body = combine_body});
}

/* ---- Backward ---------------------------------------------------------------------------------
 */

static void mask_body(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
                      float *second) {
  (void)at;
  (void)first;
  (void)second;
  p->n->loops->mask(r, p->y + bytes, p->clamp, p->result + bytes);
}

void norm_mask(const norm *n, const void *y, norm_clamp clamp, void *gradient) {
  run_pass(&(pass){.n = n, .y = y, .clamp = clamp, .result = gradient, .body = mask_body});
}

/* With g the gradient of the normalised data, G its sum and P that of g · (x − mean), over n values
 * (Ioffe and Szegedy, 2015): that of shift is G, of scale P · inverse, and that of x is
 * scale · inverse · (g − G/n − (x − mean) · inverse² · P/n) = g · factor + x · slope + constant.
 * Without the last two terms if mean and variance are not those of x. */
static void finish_gather(norm *n) {
  const norm_layout *l = &n->layout;
  const size_t length = l->vectors * NORM_LANES;
  const double count = count_pixels(n);
  for (size_t c = 0; c < n->shape.channels; c++) {
    const size_t block = c / l->width * length;
    const channel_sums s = sum_channel(n, c);
    const double inverse = (double)n->inverse[c], factor = (double)n->scale[c] * inverse;
    const double slope = n->fixed ? 0.0 : -factor * inverse * inverse * s.second / count;
    const double mean = (double)n->mean[block + norm_layout_position(l, c % l->width)];
    const double constant = n->fixed ? 0.0 : -factor * s.first / count - slope * mean;
    n->shift_gradient[c] = (float)s.first;
    n->scale_gradient[c] = (float)(s.second * inverse);
    for (size_t i = c % l->width; i < length; i += l->width) {
      n->slope[block + norm_layout_position(l, i)] = (float)slope;
      n->constant[block + norm_layout_position(l, i)] = (float)constant;
    }
  }
}

static void gather_body(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
                        float *second) {
  p->n->loops->gather(r, p->x + bytes, p->n->mean + at, affine_at(p->n, at), p->clamp,
                      p->other + bytes, first, second);
}

void norm_gather(norm *n, const void *x, norm_clamp clamp, const void *gradient) {
  run_pass(&(pass){.n = n,
                   .x = x,
                   .other = gradient,
                   .clamp = clamp,

                   .body = gather_body});
  finish_gather(n);
}

static void mask_gather_body(const pass *p, const norm_run *r, size_t bytes, size_t at,
                             float *first, float *second) {
  p->n->loops->mask_gather(r, p->y + bytes, p->clamp, p->x + bytes, p->n->mean + at,
                           p->result + bytes, first, second);
}

void norm_mask_gather(norm *n, const void *y, norm_clamp clamp, const void *x, void *gradient) {
  run_pass(&(pass){.n = n,
                   .x = x,
                   .y = y,
                   .clamp = clamp,
                   .result = gradient,

                   .body = mask_gather_body});
  finish_gather(n);
}

static void spread_body(const pass *p, const norm_run *r, size_t bytes, size_t at, float *first,
                        float *second) {
  (void)first;
  (void)second;
  p->n->loops->spread(r, p->x + bytes, affine_at(p->n, at), p->clamp, p->other + bytes,
                      p->n->slope + at, p->n->constant + at, p->result + bytes);
}

void norm_spread(const norm *n, const void *x, norm_clamp clamp, const void *gradient,
                 void *result) {
  run_pass(&(pass){
      .n = n, .x = x, .other = gradient, .clamp = clamp, .result = result, .body = spread_body});
}
