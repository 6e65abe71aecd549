/* musl's printf family ends in vfprintf; this one, linked before the C library, takes its place in
 * static programs. Its own works with long double, which on Arm is 15 KB of software arithmetic
 * alone. Here double is the widest type: no long double, no wide characters, no %a and no %n, which
 * end with -1. Numbers are rounded from their exact decimal value, half to even, as C wants it. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What is written is gathered here, so that a line for the unbuffered stderr is one system call. */
typedef struct sink {
  FILE *stream;
  size_t used, total;
  char text[256];
} sink;

static void drain(sink *out) {
  fwrite(out->text, 1, out->used, out->stream);
  out->used = 0;
}

static void put(sink *out, char c) {
  if (out->used == sizeof out->text)
    drain(out);
  out->text[out->used++] = c;
  out->total++;
}

static void put_all(sink *out, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++)
    put(out, text[i]);
}

static void put_times(sink *out, char c, long times) {
  for (; times > 0; times--)
    put(out, c);
}

/* One conversion: %[flags][width][.precision][size]type. */
typedef struct conversion {
  bool left, plus, space, alternative, zero;
  int width, precision; /* precision < 0: none */
  char size;            /* 'H' for hh, 'L' for ll, else the letter, or 0 */
  char type;
} conversion;

/* ---- Frame: prefix (sign, 0x), zeros and a body of `size` characters in a field ----------------
 */

typedef struct frame {
  const char *prefix;
  long zeros;
  long size;
} frame;

static void open_frame(sink *out, const conversion *c, frame *f) {
  const long length = (long)strlen(f->prefix);
  const long used = length + f->zeros + f->size;
  if (c->zero && !c->left && used < c->width)
    f->zeros += c->width - used;
  if (!c->left)
    put_times(out, ' ', c->width - length - f->zeros - f->size);
  put_all(out, f->prefix, (size_t)length);
  put_times(out, '0', f->zeros);
}

static void close_frame(sink *out, const conversion *c, const frame *f) {
  if (c->left)
    put_times(out, ' ', c->width - (long)strlen(f->prefix) - f->zeros - f->size);
}

static const char *sign_of(const conversion *c, bool negative) {
  return negative ? "-" : c->plus ? "+" : c->space ? " " : "";
}

/* ---- Text and whole numbers --------------------------------------------------------------------
 */

static void put_text(sink *out, const conversion *c, const char *text, size_t size) {
  conversion plain = *c;
  plain.zero = false;
  frame f = {.prefix = "", .size = (long)size};
  open_frame(out, &plain, &f);
  put_all(out, text, size);
  close_frame(out, &plain, &f);
}

static void put_string(sink *out, const conversion *c, const char *text) {
  if (text == NULL)
    text = "(null)";
  put_text(out, c, text, c->precision < 0 ? strlen(text) : strnlen(text, (size_t)c->precision));
}

static void put_whole(sink *out, const conversion *c, uint64_t value, const char *sign) {
  char digits[24];
  char *at = digits + sizeof digits;
  const unsigned base = c->type == 'o' ? 8 : c->type == 'x' || c->type == 'X' ? 16 : 10;
  const char *names = c->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  const bool is_zero = value == 0;
  for (; value > 0; value /= base)
    *--at = names[value % base];
  frame f = {.prefix = sign, .size = digits + sizeof digits - at};
  const long wanted = c->precision < 0 ? 1 : c->precision;
  if (f.size < wanted)
    f.zeros = wanted - f.size;
  if (c->alternative && base == 16 && !is_zero)
    f.prefix = c->type == 'X' ? "0X" : "0x";
  if (c->alternative && base == 8 && f.zeros == 0)
    f.zeros = 1;
  conversion field = *c;
  field.zero = c->zero && c->precision < 0;
  open_frame(out, &field, &f);
  put_all(out, at, (size_t)f.size);
  close_frame(out, &field, &f);
}

/* ---- Real numbers ------------------------------------------------------------------------------
 */

