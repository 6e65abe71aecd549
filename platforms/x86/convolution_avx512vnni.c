/* Dense int8 convolution with AVX-512 VNNI.
 *
 * vpdpbusd multiplies four unsigned by four signed bytes and adds the products to one int32 lane:
 * four input channels of a pixel, the same for all lanes, times those of 16 filters. A tile keeps
 * pixels × vectors sums in registers: enough (at least 10) to hide the latency of 5 cycles at two a
 * cycle, and few enough loads for each.
 *
 * The image holds x + 128 (flipped top bits); that and the input's zero point go into the packed
 * bias: sum((x - z) · w) + bias  =  sum((x + 128) · w) + [bias - (z + 128) · sum(w)]. */
#include "platforms/x86/convolution_avx512vnni.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* A block's constants: int32_t bias[channels]; float scale[channels]; then, for each row of the
 * filter and each four bytes of a run, int8_t weights[channels][4]. */
enum {
  LANES = 16,
  WIDE_VECTORS = 2,
  WIDE_PIXELS = 8,
  NARROW_PIXELS = 12,
  PREFETCH = 48 /* vectors of weights ahead: late layers' weights come from beyond L2 */
};

TARGET static void copy(uint8_t *to, const int8_t *from, size_t size) {
  const __m512i flip = _mm512_set1_epi8((char)0x80);
  for (; size >= 64; size -= 64, to += 64, from += 64)
    _mm512_storeu_si512(to, _mm512_xor_si512(_mm512_loadu_si512(from), flip));
  const __mmask64 rest = (1ull << size) - 1;
  _mm512_mask_storeu_epi8(to, rest, _mm512_xor_si512(_mm512_maskz_loadu_epi8(rest, from), flip));
}

static size_t block_channels(size_t left) {
  return left > LANES ? WIDE_VECTORS * LANES : LANES;
}

static size_t tile_pixels(size_t channels) {
  return channels == LANES ? NARROW_PIXELS : WIDE_PIXELS;
}

static size_t steps_per_run(const octavo_convolution_layer *layer) {
  return (layer->run + 3) / 4;
}

static size_t block_size(const octavo_convolution_layer *layer, size_t channels) {
  return channels * (8 + layer->rows * steps_per_run(layer) * 4);
}

/* Four bytes of each channel's run, from byte `k` on; zeros beyond its end. */
static void pack_step(const octavo_convolution_layer *layer, size_t channels, const int8_t *runs,
                      size_t k, int8_t *packed) {
  const size_t filter = layer->rows * layer->run;
  const size_t size = layer->run - k < 4 ? layer->run - k : 4;
  if (size == 4) {
    for (size_t c = 0; c < channels; c++)
      memcpy(packed + c * 4, runs + c * filter + k, 4);
  } else {
    for (size_t c = 0; c < channels; c++)
      memcpy(packed + c * 4, runs + c * filter + k, size);
  }
}

/* Step by step over all channels, so that a layer of megabytes is written once and in order. */
TARGET static void pack(const octavo_convolution_layer *layer, size_t block, size_t channels,
                        const int8_t *weights, const int32_t *bias, const float *scale,
                        int8_t input_zero_point, void *packed) {
  int32_t *packed_bias = packed;
  float *packed_scale = (float *)(packed_bias + block);
  int8_t *to = (int8_t *)(packed_scale + block);
  if (channels < block || layer->run % 4 != 0)
    memset(packed, 0, block_size(layer, block));
  __m512i sums[WIDE_VECTORS] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  for (size_t row = 0; row < layer->rows; row++) {
    for (size_t k = 0; k < layer->run; k += 4) {
      pack_step(layer, channels, weights + row * layer->run, k, to);
      for (size_t v = 0; v < block / LANES; v++)
        sums[v] = _mm512_dpbusd_epi32(sums[v], _mm512_set1_epi8(1),
                                      _mm512_loadu_si512(to + v * LANES * 4));
      to += block * 4;
    }
  }
  int32_t sum[WIDE_VECTORS * LANES];
  _mm512_storeu_si512(sum, sums[0]);
  _mm512_storeu_si512(sum + LANES, sums[1]);
  for (size_t c = 0; c < channels; c++) {
    packed_bias[c] = (bias == NULL ? 0 : bias[c]) - (input_zero_point + 128) * sum[c];
    packed_scale[c] = scale[c];
  }
}

