#include "converter/diagnosis/weight_statistics.h"

#include <math.h>

static value_range range_of(const float *values, uint64_t count) {
  value_range range = {count == 0 ? 0.0f : values[0], count == 0 ? 0.0f : values[0]};
  for (uint64_t i = 1; i < count; i++)
    range = range_union(range, (value_range){values[i], values[i]});
  return range;
}

weight_statistics weight_statistics_of(const graph_tensor *weights) {
  weight_statistics s = {0};
  const uint64_t count = graph_element_count(weights);
  if (weights->type != GRAPH_FLOAT32 || weights->rank == 0 || count == 0)
    return s;
  const float *values = weights->data;
  s.channels = (uint32_t)weights->shape[0];
  s.range = range_of(values, count);
  value_histogram_init(&s.histogram, s.range);
  value_histogram_add(&s.histogram, values, count);
  const uint64_t depth = count / s.channels;
  for (uint32_t c = 0; c < s.channels; c++) {
    const value_range channel = range_of(values + c * depth, depth);
    const float magnitude = fmaxf(fabsf(channel.min), fabsf(channel.max));
    if (magnitude == 0.0f) {
      s.dead++;
      continue;
    }
    s.widest = fmaxf(s.widest, magnitude);
    s.narrowest = s.narrowest == 0.0f ? magnitude : fminf(s.narrowest, magnitude);
  }
  return s;
}

double weight_statistics_spread(const weight_statistics *s) {
  return s->narrowest > 0.0f ? (double)s->widest / (double)s->narrowest : 1.0;
}
