#include "converter/calibrate/calibrator.h"

value_range calibrator_min_max(const histogram *h) {
  return (value_range){h->min, h->max};
}
