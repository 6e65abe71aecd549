/* Weights to int8 per output channel, symmetric in [−127, 127], and biases to int32. */
#ifndef OCTAVO_CONVERTER_WEIGHTS_H
#define OCTAVO_CONVERTER_WEIGHTS_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The requantization ratios s_in · s_w / s_out that the kernels take: [MIN, BELOW). */
#define REQUANTIZATION_MIN   0x1p-32f
#define REQUANTIZATION_BELOW 256.0f

/* The most products that an int32 sum holds: 65793 · 255 · 128 < 2^31. */
#define WEIGHTS_MAX_DEPTH 65793u

/* Smaller magnitudes are taken for zero: their scale would not be a normal number. */
#define WEIGHTS_TINY 0x1p-100f

typedef struct weights_source {
  const char *layer;    /* for messages */
  const float *weights; /* channels · depth */
  const float *bias;    /* channels, or NULL */
  uint32_t channels;
  uint64_t depth; /* products per output value: kernel height · width · input channels of a group */
  float input_scale, output_scale;
  const float *scales;   /* channels: decided on before; NULL = the largest magnitude / 127 */
  const int8_t *decided; /* channels · depth: values decided on for those scales; NULL = rounded */
} weights_source;

/* Arrays of the caller. */
typedef struct weights_result {
  int8_t *weights; /* channels · depth */
  int32_t *bias;   /* channels; all zero without a bias */
  float *scales;   /* channels */
} weights_result;

/* Scale of a channel: the one decided on, or the largest magnitude / 127; raised where the bias at
 * scale s_in · s_w would not keep |bias| + depth · 255 · 128 below 2^31, or where s_in · s_w /
 * s_out would be below REQUANTIZATION_MIN. A channel of zeros gets the scale at which its bias is
 * exact to 1/256 of an output step. Values decided on are taken where the scale they were decided
 * for was not raised. Errors: ARGUMENT (a value that is not finite, a sum too long for int32, a
 * ratio of REQUANTIZATION_BELOW or more). */
octavo_status weights_quantize(const weights_source *source, const weights_result *result,
                               octavo_error *error);

/* The same for dynamic quantization, which has no scales of activations and leaves the bias float:
 * fills weights and scales. The scale of a channel of zeros is 1. Errors: ARGUMENT (a value that is
 * not finite, a sum of more than WEIGHTS_MAX_DEPTH products). */
octavo_status weights_quantize_dynamic(const weights_source *source, int8_t *weights, float *scales,
                                       octavo_error *error);
/* What |bias| may be so that no sum of `depth` products overflows int32; 0 or less if they alone
 * may. */
int64_t weights_bias_limit(uint64_t depth);
/* The scale that one channel's weights get by themselves: the largest magnitude / 127, or 0 if all
 * are taken for zero. */
float weights_channel_scale(const float *weights, uint64_t depth);

/* lrintf(weight / scale) within [−127, 127]. */
int8_t weights_round(float weight, float scale);

/* The largest magnitude of all weights; 0 if there are none. */
float weights_absolute_max(const float *weights, uint64_t count);

#ifdef __cplusplus
}
#endif

#endif
