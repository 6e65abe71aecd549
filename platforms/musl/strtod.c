/* Takes the place of musl's strtod in static programs, as vfprintf.c does: that works with long
 * double, and brings scanf's reader of numbers along. This one reads plain decimal numbers: no inf,
 * nan or hexadecimal digits. Exact for up to 15 digits with an exponent within 22, which is more
 * than a command line or /proc has; other numbers may differ in the last bits. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct number {
  uint64_t digits;
  int exponent;
  bool found;
} number;

/* Digits from `at` on; the exponent changes by `step` for each that is taken, and by step + 1 for
 * each that no longer fits. */
static const char *read_digits(const char *at, number *n, int step) {
  for (; isdigit((unsigned char)*at); at++) {
    n->found = true;
    const bool fits = n->digits < UINT64_MAX / 10 - 1;
    if (fits)
      n->digits = n->digits * 10 + (uint64_t)(*at - '0');
    n->exponent += fits ? step : step + 1;
  }
  return at;
}

static const char *read_exponent(const char *at, number *n) {
  if (*at != 'e' && *at != 'E')
    return at;
  const char *digits = at + 1;
  const bool negative = *digits == '-';
  digits += negative || *digits == '+';
  if (!isdigit((unsigned char)*digits))
    return at;
  int exponent = 0;
  for (; isdigit((unsigned char)*digits); digits++)
    exponent = exponent < 10000 ? exponent * 10 + (*digits - '0') : exponent;
  n->exponent += negative ? -exponent : exponent;
  return digits;
}

/* value · 10^exponent: one rounding for exponents within 22, whose powers a double holds. */
static double scale(double value, int exponent) {
  while (exponent != 0) {
    const int step = exponent > 22 ? 22 : exponent < -22 ? -22 : exponent;
    double power = 1;
    for (int i = step < 0 ? -step : step; i > 0; i--)
      power *= 10;
    const double next = step < 0 ? value / power : value * power;
    exponent = next == value ? 0 : exponent - step; /* 0 and infinity stay */
    value = next;
  }
  return value;
}

double strtod(const char *restrict text, char **restrict end) {
  const char *at = text;
  while (isspace((unsigned char)*at))
    at++;
  const bool negative = *at == '-';
  at += negative || *at == '+';
  number n = {0};
  at = read_digits(at, &n, 0);
  if (*at == '.')
    at = read_digits(at + 1, &n, -1);
  if (n.found)
    at = read_exponent(at, &n);
  else
    at = text;
  if (end != NULL)
    *end = (char *)(uintptr_t)at;
  const double value = scale((double)n.digits, n.exponent);
  return negative && n.found ? -value : value;
}
