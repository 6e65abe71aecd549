/* The checks of convolution and fully connected weights, which read every constant once when a
 * model is opened. */
#include "operators/common.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Each product of an activation (minus its zero point) and a weight is at most 255 · 128. */
#define LARGEST_PRODUCT (255u * 128u)

/* XNNPACK takes requantization scales below 256. */
#define SCALE_LIMIT 256.0f

/* The index of the first -128, or `count`. In strips without a branch, which the compiler
 * vectorizes, since a model has millions. */
static size_t find_minus_128(const int8_t *weights, size_t count) {
  enum { STRIP = 1024 };
  size_t i = 0;
  for (; i + STRIP <= count; i += STRIP) {
    uint8_t found = 0;
    for (size_t k = 0; k < STRIP; ++k)
      found |= (uint8_t)(weights[i + k] == INT8_MIN);
    if (found)
      break;
  }
  while (i < count && weights[i] != INT8_MIN)
    ++i;
  return i;
}

bool octavo_is_dynamic(const octavo_format_tensor *x, const octavo_format_tensor *weights) {
  return x->type == OCTAVO_FLOAT32 && weights->type == OCTAVO_INT8;
}

octavo_status octavo_check_weight_operand(const octavo_model *model,
                                          const octavo_format_operator *op, uint32_t rank,
                                          const octavo_format_tensor **weights,
                                          octavo_error *error) {
  const octavo_format_tensor *x = octavo_model_operand(model, op, 0);
  const octavo_format_tensor *found = octavo_model_operand(model, op, 1);
  const bool dynamic = found != NULL && octavo_is_dynamic(x, found);
  return octavo_check_constant(model, op, 1, dynamic ? OCTAVO_INT8 : (octavo_type)x->type, rank,
                               "weights", weights, error);
}

const float *octavo_weight_scales(const octavo_model *model, const octavo_format_tensor *weights,
                                  float *buffer) {
  if (weights->scales >= 0)
    return octavo_model_constant(model, &model->tensors[weights->scales]);
  for (uint32_t i = 0; i < weights->shape[0]; ++i)
    buffer[i] = weights->scale;
  return buffer;
}

static octavo_status check_requantization(const octavo_model *model,
                                          const octavo_format_operator *op,
                                          const octavo_format_tensor *weights,
                                          octavo_error *error) {
  const float input_scale = octavo_model_operand(model, op, 0)->scale;
  const float output_scale = octavo_model_operator_output(model, op, 0)->scale;
  const bool per_channel = weights->scales >= 0;
  const float *scales = per_channel ? octavo_model_constant(model, &model->tensors[weights->scales])
                                    : &weights->scale;
  for (uint32_t i = 0; i < (per_channel ? weights->shape[0] : 1); ++i) {
    if (!(scales[i] > 0.0f) || !isnormal(scales[i]))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "weight scale of output channel %u: expected a normal positive "
                              "number, found %g",
                              i, (double)scales[i]);
    const float requantization = input_scale * scales[i] / output_scale;
    if (!(requantization < SCALE_LIMIT))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "input scale %g times weight scale %g over output scale %g of output "
                              "channel %u: expected less than 256, found %g",
                              (double)input_scale, (double)scales[i], (double)output_scale, i,
                              (double)requantization);
  }
  return OCTAVO_OK;
}

static octavo_status check_accumulators(const octavo_model *model, const octavo_format_tensor *bias,
                                        uint64_t terms, octavo_error *error) {
  const uint64_t limit = UINT64_C(1) << 31;
  const uint64_t products = octavo_saturating_multiply(terms, LARGEST_PRODUCT);
  if (products >= limit)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "products per output: expected at most %" PRIu64
                            " so that the accumulator cannot overflow, found %" PRIu64,
                            (limit - 1) / LARGEST_PRODUCT, terms);
  if (bias == NULL)
    return OCTAVO_OK;
  const int32_t *values = octavo_model_constant(model, bias);
  for (uint32_t i = 0; i < bias->shape[0]; ++i)
    if ((uint64_t)llabs((long long)values[i]) + products >= limit)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "bias of output channel %u: expected a magnitude below %" PRIu64
                              " so that the accumulator cannot overflow, found %" PRId32,
                              i, limit - products, values[i]);
  return OCTAVO_OK;
}

octavo_status octavo_check_weights(const octavo_model *model, const octavo_format_operator *op,
                                   const octavo_format_tensor *weights, uint64_t terms,
                                   octavo_error *error) {
  const bool dynamic = octavo_is_dynamic(octavo_model_operand(model, op, 0), weights);
  const bool quantized = weights->type == OCTAVO_INT8;
  const octavo_format_tensor *bias = octavo_model_operand(model, op, 2);
  octavo_status status = OCTAVO_OK;
  if (bias != NULL) {
    status =
        octavo_check_constant(model, op, 2, quantized && !dynamic ? OCTAVO_INT32 : OCTAVO_FLOAT32,
                              1, "bias", &bias, error);
    if (status == OCTAVO_OK && bias->shape[0] != weights->shape[0])
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "elements of the bias: expected %" PRIu32
                              " as there are output channels, found %" PRIu32,
                              weights->shape[0], bias->shape[0]);
  }
  if (status != OCTAVO_OK || !quantized)
    return status;
  const size_t count = (size_t)weights->bytes;
  const size_t found = find_minus_128(octavo_model_constant(model, weights), count);
  if (found < count)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "weight %zu: expected -127 to 127, found -128", found);
  status = check_accumulators(model, dynamic ? NULL : bias, terms, error);
  if (status == OCTAVO_OK && !dynamic)
    status = check_requantization(model, op, weights, error);
  return status;
}
