/* What the float values of one layer look like against the int8 range that was chosen for them. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_ACTIVATION_STATISTICS_H
#define OCTAVO_CONVERTER_DIAGNOSIS_ACTIVATION_STATISTICS_H

#include "converter/diagnosis/value_histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct activation_statistics {
  value_range seen; /* in calibration */
  bool quantized;   /* whether the result is int8; else the next three mean nothing */
  value_range chosen;
  float scale;
  uint64_t clipped; /* values that lie more than half a step outside `chosen` */
  value_histogram histogram;
  uint32_t channels; /* of the last dimension */
  uint8_t *alive;    /* per channel: whether it ever differed from 0; octavo_memory_free */
} activation_statistics;

/* `parameters` NULL: the layer is float32. Errors: MEMORY. */
octavo_status activation_statistics_init(activation_statistics *s, value_range seen,
                                         const quantization_parameters *parameters,
                                         uint32_t channels, octavo_error *error);
void activation_statistics_free(activation_statistics *s);

/* `count` is a multiple of the channels. */
void activation_statistics_add(activation_statistics *s, const float *values, size_t count);
/* `other` was made alike. The order of merging does not matter. */
void activation_statistics_merge(activation_statistics *s, const activation_statistics *other);

/* Channels whose result was 0 throughout. */
uint32_t activation_statistics_dead(const activation_statistics *s);
/* 0..1 */
double activation_statistics_clipped_share(const activation_statistics *s);

#ifdef __cplusplus
}
#endif

#endif
