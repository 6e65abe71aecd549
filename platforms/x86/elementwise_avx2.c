#include "platforms/x86/elementwise_avx2.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* ---- Lookup ---------------------------------------------------------------------------------- */

/* The table in rows of 16. vpshufb gives the element of a row that the low four bits of an index
 * choose, and 0 where its top bit is set. Step k looks into row k with the index less 16 · k, which
 * is negative from the wanted row on, or after eight rows more; so a result is the exclusive or of
 * at most eight looks up to the wanted row, and rows hold what makes that the wanted element (the
 * way of XNNPACK's x8-lut kernels). */
enum { ROWS = 16, WINDOW = 8 };

INLINE void make_rows(const int8_t table[256], __m256i rows[ROWS]) {
  __m256i plain[ROWS];
  for (int k = 0; k < ROWS; k++) {
    plain[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + 16 * k)));
    rows[k] = k == 0 ? plain[0] : _mm256_xor_si256(plain[k], plain[k - 1]);
    if (k >= WINDOW)
      rows[k] = _mm256_xor_si256(rows[k], rows[k - WINDOW]);
  }
}

INLINE __m256i look_up_32(const __m256i rows[ROWS], __m256i x) {
  const __m256i step = _mm256_set1_epi8(16);
  __m256i index = _mm256_xor_si256(x, _mm256_set1_epi8(-128));
  __m256i y = _mm256_shuffle_epi8(rows[0], index);
  for (int k = 1; k < ROWS; k++) {
    /* Indices from 128 on count as negative and come down to 0; what has been below stays there. */
    index = k <= WINDOW ? _mm256_sub_epi8(index, step) : _mm256_subs_epi8(index, step);
    y = _mm256_xor_si256(y, _mm256_shuffle_epi8(rows[k], index));
  }
  return y;
}

TARGET void platform_look_up_avx2(const int8_t table[256], const int8_t *x, int8_t *y,
                                  size_t count) {
  __m256i rows[ROWS];
  make_rows(table, rows);
  size_t i = 0;
  for (; i + 32 <= count; i += 32)
    _mm256_storeu_si256((__m256i *)(y + i),
                        look_up_32(rows, _mm256_loadu_si256((const __m256i *)(x + i))));
  for (; i < count; i++)
    y[i] = table[x[i] + 128];
}

/* ---- Multiplication -------------------------------------------------------------------------- */

typedef struct rounding {
  __m256 scale, high;
  __m256i a_zero, b_zero, y_zero; /* of 16 bits */
  __m128i minimum, maximum;
} rounding;

INLINE rounding make_rounding(const octavo_multiply_params *params) {
  return (rounding){
      .scale = _mm256_set1_ps(params->scale),
      .high = _mm256_set1_ps((float)(params->maximum - params->y_zero_point)),
      .a_zero = _mm256_set1_epi16((int16_t)params->a_zero_point),
      .b_zero = _mm256_set1_epi16((int16_t)params->b_zero_point),
      .y_zero = _mm256_set1_epi16((int16_t)params->y_zero_point),
      .minimum = _mm_set1_epi8(params->minimum),
      .maximum = _mm_set1_epi8(params->maximum),
  };
}

/* Beyond 2^31 the conversion gives the smallest integer: right for negative results, so that only
 * the others are limited before. */
INLINE __m256i scale_8(const rounding *r, __m256i products) {
  const __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(products), r->scale);
  return _mm256_cvtps_epi32(_mm256_min_ps(value, r->high));
}

/* a and b: 16 values less their zero points. */
INLINE __m128i multiply_16(const rounding *r, __m256i a, __m256i b) {
  const __m256i low = _mm256_mullo_epi16(a, b), high = _mm256_mulhi_epi16(a, b);
  const __m256i first = scale_8(r, _mm256_unpacklo_epi16(low, high));
  const __m256i second = scale_8(r, _mm256_unpackhi_epi16(low, high));
  const __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(first, second), r->y_zero);
  const __m128i bytes =
      _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return _mm_min_epi8(_mm_max_epi8(bytes, r->minimum), r->maximum);
}

INLINE __m256i load_16(const int8_t *from, __m256i zero) {
  return _mm256_sub_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)from)), zero);
}

INLINE __m256i load_one(const int8_t *from, __m256i zero) {
  return _mm256_sub_epi16(_mm256_set1_epi16(*from), zero);
}

/* The first `count` of 16. */
INLINE __m256i load_some(const int8_t *from, size_t count, __m256i zero) {
  int8_t values[16] = {0};
  memcpy(values, from, count);
  return load_16(values, zero);
}

TARGET static void both(const rounding *r, const int8_t *a, const int8_t *b, int8_t *y,
                        size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    _mm_storeu_si128((__m128i *)(y + i),
                     multiply_16(r, load_16(a + i, r->a_zero), load_16(b + i, r->b_zero)));
  if (i == count)
    return;
  int8_t rest[16];
  _mm_storeu_si128((__m128i *)rest, multiply_16(r, load_some(a + i, count - i, r->a_zero),
                                                load_some(b + i, count - i, r->b_zero)));
  memcpy(y + i, rest, count - i);
}

TARGET static void by_one(const rounding *r, const int8_t *x, __m256i zero, __m256i factor,
                          int8_t *y, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    _mm_storeu_si128((__m128i *)(y + i), multiply_16(r, load_16(x + i, zero), factor));
  if (i == count)
    return;
  int8_t rest[16];
  _mm_storeu_si128((__m128i *)rest, multiply_16(r, load_some(x + i, count - i, zero), factor));
  memcpy(y + i, rest, count - i);
}

TARGET void platform_multiply_avx2(const octavo_multiply_params *params, const int8_t *a,
                                   size_t a_stride, const int8_t *b, size_t b_stride, int8_t *y,
                                   size_t count) {
  const rounding r = make_rounding(params);
  if (a_stride == 0)
    by_one(&r, b, r.b_zero, load_one(a, r.a_zero), y, count);
  else if (b_stride == 0)
    by_one(&r, a, r.a_zero, load_one(b, r.b_zero), y, count);
  else
    both(&r, a, b, y, count);
}