enum {
  LIMB_DIGITS = 9,
  WHOLE_LIMBS = 36,     /* 10^309 > DBL_MAX, and one that rounding may carry into */
  FRACTION_LIMBS = 122, /* 2^-1074 has 1074 places */
  LIMBS = WHOLE_LIMBS + FRACTION_LIMBS
};
#define LIMB UINT32_C(1000000000)

/* The exact value: limbs of nine digits, the point after the first WHOLE_LIMBS of them. */
typedef struct decimal {
  uint32_t limbs[LIMBS];
  int first, end; /* those outside are 0 */
} decimal;

static void times_power_of_2(decimal *d, unsigned bits) {
  uint64_t carry = 0;
  for (int i = d->end - 1; i >= d->first; i--) {
    const uint64_t x = ((uint64_t)d->limbs[i] << bits) + carry;
    d->limbs[i] = (uint32_t)(x % LIMB);
    carry = x / LIMB;
  }
  if (carry > 0)
    d->limbs[--d->first] = (uint32_t)carry;
}

/* At most 9 bits: 10^9 is a multiple of 2^9. */
static void by_power_of_2(decimal *d, unsigned bits) {
  uint32_t rest = 0;
  for (int i = d->first; i < d->end; i++) {
    const uint32_t next = (d->limbs[i] & ((1u << bits) - 1)) * (LIMB >> bits);
    d->limbs[i] = (d->limbs[i] >> bits) + rest;
    rest = next;
  }
  if (rest > 0)
    d->limbs[d->end++] = rest;
}

/* `bits` of a finite double without its sign. */
static void decimal_of(decimal *d, uint64_t bits) {
  memset(d, 0, sizeof *d);
  int exponent = (int)(bits >> 52);
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (exponent > 0)
    mantissa |= UINT64_C(1) << 52;
  else
    exponent = 1;
  exponent -= 1075;
  d->first = WHOLE_LIMBS - 2;
  d->end = WHOLE_LIMBS;
  d->limbs[d->first] = (uint32_t)(mantissa / LIMB);
  d->limbs[d->first + 1] = (uint32_t)(mantissa % LIMB);
  for (; exponent > 0; exponent -= exponent < 29 ? exponent : 29)
    times_power_of_2(d, exponent < 29 ? (unsigned)exponent : 29);
  for (; exponent<0; exponent += exponent> - 9 ? -exponent : 9)
    by_power_of_2(d, exponent > -9 ? (unsigned)-exponent : 9);
}

static uint32_t power_of_10(int exponent) {
  uint32_t power = 1;
  for (; exponent > 0; exponent--)
    power *= 10;
  return power;
}

/* The digit that counts 10^place. */
static char digit(const decimal *d, int place) {
  const int at = WHOLE_LIMBS * LIMB_DIGITS - 1 - place;
  if (at < 0 || at >= LIMBS * LIMB_DIGITS)
    return '0';
  return (char)('0' +
                d->limbs[at / LIMB_DIGITS] / power_of_10(LIMB_DIGITS - 1 - at % LIMB_DIGITS) % 10);
}

/* The place of the first digit; 0 for zero. */
static int magnitude(const decimal *d) {
  for (int place = LIMB_DIGITS * (WHOLE_LIMBS - d->first) - 1;
       place >= -FRACTION_LIMBS * LIMB_DIGITS; place--)
    if (digit(d, place) != '0')
      return place;
  return 0;
}

/* Rounds to a multiple of 10^place. */
static void round_at(decimal *d, int place) {
  const int at = WHOLE_LIMBS * LIMB_DIGITS - 1 - place; /* of the last digit that stays */
  if (at >= d->end * LIMB_DIGITS)
    return;
  int i = at / LIMB_DIGITS;
  const uint32_t unit = power_of_10(LIMB_DIGITS - 1 - at % LIMB_DIGITS);
  /* What is cut off, in limbs from `cut` on, against half of what it counts at most. */
  const int cut = unit > 1 ? i : i + 1;
  const uint32_t whole = unit > 1 ? unit : LIMB;
  const uint32_t rest = d->limbs[cut] % whole;
  bool more = false;
  for (int k = cut + 1; k < d->end; k++)
    more = more || d->limbs[k] != 0;
  const bool odd = d->limbs[i] / unit % 2 != 0;
  const bool up = rest > whole / 2 || (rest == whole / 2 && (more || odd));
  d->limbs[i] -= d->limbs[i] % unit;
  for (int k = i + 1; k < d->end; k++)
    d->limbs[k] = 0;
  d->end = i + 1;
  if (!up)
    return;
  d->limbs[i] += unit;
  for (; d->limbs[i] == LIMB; i--) {
    d->limbs[i] = 0;
    d->limbs[i - 1]++;
  }
  if (i < d->first)
    d->first = i;
}

