#include "converter/calibrate/calibrator.h"

#define MEMORY 100 /* images */

value_range calibrator_moving_average(const calibrator_input *in) {
  return in->average;
}

void calibrator_average_image(value_range *average, uint32_t number, value_range image) {
  const float share = 1.0f / (float)(number < MEMORY ? number + 1 : MEMORY);
  average->min += (image.min - average->min) * share;
  average->max += (image.max - average->max) * share;
}
