/* SSE2, which compilers may take, has neither products of 32 bits nor a widening of signed bytes,
 * and they do not see that vpmaddwd weighs two pixels at once. */
#include "platforms/x86/bilinear_avx2.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline)) TARGET

enum { BITS = OCTAVO_BILINEAR_BITS, ONE = 1 << BITS, HALF = 1 << (2 * BITS - 1) };

typedef struct weights {
  __m256i across; /* left and right in turn, of 16 bits */
  __m256i above, below;
} weights;

/* 8 channels, the left and the right pixel in turn. */
INLINE __m256i blend_8(const weights *w, __m256i above, __m256i below) {
  const __m256i top = _mm256_mullo_epi32(_mm256_madd_epi16(above, w->across), w->above);
  const __m256i bottom = _mm256_mullo_epi32(_mm256_madd_epi16(below, w->across), w->below);
  const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(top, bottom), _mm256_set1_epi32(HALF));
  return _mm256_srai_epi32(sum, 2 * BITS);
}

INLINE __m128i blend_16(const weights *w, __m128i a, __m128i b, __m128i c, __m128i d) {
  const __m256i x00 = _mm256_cvtepi8_epi16(a), x01 = _mm256_cvtepi8_epi16(b);
  const __m256i x10 = _mm256_cvtepi8_epi16(c), x11 = _mm256_cvtepi8_epi16(d);
  /* Unpacking and packing go by halves of 128 bits and undo each other. */
  const __m256i first =
      blend_8(w, _mm256_unpacklo_epi16(x00, x01), _mm256_unpacklo_epi16(x10, x11));
  const __m256i second =
      blend_8(w, _mm256_unpackhi_epi16(x00, x01), _mm256_unpackhi_epi16(x10, x11));
  const __m256i words = _mm256_packs_epi32(first, second);
  return _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

INLINE __m128i load_16(const int8_t *from) {
  return _mm_loadu_si128((const __m128i *)from);
}

INLINE void step_16(const weights *w, const octavo_bilinear_square *s, size_t c, int8_t *y) {
  _mm_storeu_si128((__m128i *)(y + c), blend_16(w, load_16(s->x00 + c), load_16(s->x01 + c),
                                                load_16(s->x10 + c), load_16(s->x11 + c)));
}

INLINE __m128i load_8(const int8_t *from) {
  return _mm_loadl_epi64((const __m128i *)from);
}

INLINE void step_8(const weights *w, const octavo_bilinear_square *s, size_t c, int8_t *y) {
  _mm_storel_epi64((__m128i *)(y + c), blend_16(w, load_8(s->x00 + c), load_8(s->x01 + c),
                                                load_8(s->x10 + c), load_8(s->x11 + c)));
}

/* Too few for a vector. */
static void plain(const octavo_bilinear_square *s, int8_t *y, size_t count) {
  for (size_t c = 0; c < count; c++) {
    const int32_t top = s->x00[c] * ONE + (s->x01[c] - s->x00[c]) * s->right;
    const int32_t bottom = s->x10[c] * ONE + (s->x11[c] - s->x10[c]) * s->right;
    y[c] = (int8_t)((top * ONE + (bottom - top) * s->down + HALF) >> (2 * BITS));
  }
}

/* The last step may compute some for the second time: y is no part of x. */
TARGET static void in_steps(const octavo_bilinear_square *s, int8_t *y, size_t count) {
  const weights w = {
      .across = _mm256_set1_epi32(s->right * (1 << 16) | (ONE - s->right)),
      .above = _mm256_set1_epi32(ONE - s->down),
      .below = _mm256_set1_epi32(s->down),
  };
  if (count < 16) {
    step_8(&w, s, 0, y);
    step_8(&w, s, count - 8, y);
    return;
  }
  for (size_t c = 0; c + 16 <= count; c += 16)
    step_16(&w, s, c, y);
  if (count % 16 != 0)
    step_16(&w, s, count - 16, y);
}

void platform_bilinear_avx2(const octavo_bilinear_square *s, int8_t *y, size_t count) {
  if (count < 8)
    plain(s, y, count);
  else
    in_steps(s, y, count);
}