static void put_digits(sink *out, const decimal *d, int from, int to) {
  for (int place = from; place >= to; place--)
    put(out, digit(d, place));
}

/* 1.25e+03: `places` after the point of the number that begins at 10^first. */
static void put_scientific(sink *out, const conversion *c, const decimal *d, int first, int places,
                           const char *sign) {
  char exponent[8];
  size_t size = sizeof exponent;
  int rest = first < 0 ? -first : first;
  for (int count = 0; rest > 0 || count < 2; count++, rest /= 10)
    exponent[--size] = (char)('0' + rest % 10);
  exponent[--size] = first < 0 ? '-' : '+';
  exponent[--size] = c->type <= 'Z' ? 'E' : 'e';
  const bool point = places > 0 || c->alternative;
  frame f = {.prefix = sign, .size = 1 + point + places + (long)(sizeof exponent - size)};
  open_frame(out, c, &f);
  put_digits(out, d, first, first);
  if (point)
    put(out, '.');
  put_digits(out, d, first - 1, first - places);
  put_all(out, exponent + size, sizeof exponent - size);
  close_frame(out, c, &f);
}

static void put_fixed(sink *out, const conversion *c, const decimal *d, int first, int places,
                      const char *sign) {
  const int from = first > 0 ? first : 0;
  const bool point = places > 0 || c->alternative;
  frame f = {.prefix = sign, .size = from + 1 + point + places};
  open_frame(out, c, &f);
  put_digits(out, d, from, 0);
  if (point)
    put(out, '.');
  put_digits(out, d, -1, -places);
  close_frame(out, c, &f);
}

/* How many of the `places` after 10^first are left without the zeros at the end. */
static int without_zeros(const decimal *d, int first, int places) {
  while (places > 0 && digit(d, first - places) == '0')
    places--;
  return places;
}

static void put_real(sink *out, const conversion *c, double value) {
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof bits);
  const char *sign = sign_of(c, bits >> 63 != 0);
  bits &= UINT64_MAX >> 1;
  if (bits >> 52 == 2047) {
    const char *const names[] = {"inf", "nan", "INF", "NAN"};
    conversion plain = *c;
    plain.zero = false;
    frame f = {.prefix = sign, .size = 3};
    open_frame(out, &plain, &f);
    put_all(out, names[(c->type <= 'Z' ? 2 : 0) + (bits << 12 != 0)], 3);
    close_frame(out, &plain, &f);
    return;
  }
  decimal d;
  decimal_of(&d, bits);
  const char type = (char)(c->type | 32);
  int places = c->precision < 0 ? 6 : c->precision;
  if (type == 'g')
    places = places == 0 ? 0 : places - 1;
  round_at(&d, type == 'f' ? -places : magnitude(&d) - places);
  const int first = magnitude(&d);
  if (type == 'e') {
    put_scientific(out, c, &d, first, places, sign);
  } else if (type == 'f') {
    put_fixed(out, c, &d, first, places, sign);
  } else {
    const bool fixed = first >= -4 && first <= places;
    if (!c->alternative)
      places = without_zeros(&d, first, places);
    if (fixed)
      put_fixed(out, c, &d, first, places > first ? places - first : 0, sign);
    else
      put_scientific(out, c, &d, first, places, sign);
  }
}

/* ---- The format --------------------------------------------------------------------------------
 */

