/* How one image of float32 activations is quantized on the fly: its range widened to hold 0 goes to
 * −128 … 127, the zero point is rounded from the end of the range that gives the smaller error.
 * Every step is one float32 operation, in the order of XNNPACK's
 * xnn_qd8_asymmetric_quantization_params and xnn_compute_f32_qd8_convert. */
#include "reference.h"

#include <float.h>
#include <math.h>

static int32_t zero_point_of(float low, float high) {
  const float error_low = -128.0f + low, error_high = 127.0f + high;
  const float exact = error_low + error_high > 0.0f ? -128.0f - low : 127.0f - high;
  return (int32_t)lrintf(fminf(fmaxf(exact, -128.0f), 127.0f));
}

void reference_quantize_dynamic(const float *x, reference_tensor *image) {
  const size_t elements = reference_elements(image);
  int8_t *quantized = image->data;
  float low = 0.0f, high = 0.0f;
  for (size_t i = 0; i < elements; i++) {
    low = fminf(low, x[i]);
    high = fmaxf(high, x[i]);
  }
  const float inverse = low == high ? 1.0f : 255.0f / (high - low);
  image->scale = 1.0f / inverse;
  if (image->scale < FLT_MIN) { /* the image counts as zeros */
    image->scale = 1.0f;
    image->zero_point = 0;
    for (size_t i = 0; i < elements; i++)
      quantized[i] = 0;
    return;
  }
  image->zero_point = zero_point_of(low * inverse, high * inverse);
  const float factor = 1.0f / image->scale;
  for (size_t i = 0; i < elements; i++)
    quantized[i] = reference_round(x[i] * factor, image->zero_point, -128, 127);
}

float reference_dequantize_sum(int32_t sum, const reference_tensor *image, float weight_scale,
                               const reference_tensor *bias, uint32_t channel) {
  const float real = (float)sum * image->scale * weight_scale;
  return bias == NULL ? real : real + ((const float *)bias->data)[channel];
}
