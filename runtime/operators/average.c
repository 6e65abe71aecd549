#include "operators/average.h"

#include "operators/requantize.h"

void octavo_average_block_int8(const octavo_average_int8 *params, const octavo_rectangle *rectangle,
                               const int8_t *x, size_t channels, int8_t *y) {
  int32_t sums[OCTAVO_AVERAGE_BLOCK] = {0};
  for (size_t i = 0; i < rectangle->height; ++i)
    for (size_t j = 0; j < rectangle->width; ++j) {
      const int8_t *from = x + i * rectangle->row_stride + j * rectangle->column_stride;
      for (size_t c = 0; c < channels; ++c)
        sums[c] += from[c];
    }
  const int32_t zero = (int32_t)(rectangle->height * rectangle->width) * params->input_zero_point;
  for (size_t c = 0; c < channels; ++c)
    y[c] = octavo_requantize(sums[c] - zero, params->scale, params->output_zero_point);
}

void octavo_average_block_float(float divisor, const octavo_rectangle *rectangle, const float *x,
                                size_t channels, float *y) {
  float sums[OCTAVO_AVERAGE_BLOCK] = {0};
  for (size_t i = 0; i < rectangle->height; ++i)
    for (size_t j = 0; j < rectangle->width; ++j) {
      const float *from = x + i * rectangle->row_stride + j * rectangle->column_stride;
      for (size_t c = 0; c < channels; ++c)
        sums[c] += from[c];
    }
  for (size_t c = 0; c < channels; ++c)
    y[c] = sums[c] / divisor;
}
