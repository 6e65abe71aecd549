#include "reference.h"

#include <math.h>

/* The elements of one channel that one window covers, summed and compared. */
typedef struct window_result {
  uint32_t count; /* inside the image */
  double sum;     /* of x - zero point; exact in int8 */
  float largest;  /* of x */
} window_result;

static float value_at(const reference_tensor *x, size_t index) {
  return x->type == OCTAVO_INT8 ? (float)((const int8_t *)x->data)[index]
                                : ((const float *)x->data)[index];
}

static void include(window_result *result, const reference_tensor *x, size_t index) {
  const float value = value_at(x, index);
  if (result->count == 0 || value > result->largest)
    result->largest = value;
  result->sum += (double)value - (x->type == OCTAVO_INT8 ? x->zero_point : 0);
  result->count++;
}

static window_result look_through(const octavo_attributes_pool *a, const reference_tensor *x,
                                  uint32_t n, uint32_t row, uint32_t column, uint32_t channel) {
  window_result result = {0};
  for (uint32_t i = 0; i < a->kernel_height; i++)
    for (uint32_t j = 0; j < a->kernel_width; j++) {
      const int64_t h =
          (int64_t)row * a->stride_height - a->pad_top + (int64_t)i * a->dilation_height;
      const int64_t w =
          (int64_t)column * a->stride_width - a->pad_left + (int64_t)j * a->dilation_width;
      if (h < 0 || h >= x->shape[1] || w < 0 || w >= x->shape[2])
        continue;
      include(&result, x,
              (((size_t)n * x->shape[1] + (size_t)h) * x->shape[2] + (size_t)w) * x->shape[3] +
                  channel);
    }
  return result;
}

/* s = x scale / (y scale · divisor), in float32 and this order. */
static void store_average(const reference_tensor *x, const reference_tensor *y, size_t index,
                          double sum, uint32_t divisor) {
  if (y->type == OCTAVO_FLOAT32) {
    ((float *)y->data)[index] = (float)(sum / divisor);
    return;
  }
  const float scale = x->scale / (y->scale * (float)divisor);
  ((int8_t *)y->data)[index] =
      reference_round((float)(int32_t)sum * scale, y->zero_point, -128, 127);
}

static void store_largest(const reference_tensor *y, size_t index, float largest) {
  if (y->type == OCTAVO_FLOAT32)
    ((float *)y->data)[index] = largest;
  else
    ((int8_t *)y->data)[index] = (int8_t)largest;
}

static void pool(const octavo_attributes_pool *a, const reference_tensor *x,
                 const reference_tensor *y, bool average) {
  size_t index = 0;
  for (uint32_t n = 0; n < y->shape[0]; n++)
    for (uint32_t row = 0; row < y->shape[1]; row++)
      for (uint32_t column = 0; column < y->shape[2]; column++)
        for (uint32_t channel = 0; channel < y->shape[3]; channel++, index++) {
          const window_result result = look_through(a, x, n, row, column, channel);
          if (average)
            store_average(x, y, index, result.sum,
                          a->count_padding ? a->kernel_height * a->kernel_width : result.count);
          else
            store_largest(y, index, result.largest);
        }
}

void reference_max_pool(const octavo_attributes_pool *attributes, const reference_tensor *x,
                        const reference_tensor *y) {
  pool(attributes, x, y, false);
}

void reference_average_pool(const octavo_attributes_pool *attributes, const reference_tensor *x,
                            const reference_tensor *y) {
  pool(attributes, x, y, true);
}

void reference_global_average_pool(const reference_tensor *x, const reference_tensor *y) {
  const octavo_attributes_pool whole = {
      .kernel_height = x->shape[1],
      .kernel_width = x->shape[2],
      .stride_height = 1,
      .stride_width = 1,
      .dilation_height = 1,
      .dilation_width = 1,
  };
  reference_tensor image = *y;
  image.rank = 4;
  image.shape[1] = image.shape[2] = 1;
  image.shape[3] = x->shape[3];
  pool(&whole, x, &image, true);
}

/* Where element `index` of x is averaged into y, whose axes that are averaged have one element. */
static size_t mean_target(const reference_tensor *x, const reference_tensor *y, size_t index) {
  size_t target = 0, stride = 1;
  for (uint32_t i = x->rank; i-- > 0;) {
    if (y->shape[i] != 1)
      target += index % x->shape[i] * stride;
    index /= x->shape[i];
    stride *= y->shape[i];
  }
  return target;
}

void reference_mean(const octavo_attributes_mean *attributes, const reference_tensor *x,
                    const reference_tensor *y) {
  const size_t from = reference_elements(x), to = reference_elements(y);
  uint32_t count = 1;
  for (uint32_t i = 0; i < x->rank; i++)
    count *= (attributes->axes >> i & 1) != 0 ? x->shape[i] : 1;
  /* Element by element of y, each with all of x that goes there. */
  for (size_t k = 0; k < to; k++) {
    window_result result = {0};
    for (size_t i = 0; i < from; i++)
      if (mean_target(x, y, i) == k)
        include(&result, x, i);
    store_average(x, y, k, result.sum, count);
  }
}
