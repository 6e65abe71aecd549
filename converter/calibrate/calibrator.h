/* How a tensor's range is chosen from what was seen of it: the rows of calibrator.c. A new
 * calibrator is one file with one function, and one row. */
#ifndef OCTAVO_CONVERTER_CALIBRATOR_H
#define OCTAVO_CONVERTER_CALIBRATOR_H

#include "converter/calibrate/histogram.h"
#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a calibrator may choose by. */
typedef struct calibrator_input {
  const histogram *values; /* of all images */
  value_range average; /* smallest and largest value of each image, averaged (moving_average.c) */
  double percentile;   /* in (50, 100]: what calibrator_percentile keeps */
} calibrator_input;

typedef struct calibrator {
  const char *name; /* as in --calibrator */
  value_range (*choose)(const calibrator_input *in);
} calibrator;

/* NULL if there is none of that name. */
const calibrator *calibrator_find(const char *name);

/* The rows, and their names as a NULL-terminated list for the option table. */
const calibrator *calibrator_table(size_t *count);
extern const char *const calibrator_names[];

/* All that was seen. */
value_range calibrator_min_max(const calibrator_input *in);

/* The clipping range whose int8 grid has the least expected squared error, rounding and clipping
 * together. The search is exhaustive over ends that are multiples of 1/128 of the largest
 * magnitude, both ends independently; a tensor without negative values keeps 0 as its lower end. */
value_range calibrator_mse(const calibrator_input *in);

/* `in->average`. */
value_range calibrator_moving_average(const calibrator_input *in);

/* Takes the extremes of the next image into an average, whose first image has number 0: the plain
 * mean of the first 100, after that each new one has a share of 1/100, as in PyTorch's
 * MovingAverageMinMaxObserver. Depends on the order of the images. */
void calibrator_average_image(value_range *average, uint32_t number, value_range image);

/* The middle `in->percentile` percent of all values, half of the rest cut off at each end; within a
 * bin values count as spread evenly. Zero is always inside. */
value_range calibrator_percentile(const calibrator_input *in);

/* The range whose int8 grid keeps most of the distribution's information, by the divergence of
 * Kullback and Leibler: what TensorRT does (S. Migacz, 8-bit inference with TensorRT, GTC 2017),
 * for the asymmetric grid. It fails badly on
 * some networks and is never the default. */
value_range calibrator_entropy(const calibrator_input *in);

#ifdef __cplusplus
}
#endif

#endif
