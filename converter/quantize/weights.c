#include "converter/quantize/weights.h"

#include "runtime/error.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#define WEIGHT_MAX 127
/* Smaller magnitudes are taken for zero: their scale would not be a normal number. */
#define WEIGHT_TINY 0x1p-100f

float weights_absolute_max(const float *weights, uint64_t count) {
  float max = 0.0f;
  for (uint64_t i = 0; i < count; i++)
    max = fmaxf(max, fabsf(weights[i]));
  return max;
}

int64_t weights_bias_limit(uint64_t depth) {
  const uint64_t product = 255 * 128, room = (UINT64_C(1) << 31) - 1;
  return depth > room / product ? 0 : (int64_t)(room - depth * product);
}

static float channel_scale(const weights_source *s, const float *weights, float bias,
                           int64_t limit) {
  const float unit = s->output_scale / s->input_scale; /* the weight scale of ratio 1 */
  const float max = weights_absolute_max(weights, s->depth);
  float scale = max < WEIGHT_TINY ? unit / 256.0f : max / WEIGHT_MAX;
  /* A little more than the exact bounds, since the roundings on the way may go down. */
  scale = fmaxf(scale, unit * REQUANTIZATION_MIN * 1.0001f);
  return fmaxf(scale, fabsf(bias) / s->input_scale / (float)limit * 1.0001f);
}

static octavo_status check_finite(const weights_source *s, octavo_error *error) {
  const uint64_t count = s->channels * s->depth;
  for (uint64_t i = 0; i < count; i++)
    if (!isfinite(s->weights[i]))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "layer '%s': expected finite weights, found %g in output channel "
                              "%" PRIu64 "; the network is damaged or its training diverged",
                              s->layer, (double)s->weights[i], i / s->depth);
  for (uint32_t c = 0; s->bias != NULL && c < s->channels; c++)
    if (!isfinite(s->bias[c]))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "layer '%s': expected finite biases, found %g in output channel %u; "
                              "the network is damaged or its training diverged",
                              s->layer, (double)s->bias[c], c);
  return OCTAVO_OK;
}

static octavo_status refuse_depth(const weights_source *s, octavo_error *error) {
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "layer '%s': expected at most %u products per output value, the most "
                          "that int32 sums hold, found %" PRIu64,
                          s->layer, WEIGHTS_MAX_DEPTH, s->depth);
}

static void quantize_channel(const float *from, uint64_t count, float scale, int8_t *to) {
  for (uint64_t i = 0; i < count; i++)
    to[i] = (int8_t)lrintf(from[i] / scale);
}

octavo_status weights_quantize(const weights_source *s, const weights_result *result,
                               octavo_error *error) {
  const int64_t limit = weights_bias_limit(s->depth);
  if (limit <= 0)
    return refuse_depth(s, error);
  const octavo_status status = check_finite(s, error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t c = 0; c < s->channels; c++) {
    const float *weights = s->weights + c * s->depth;
    const float bias = s->bias == NULL ? 0.0f : s->bias[c];
    const float scale = channel_scale(s, weights, bias, limit);
    const float ratio = s->input_scale * scale / s->output_scale;
    if (!(ratio >= REQUANTIZATION_MIN && ratio < REQUANTIZATION_BELOW))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "layer '%s': expected requantization ratios in [2^-32, 256), found "
                              "%g in output channel %u; calibrate with images like those the "
                              "network was trained on",
                              s->layer, (double)ratio, c);
    result->scales[c] = scale;
    result->bias[c] = (int32_t)lrint((double)bias / ((double)s->input_scale * (double)scale));
    quantize_channel(weights, s->depth, scale, result->weights + c * s->depth);
  }
  return OCTAVO_OK;
}

octavo_status weights_quantize_dynamic(const weights_source *s, int8_t *weights, float *scales,
                                       octavo_error *error) {
  if (s->depth > WEIGHTS_MAX_DEPTH)
    return refuse_depth(s, error);
  const octavo_status status = check_finite(s, error);
  for (uint32_t c = 0; status == OCTAVO_OK && c < s->channels; c++) {
    const float *from = s->weights + c * s->depth;
    const float max = weights_absolute_max(from, s->depth);
    scales[c] = max < WEIGHT_TINY ? 1.0f : max / WEIGHT_MAX;
    quantize_channel(from, s->depth, scales[c], weights + c * s->depth);
  }
  return status;
}
