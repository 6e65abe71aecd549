#include "converter/diagnosis/activation_statistics.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

octavo_status activation_statistics_init(activation_statistics *s, value_range seen,
                                         const quantization_parameters *parameters,
                                         uint32_t channels, octavo_error *error) {
  memset(s, 0, sizeof *s);
  s->seen = seen;
  value_range ends = seen;
  if (parameters != NULL) {
    s->quantized = true;
    s->scale = parameters->scale;
    s->chosen = scale_to_range(*parameters);
    ends = range_union(ends, s->chosen);
  }
  value_histogram_init(&s->histogram, ends);
  s->channels = channels;
  s->alive = octavo_memory_alloc(channels, 1);
  return s->alive != NULL ? OCTAVO_OK : octavo_error_memory(error, channels, "channels");
}

void activation_statistics_free(activation_statistics *s) {
  octavo_memory_free(s->alive);
  memset(s, 0, sizeof *s);
}

void activation_statistics_add(activation_statistics *s, const float *values, size_t count) {
  value_histogram_add(&s->histogram, values, count);
  for (size_t i = 0; i < count; i += s->channels)
    for (uint32_t c = 0; c < s->channels; c++)
      s->alive[c] |= values[i + c] != 0.0f;
  if (!s->quantized)
    return;
  const float low = s->chosen.min - 0.5f * s->scale, high = s->chosen.max + 0.5f * s->scale;
  for (size_t i = 0; i < count; i++)
    s->clipped += (values[i] < low) | (values[i] > high);
}

void activation_statistics_merge(activation_statistics *s, const activation_statistics *other) {
  value_histogram_merge(&s->histogram, &other->histogram);
  s->clipped += other->clipped;
  for (uint32_t c = 0; c < s->channels; c++)
    s->alive[c] |= other->alive[c];
}

uint32_t activation_statistics_dead(const activation_statistics *s) {
  uint32_t dead = 0;
  for (uint32_t c = 0; c < s->channels; c++)
    dead += s->alive[c] == 0;
  return dead;
}

double activation_statistics_clipped_share(const activation_statistics *s) {
  return s->histogram.count == 0 ? 0.0 : (double)s->clipped / (double)s->histogram.count;
}
