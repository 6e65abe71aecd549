/* How a tensor's range is chosen from what was seen of it: the rows of calibrator.c. A new
 * calibrator is one file with one function, and one row. */
#ifndef OCTAVO_CONVERTER_CALIBRATOR_H
#define OCTAVO_CONVERTER_CALIBRATOR_H

#include "converter/calibrate/histogram.h"
#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct calibrator {
  const char *name;    /* as in --calibrator */
  const char *summary; /* for --help and the provenance */
  value_range (*choose)(const histogram *h);
} calibrator;

/* NULL if there is none of that name. */
const calibrator *calibrator_find(const char *name);

/* The rows, and their names as a NULL-terminated list for the option table. */
const calibrator *calibrator_table(size_t *count);
extern const char *const calibrator_names[];

/* All that was seen. */
value_range calibrator_min_max(const histogram *h);

/* The clipping range whose int8 grid has the least expected squared error, rounding and clipping
 * together. The search is exhaustive over ends that are multiples of 1/128 of the largest
 * magnitude, both ends independently; a tensor without negative values keeps 0 as its lower end. */
value_range calibrator_mse(const histogram *h);

#ifdef __cplusplus
}
#endif

#endif
