#include "converter/calibrate/calibrator.h"

#include <math.h>

/* The magnitude beyond which `outside` values of one side lie; 0 if the side has fewer. */
static double cut(const uint64_t *bins, double width, double outside) {
  double beyond = 0.0;
  for (size_t i = HISTOGRAM_BINS; i-- > 0;) {
    const double n = (double)bins[i];
    if (n > 0.0 && beyond + n > outside)
      return width * ((double)i + 1.0 - (outside - beyond) / n);
    beyond += n;
  }
  return 0.0;
}

value_range calibrator_percentile(const calibrator_input *in) {
  const histogram *h = in->values;
  const double width = histogram_width(h);
  const double outside = (double)h->count * (100.0 - in->percentile) / 200.0;
  return (value_range){
      (float)-fmin(cut(h->negative, width, outside), fmax(0.0, -(double)h->min)),
      (float)fmin(cut(h->positive, width, outside), fmax(0.0, (double)h->max)),
  };
}
