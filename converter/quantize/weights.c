#include "converter/quantize/weights.h"

#include "runtime/error.h"

#include <inttypes.h>
#include <math.h>

#define WEIGHT_MAX 127

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

float weights_channel_scale(const float *weights, uint64_t depth) {
  const float max = weights_absolute_max(weights, depth);
  return max < WEIGHTS_TINY ? 0.0f : max / WEIGHT_MAX;
}

int8_t weights_round(float weight, float scale) {
  return (int8_t)fminf(fmaxf(rintf(weight / scale), -WEIGHT_MAX), WEIGHT_MAX);
}

static float channel_scale(const weights_source *s, uint32_t channel, float bias, int64_t limit) {
  const float unit = s->output_scale / s->input_scale; /* the weight scale of ratio 1 */
  float scale = s->scales != NULL
                    ? s->scales[channel]
                    : weights_channel_scale(s->weights + channel * s->depth, s->depth);
  if (scale == 0.0f)
    scale = unit / 256.0f;
  /* A little more than the exact bounds, since the roundings on the way may go down. */
  scale = fmaxf(scale, unit * REQUANTIZATION_MIN * 1.0001f);
  return fmaxf(scale, fabsf(bias) / s->input_scale / (float)limit * 1.0001f);
}

static void round_channel(const weights_source *s, uint32_t channel, float scale, int8_t *result) {
  const float *weights = s->weights + channel * s->depth;
  const bool decided = s->decided != NULL && s->scales != NULL && scale == s->scales[channel];
  for (uint64_t i = 0; i < s->depth; i++)
    result[i] = decided ? s->decided[channel * s->depth + i] : weights_round(weights[i], scale);
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

octavo_status weights_quantize(const weights_source *s, const weights_result *result,
                               octavo_error *error) {
  const int64_t limit = weights_bias_limit(s->depth);
  if (limit <= 0)
    return refuse_depth(s, error);
  const octavo_status status = check_finite(s, error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t c = 0; c < s->channels; c++) {
    const float bias = s->bias == NULL ? 0.0f : s->bias[c];
    const float scale = channel_scale(s, c, bias, limit);
    const float ratio = s->input_scale * scale / s->output_scale;
    if (!(ratio >= REQUANTIZATION_MIN && ratio < REQUANTIZATION_BELOW))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "layer '%s': expected requantization ratios in [2^-32, 256), found "
                              "%g in output channel %u; calibrate with images like those the "
                              "network was trained on",
                              s->layer, (double)ratio, c);
    result->scales[c] = scale;
    result->bias[c] = (int32_t)lrint((double)bias / ((double)s->input_scale * (double)scale));
    round_channel(s, c, scale, result->weights + c * s->depth);
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
    const float scale = weights_channel_scale(from, s->depth);
    scales[c] = scale == 0.0f ? 1.0f : scale;
    for (uint64_t i = 0; i < s->depth; i++)
      weights[c * s->depth + i] = weights_round(from[i], scales[c]);
  }
  return status;
}