/* Four bytes of a pixel in every lane. */
INLINE __m512i broadcast(const uint8_t *p) {
  int32_t bytes;
  memcpy(&bytes, p, sizeof bytes);
  return _mm512_set1_epi32(bytes);
}

/* _mm512_dpbusd_epi32, for which GCC 12 copies the sum to another register and back each time, at a
 * quarter of the speed. */
INLINE __m512i dot(__m512i sum, __m512i pixels, __m512i weights) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(pixels), "v"(weights));
  return sum;
}

/* Scales 16 sums. `high` limits them before the conversion to int32, which does not saturate
 * upwards. */
INLINE __m512i requantize(__m512i sum, __m512 scale, __m512 high) {
  return _mm512_cvtps_epi32(_mm512_min_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale), high));
}

/* Narrows four vectors of 16 int32 to 64 int8 in their order. The pack instructions interleave
 * groups of four; the permutation puts them right. */
INLINE __m512i narrow(__m512i a, __m512i b, __m512i c, __m512i d, __m512i zero_point,
                      __m512i minimum) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i ab = _mm512_adds_epi16(_mm512_packs_epi32(a, b), zero_point);
  const __m512i cd = _mm512_adds_epi16(_mm512_packs_epi32(c, d), zero_point);
  return _mm512_permutexvar_epi32(order, _mm512_max_epi8(_mm512_packs_epi16(ab, cd), minimum));
}

/* The sums of PIXELS × VECTORS · 16 results, scaled, into `results` (pixel by pixel). */
#define DEFINE_SUMS(NAME, PIXELS, VECTORS)                                                         \
  INLINE void NAME(const octavo_convolution_layer *layer, const void *packed,                      \
                   const uint8_t *image, const uint32_t *offsets, __m512i *results) {              \
    const __m512i *constants = packed;                                                             \
    const __m512i *weights = constants + 2 * VECTORS;                                              \
    const uint8_t *patch[PIXELS];                                                                  \
    __m512i sum[PIXELS * VECTORS];                                                                 \
    _Pragma("GCC unroll 12") for (size_t i = 0; i < PIXELS; i++) {                                 \
      patch[i] = image + offsets[i];                                                               \
      _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++) sum[i * VECTORS + v] =          \
          constants[v];                                                                            \
    }                                                                                              \
    const size_t run = steps_per_run(layer) * 4;                                                   \
    for (size_t row = 0; row < layer->rows; row++) {                                               \
      const size_t begin = row * layer->row_stride;                                                \
      for (size_t k = begin; k < begin + run; k += 4) {                                            \
        _Pragma("GCC unroll 12") for (size_t i = 0; i < PIXELS; i++) {                             \
          const __m512i x = broadcast(patch[i] + k);                                               \
          _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++) sum[i * VECTORS + v] =      \
              dot(sum[i * VECTORS + v], x, weights[v]);                                            \
        }                                                                                          \
        _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++)                               \
            _mm_prefetch((const char *)(weights + PREFETCH + v), _MM_HINT_T0);                     \
        weights += VECTORS;                                                                        \
      }                                                                                            \
    }                                                                                              \
    const __m512 high = _mm512_set1_ps((float)(layer->output_max - layer->output_zero_point));     \
    _Pragma("GCC unroll 12") for (size_t i = 0; i < PIXELS; i++)                                   \
        _Pragma("GCC unroll 4") for (size_t v = 0; v < VECTORS; v++) results[i * VECTORS + v] =    \
            requantize(sum[i * VECTORS + v], (__m512)constants[VECTORS + v], high);                \
  }

