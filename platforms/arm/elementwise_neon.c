#include "platforms/arm/elementwise_neon.h"

#if defined(__ARM_NEON)
#include <arm_neon.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* ---- Lookup ---------------------------------------------------------------------------------- */

#if defined(__aarch64__)

INLINE int8x16_t look_up_16(int8x16x4_t first, int8x16x4_t second, int8x16x4_t third,
                            int8x16x4_t fourth, uint8x16_t index) {
  int8x16_t y = vqtbl4q_s8(first, index);
  y = vqtbx4q_s8(y, second, veorq_u8(index, vdupq_n_u8(64)));
  y = vqtbx4q_s8(y, third, veorq_u8(index, vdupq_n_u8(128)));
  return vqtbx4q_s8(y, fourth, veorq_u8(index, vdupq_n_u8(192)));
}

/* tbl looks indices up in 64 bytes, and tbx leaves alone what another quarter has. The exclusive or
 * brings the indices of a quarter down to 0 … 63 and those of all others beyond. x itself, taken
 * for unsigned, is the index: 0 … 127 have the second half of the table. */
void platform_look_up_neon(const int8_t table[256], const int8_t *x, int8_t *y, size_t count) {
  const int8x16x4_t first = vld1q_s8_x4(table + 128), second = vld1q_s8_x4(table + 192);
  const int8x16x4_t third = vld1q_s8_x4(table), fourth = vld1q_s8_x4(table + 64);
  for (; count >= 16; count -= 16, x += 16, y += 16)
    vst1q_s8(y, look_up_16(first, second, third, fourth, vreinterpretq_u8_s8(vld1q_s8(x))));
  for (; count > 0; count--, x++, y++)
    *y = table[*x + 128];
}

#endif

/* ---- Multiplication -------------------------------------------------------------------------- */

typedef struct rounding {
  float32x4_t scale;
  int16x8_t y_zero;
  int8x16_t minimum, maximum;
} rounding;

INLINE rounding make_rounding(const octavo_multiply_params *params) {
  return (rounding){
      .scale = vdupq_n_f32(params->scale),
      .y_zero = vdupq_n_s16((int16_t)params->y_zero_point),
      .minimum = vdupq_n_s8(params->minimum),
      .maximum = vdupq_n_s8(params->maximum),
  };
}

/* round_8 rounds halves to even and limits to 16 bits. The upper halves of vectors have
 * instructions of their own on 64-bit Arm, and are registers on 32-bit Arm. */
#if defined(__aarch64__)

INLINE int16x8_t widen_high(int8x16_t x, int8x16_t zero) {
  return vsubl_high_s8(x, zero);
}

INLINE int32x4_t multiply_high(int16x8_t a, int16x8_t b) {
  return vmull_high_s16(a, b);
}

INLINE int8x16_t narrow_16(int16x8_t low, int16x8_t high) {
  return vqmovn_high_s16(vqmovn_s16(low), high);
}

INLINE int16x8_t round_8(float32x4_t first, float32x4_t second) {
  return vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(first)), vcvtnq_s32_f32(second));
}

#else

INLINE int16x8_t widen_high(int8x16_t x, int8x16_t zero) {
  return vsubl_s8(vget_high_s8(x), vget_high_s8(zero));
}

INLINE int32x4_t multiply_high(int16x8_t a, int16x8_t b) {
  return vmull_s16(vget_high_s16(a), vget_high_s16(b));
}

INLINE int8x16_t narrow_16(int16x8_t low, int16x8_t high) {
  return vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
}

/* Armv7 only converts towards zero. 1.5 · 2^23 added leaves no bits behind the point, and the low
 * 16 bits are the rounded number. */
INLINE int16x4_t round_4(float32x4_t value) {
  value = vminq_f32(vmaxq_f32(value, vdupq_n_f32(-32768.0f)), vdupq_n_f32(32767.0f));
  return vmovn_s32(vreinterpretq_s32_f32(vaddq_f32(value, vdupq_n_f32(12582912.0f))));
}

INLINE int16x8_t round_8(float32x4_t first, float32x4_t second) {
  return vcombine_s16(round_4(first), round_4(second));
}

#endif

INLINE float32x4_t scale_4(const rounding *r, int32x4_t products) {
  return vmulq_f32(vcvtq_f32_s32(products), r->scale);
}

INLINE int16x8_t multiply_8(const rounding *r, int16x8_t a, int16x8_t b) {
  const float32x4_t low = scale_4(r, vmull_s16(vget_low_s16(a), vget_low_s16(b)));
  return vqaddq_s16(round_8(low, scale_4(r, multiply_high(a, b))), r->y_zero);
}

/* 16 values less their zero point. */
typedef struct values {
  int16x8_t low, high;
} values;

INLINE int8x16_t multiply_16(const rounding *r, values a, values b) {
  const int8x16_t y = narrow_16(multiply_8(r, a.low, b.low), multiply_8(r, a.high, b.high));
  return vminq_s8(vmaxq_s8(y, r->minimum), r->maximum);
}

INLINE values widen(int8x16_t x, int8x16_t zero) {
  return (values){vsubl_s8(vget_low_s8(x), vget_low_s8(zero)), widen_high(x, zero)};
}

/* The first `count` of 16. */
INLINE int8x16_t load_some(const int8_t *from, size_t count) {
  int8_t bytes[16] = {0};
  memcpy(bytes, from, count);
  return vld1q_s8(bytes);
}

static void both(const rounding *r, const int8_t *a, int8x16_t a_zero, const int8_t *b,
                 int8x16_t b_zero, int8_t *y, size_t count) {
  const rounding by = *r;
  for (; count >= 16; count -= 16, a += 16, b += 16, y += 16)
    vst1q_s8(y, multiply_16(&by, widen(vld1q_s8(a), a_zero), widen(vld1q_s8(b), b_zero)));
  if (count == 0)
    return;
  int8_t rest[16];
  vst1q_s8(rest, multiply_16(&by, widen(load_some(a, count), a_zero),
                             widen(load_some(b, count), b_zero)));
  memcpy(y, rest, count);
}

static void by_one(const rounding *r, const int8_t *x, int8x16_t zero, values factor, int8_t *y,
                   size_t count) {
  const rounding by = *r;
  for (; count >= 16; count -= 16, x += 16, y += 16)
    vst1q_s8(y, multiply_16(&by, widen(vld1q_s8(x), zero), factor));
  if (count == 0)
    return;
  int8_t rest[16];
  vst1q_s8(rest, multiply_16(&by, widen(load_some(x, count), zero), factor));
  memcpy(y, rest, count);
}

void platform_multiply_neon(const octavo_multiply_params *params, const int8_t *a, size_t a_stride,
                            const int8_t *b, size_t b_stride, int8_t *y, size_t count) {
  const rounding r = make_rounding(params);
  const int8x16_t a_zero = vdupq_n_s8((int8_t)params->a_zero_point);
  const int8x16_t b_zero = vdupq_n_s8((int8_t)params->b_zero_point);
  if (a_stride == 0)
    by_one(&r, b, b_zero, widen(vdupq_n_s8(*a), a_zero), y, count);
  else if (b_stride == 0)
    by_one(&r, a, a_zero, widen(vdupq_n_s8(*b), b_zero), y, count);
  else
    both(&r, a, a_zero, b, b_zero, y, count);
}

#endif