static void read_flags(const char **at, conversion *c) {
  for (;; ++*at)
    switch (**at) {
    case '-':
      c->left = true;
      break;
    case '+':
      c->plus = true;
      break;
    case ' ':
      c->space = true;
      break;
    case '#':
      c->alternative = true;
      break;
    case '0':
      c->zero = true;
      break;
    default:
      return;
    }
}

static int read_number(const char **at) {
  int number = 0;
  for (; **at >= '0' && **at <= '9'; ++*at)
    number = number * 10 + (**at - '0');
  return number;
}

static void read_size(const char **at, conversion *c) {
  while (**at != '\0' && strchr("hlzjt", **at) != NULL) {
    c->size = c->size == **at ? (char)(c->size - 32) : **at; /* hh: H, ll: L */
    ++*at;
  }
}

static int64_t next_signed(const conversion *c, va_list *arguments) {
  switch (c->size) {
  case 'H':
    return (signed char)va_arg(*arguments, int);
  case 'h':
    return (short)va_arg(*arguments, int);
  case 'l':
    return va_arg(*arguments, long);
  case 'L':
  case 'j':
    return va_arg(*arguments, long long);
  case 'z':
  case 't':
    return va_arg(*arguments, ptrdiff_t);
  default:
    return va_arg(*arguments, int);
  }
}

static uint64_t next_unsigned(const conversion *c, va_list *arguments) {
  switch (c->size) {
  case 'H':
    return (unsigned char)va_arg(*arguments, int);
  case 'h':
    return (unsigned short)va_arg(*arguments, int);
  case 'l':
    return va_arg(*arguments, unsigned long);
  case 'L':
  case 'j':
    return va_arg(*arguments, unsigned long long);
  case 'z':
  case 't':
    return va_arg(*arguments, size_t);
  default:
    return va_arg(*arguments, unsigned);
  }
}

static bool convert(sink *out, conversion *c, va_list *arguments) {
  switch (c->type) {
  case '%':
    put(out, '%');
    return true;
  case 'c': {
    const char character = (char)va_arg(*arguments, int);
    put_text(out, c, &character, 1);
    return c->size == 0;
  }
  case 's':
    put_string(out, c, va_arg(*arguments, const char *));
    return c->size == 0;
  case 'd':
  case 'i': {
    const int64_t value = next_signed(c, arguments);
    put_whole(out, c, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, sign_of(c, value < 0));
    return true;
  }
  case 'u':
  case 'o':
  case 'x':
  case 'X':
    put_whole(out, c, next_unsigned(c, arguments), "");
    return true;
  case 'p':
    c->type = 'x';
    c->alternative = true;
    put_whole(out, c, (uintptr_t)va_arg(*arguments, void *), "");
    return true;
  case 'e':
  case 'E':
  case 'f':
  case 'F':
  case 'g':
  case 'G':
    put_real(out, c, va_arg(*arguments, double));
    return c->size == 0 || c->size == 'l';
  default:
    return false;
  }
}

static bool read_conversion(const char **at, conversion *c, va_list *arguments) {
  *c = (conversion){.precision = -1};
  read_flags(at, c);
  c->width = **at == '*' ? va_arg(*arguments, int) : read_number(at);
  *at += **at == '*';
  if (c->width < 0) {
    c->left = true;
    c->width = -c->width;
  }
  if (**at == '.') {
    ++*at;
    c->precision = **at == '*' ? va_arg(*arguments, int) : read_number(at);
    *at += **at == '*';
  }
  read_size(at, c);
  c->type = **at;
  *at += c->type != '\0';
  return c->type != '\0';
}

int vfprintf(FILE *restrict stream, const char *restrict format, va_list caller) {
  sink out = {.stream = stream};
  va_list arguments;
  va_copy(arguments, caller);
  bool good = true;
  const char *at = format;
  while (good && *at != '\0') {
    if (*at != '%') {
      put(&out, *at++);
      continue;
    }
    at++;
    conversion c;
    good = read_conversion(&at, &c, &arguments) && convert(&out, &c, &arguments);
  }
  va_end(arguments);
  if (!good)
    errno = EINVAL;
  drain(&out);
  return good && !ferror(stream) ? (int)out.total : -1;
}
