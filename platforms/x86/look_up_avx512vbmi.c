/* vpermi2b looks 64 indices of 7 bits up in 128 bytes at once; two of them hold the table. */
#include "platforms/x86/look_up_avx512vbmi.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi")))
#define INLINE static inline __attribute__((always_inline)) TARGET

/* x itself is the index: its low 7 bits, and its sign tells which half. x = -128 … -1 have the
 * first half, in which they come in order, and 0 … 127 the second. */
INLINE __m512i look_up_64(const __m512i table[4], __m512i x) {
  const __m512i negative = _mm512_permutex2var_epi8(table[0], x, table[1]);
  const __m512i positive = _mm512_permutex2var_epi8(table[2], x, table[3]);
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), positive, negative);
}

TARGET void platform_look_up_avx512vbmi(const int8_t table[256], const int8_t *x, int8_t *y,
                                        size_t count) {
  __m512i quarters[4];
  for (int k = 0; k < 4; k++)
    quarters[k] = _mm512_loadu_si512(table + 64 * k);
  size_t i = 0;
  for (; i + 64 <= count; i += 64)
    _mm512_storeu_si512(y + i, look_up_64(quarters, _mm512_loadu_si512(x + i)));
  if (i == count)
    return;
  const __mmask64 rest = ~UINT64_C(0) >> (64 - (count - i));
  _mm512_mask_storeu_epi8(y + i, rest, look_up_64(quarters, _mm512_maskz_loadu_epi8(rest, x + i)));
}
