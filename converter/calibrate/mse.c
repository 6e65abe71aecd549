#include "converter/calibrate/calibrator.h"

#include <math.h>

#define STEPS  128 /* candidates on the longer side */
#define LEVELS 255 /* steps of the int8 grid from end to end */

/* Sums over the bins of one side from bin i on, of magnitudes x: what clipping costs follows from
 * them for any clipping point T, Σ(x − T)² = S2 − 2T·S1 + T²·S0. */
typedef struct tail_sums {
  double s0[HISTOGRAM_BINS + 1], s1[HISTOGRAM_BINS + 1], s2[HISTOGRAM_BINS + 1];
} tail_sums;

typedef struct side {
  const uint64_t *bins;
  double width;
  size_t used; /* bins from here on are empty */
  tail_sums tails;
  double rounding[HISTOGRAM_BINS + 1]; /* squared rounding error of bins [0, i) at one scale */
} side;

static void side_init(side *s, const uint64_t *bins, double width, double limit) {
  s->bins = bins;
  s->width = width;
  s->used = limit == 0.0 ? 0 : (size_t)fmin(limit / width, HISTOGRAM_BINS - 1) + 1;
  tail_sums *t = &s->tails;
  t->s0[HISTOGRAM_BINS] = t->s1[HISTOGRAM_BINS] = t->s2[HISTOGRAM_BINS] = 0.0;
  for (size_t i = HISTOGRAM_BINS; i-- > 0;) {
    const double x = ((double)i + 0.5) * width, n = (double)bins[i];
    t->s0[i] = t->s0[i + 1] + n;
    t->s1[i] = t->s1[i + 1] + n * x;
    t->s2[i] = t->s2[i + 1] + n * (x * x + width * width / 12.0);
  }
}

/* The integral from 0 to x ≥ 0 of the squared rounding error to multiples of `scale`: scale³/12 for
 * each whole step, and a cubic for the rest. */
static double rounding_integral(double x, double scale) {
  const double steps = x / scale, nearest = floor(steps + 0.5), rest = steps - nearest;
  return scale * scale * scale * (nearest / 12.0 + rest * rest * rest / 3.0);
}

/* Values are taken to be spread evenly over their bin. */
static void side_round(side *s, double scale) {
  double before = 0.0;
  s->rounding[0] = 0.0;
  for (size_t i = 0; i < s->used; i++) {
    const double after = rounding_integral((double)(i + 1) * s->width, scale);
    s->rounding[i + 1] = s->rounding[i] + (double)s->bins[i] * (after - before) / s->width;
    before = after;
  }
}

/* The squared error of this side if magnitudes above `clip` become `clip`. */
static double side_error(const side *s, double clip) {
  const double inside = floor(clip / s->width + 0.5); /* bins whose middle is not above it */
  const size_t i = inside < (double)s->used ? (size_t)inside : s->used;
  const double outside =
      s->tails.s2[i] - 2.0 * clip * s->tails.s1[i] + clip * clip * s->tails.s0[i];
  return s->rounding[i] + fmax(outside, 0.0);
}

static int steps_to(double limit, double step) {
  const double steps = ceil(limit / step);
  return steps < STEPS ? (int)steps : STEPS;
}

value_range calibrator_mse(const calibrator_input *in) {
  const histogram *h = in->values;
  const double low = h->min < 0.0f ? -(double)h->min : 0.0;
  const double high = h->max > 0.0f ? (double)h->max : 0.0;
  const double step = fmax(low, high) / STEPS;
  if (step == 0.0)
    return (value_range){0.0f, 0.0f};

  side below, above;
  side_init(&below, h->negative, histogram_width(h), low);
  side_init(&above, h->positive, histogram_width(h), high);
  const int below_steps = steps_to(low, step), above_steps = steps_to(high, step);

  value_range best = {h->min, h->max};
  double least = INFINITY;
  /* All pairs of ends with the same distance share one scale, so rounding is summed once for them.
   * From wide to narrow, so that of equal ones the widest wins. */
  for (int total = below_steps + above_steps; total > 0; total--) {
    const double scale = total * step / LEVELS;
    side_round(&below, scale);
    side_round(&above, scale);
    const int first = total > above_steps ? total - above_steps : 0;
    for (int i = first; i <= below_steps && i <= total; i++) {
      const double levels_below = floor((double)i * LEVELS / total + 0.5);
      const double error = side_error(&below, levels_below * scale) +
                           side_error(&above, (LEVELS - levels_below) * scale);
      if (error < least) {
        least = error;
        best.min = (float)(-levels_below * scale);
        best.max = (float)((LEVELS - levels_below) * scale);
      }
    }
  }
  return best;
}
