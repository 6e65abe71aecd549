/* 3×3 depthwise int8 convolution with AVX-512 VNNI.
 *
 * vpdpbusd multiplies four unsigned by four signed bytes and adds the products to one int32 lane.
 * So the three pixels of one column (and a zero) are brought into one lane per channel, by
 * interleaving three rows, and one instruction does a column of the filter for 16 channels. A
 * column, once interleaved, serves up to three outputs.
 *
 * Signed input becomes unsigned by flipping the top bit (adding 128); what that adds to the sum,
 * and the input's zero point, are constant per channel and go into the packed bias: sum((x - z) ·
 * w) + bias  =  sum((x + 128) · w) + [bias - (z + 128) · sum(w)].
 *
 * Interleaving by unpack instructions permutes the channels within a vector; the weights are packed
 * in that order and the final narrowing by pack instructions undoes it. */
#include "platforms/x86/depthwise3x3_avx512vnni.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* A block of 64, 32 or 16 channels is four vectors of a quarter of its channels. Its constants,
 * behind each other: int32_t bias[4][lanes]; float scale[4][lanes]; int8_t weights[3
 * columns][4][lanes][4 rows]. */
enum { NARROWEST = 16, PACKED_BYTES_PER_CHANNEL = 4 + 4 + 12 };

static size_t packed_size(size_t channels) {
  return (channels + NARROWEST - 1) / NARROWEST * NARROWEST * PACKED_BYTES_PER_CHANNEL;
}

/* The width of the block that begins where `left` channels are still to do. */
static size_t block_width(size_t left) {
  return left >= 64 ? 64 : left >= 32 ? 32 : 16;
}

/* Writes the constants of channel `c` of a block; `weights` are its 3×3. */
static void pack_channel(size_t c, size_t width, const int8_t *weights, int32_t bias, float scale,
                         int8_t zero_point, uint8_t *block) {
  const size_t lane = c % 16 / 4 * (width / 4) + c / 16 * 4 + c % 4;
  int8_t *packed_weights = (int8_t *)block + width * 8;
  int32_t sum = 0;
  for (size_t column = 0; column < 3; column++) {
    for (size_t row = 0; row < 3; row++) {
      const int8_t weight = weights[row * 3 + column];
      packed_weights[(column * width + lane) * 4 + row] = weight;
      sum += weight;
    }
  }
  bias -= (zero_point + 128) * sum;
  memcpy(block + lane * 4, &bias, 4);
  memcpy(block + width * 4 + lane * 4, &scale, 4);
}

static void pack(size_t channels, const int8_t *weights, const int32_t *bias, const float *scale,
                 int8_t zero_point, void *packed) {
  memset(packed, 0, packed_size(channels));
  uint8_t *block = packed;
  for (size_t first = 0; first < channels;) {
    const size_t width = block_width(channels - first);
    for (size_t c = first; c < channels && c < first + width; c++)
      pack_channel(c - first, width, weights + c * 9, bias == NULL ? 0 : bias[c], scale[c],
                   zero_point, block);
    block += width * PACKED_BYTES_PER_CHANNEL;
    first += width;
  }
}

/* The same code at three widths; the narrowest is masked, for the last channels. */
#define VECTOR            __m512i
#define FLOATS            __m512
#define V(name)           _mm512_##name
#define FUNCTION(name)    name##_64
#define LOAD(p, mask)     _mm512_loadu_si512((const void *)(p))
#define STORE(p, mask, v) _mm512_storeu_si512((void *)(p), (v))
#include "platforms/x86/depthwise3x3_avx512vnni.inc"

#define VECTOR            __m256i
#define FLOATS            __m256
#define V(name)           _mm256_##name
#define FUNCTION(name)    name##_32
#define LOAD(p, mask)     _mm256_loadu_si256((const void *)(p))
#define STORE(p, mask, v) _mm256_storeu_si256((void *)(p), (v))
#include "platforms/x86/depthwise3x3_avx512vnni.inc"

#define VECTOR            __m128i
#define FLOATS            __m128
#define V(name)           _mm_##name
#define FUNCTION(name)    name##_16
#define LOAD(p, mask)     _mm_maskz_loadu_epi8((mask), (p))
#define STORE(p, mask, v) _mm_mask_storeu_epi8((p), (mask), (v))
#include "platforms/x86/depthwise3x3_avx512vnni.inc"

static void row(const octavo_depthwise3x3_layer *layer, const void *packed,
                const int8_t *const rows[3], int8_t *output) {
  const uint8_t *block = packed;
  for (size_t first = 0; first < layer->channels;) {
    const size_t left = layer->channels - first, width = block_width(left);
    const __mmask16 mask = (__mmask16)(left >= 16 ? 0xffff : (1u << left) - 1);
    if (width == 64)
      row_64(layer, block, rows, first, mask, output);
    else if (width == 32)
      row_32(layer, block, rows, first, mask, output);
    else
      row_16(layer, block, rows, first, mask, output);
    block += width * PACKED_BYTES_PER_CHANNEL;
    first += width;
  }
}

const octavo_depthwise3x3_kernel platform_depthwise3x3_avx512vnni = {
    .name = "qs8-qc8w dwconv 3x3 avx512vnni",
    .packed_size = packed_size,
    .pack = pack,
    .row = row,
};