DEFINE_SUMS(sums_narrow, NARROW_PIXELS, 1)
DEFINE_SUMS(sums_wide, WIDE_PIXELS, WIDE_VECTORS)

TARGET static void tile_narrow(const octavo_convolution_layer *layer, const void *packed,
                               const uint8_t *image, const uint32_t *offsets, size_t pixels,
                               size_t channels, int8_t *output) {
  __m512i results[NARROW_PIXELS];
  sums_narrow(layer, packed, image, offsets, results);
  const __m512i zero_point = _mm512_set1_epi16(layer->output_zero_point);
  const __m512i minimum = _mm512_set1_epi8(layer->output_min);
  const __mmask16 mask = (__mmask16)((1u << channels) - 1);
  for (size_t i = 0; i < pixels; i += 4) {
    const __m512i four =
        narrow(results[i], results[i + 1], results[i + 2], results[i + 3], zero_point, minimum);
    _mm_mask_storeu_epi8(output, mask, _mm512_castsi512_si128(four));
    if (i + 1 < pixels)
      _mm_mask_storeu_epi8(output + layer->output_stride, mask, _mm512_extracti32x4_epi32(four, 1));
    if (i + 2 < pixels)
      _mm_mask_storeu_epi8(output + 2 * layer->output_stride, mask,
                           _mm512_extracti32x4_epi32(four, 2));
    if (i + 3 < pixels)
      _mm_mask_storeu_epi8(output + 3 * layer->output_stride, mask,
                           _mm512_extracti32x4_epi32(four, 3));
    output += 4 * layer->output_stride;
  }
}

TARGET static void tile_wide(const octavo_convolution_layer *layer, const void *packed,
                             const uint8_t *image, const uint32_t *offsets, size_t pixels,
                             size_t channels, int8_t *output) {
  __m512i results[WIDE_PIXELS * WIDE_VECTORS];
  sums_wide(layer, packed, image, offsets, results);
  const __m512i zero_point = _mm512_set1_epi16(layer->output_zero_point);
  const __m512i minimum = _mm512_set1_epi8(layer->output_min);
  const __mmask32 mask = (__mmask32)((1ull << channels) - 1);
  for (size_t i = 0; i < pixels; i += 2) {
    const __m512i two = narrow(results[2 * i], results[2 * i + 1], results[2 * i + 2],
                               results[2 * i + 3], zero_point, minimum);
    _mm256_mask_storeu_epi8(output, mask, _mm512_castsi512_si256(two));
    if (i + 1 < pixels)
      _mm256_mask_storeu_epi8(output + layer->output_stride, mask,
                              _mm512_extracti64x4_epi64(two, 1));
    output += 2 * layer->output_stride;
  }
}

static void tile(const octavo_convolution_layer *layer, size_t block, const void *packed,
                 const uint8_t *image, const uint32_t *offsets, size_t pixels, size_t channels,
                 int8_t *output) {
  uint32_t filled[NARROW_PIXELS];
  const size_t full = tile_pixels(block);
  /* A tile that is not full does its first pixel again and again, and throws those results away. */
  if (pixels < full) {
    for (size_t i = 0; i < full; i++)
      filled[i] = offsets[i < pixels ? i : 0];
    offsets = filled;
  }
  if (block == LANES)
    tile_narrow(layer, packed, image, offsets, pixels, channels, output);
  else
    tile_wide(layer, packed, image, offsets, pixels, channels, output);
}

const octavo_convolution_kernel platform_convolution_avx512vnni = {
    .name = "qs8-qc8w direct avx512vnni",
    .flip = 0x80,
    .copy = copy,
    .block_channels = block_channels,
    .tile_pixels = tile_pixels,
    .block_size = block_size,
    .pack = pack,
    .tile = tile,
};
