#include "converter/calibrate/calibrator.h"

value_range calibrator_min_max(const calibrator_input *in) {
  return (value_range){in->values->min, in->values->max};
}
