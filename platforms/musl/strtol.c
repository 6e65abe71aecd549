/* Takes the place of musl's strtol and its relatives in static programs: theirs share a reader of
 * streams with scanf. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static unsigned value_of(char c) {
  if (isdigit((unsigned char)c))
    return (unsigned)(c - '0');
  return isalpha((unsigned char)c) ? (unsigned)((c | 32) - 'a') + 10 : UINT_MAX;
}

/* Skips "0x" where digits follow, and tells the base if it is 0. */
static const char *read_prefix(const char *at, int *base) {
  const bool hexadecimal = at[0] == '0' && (at[1] | 32) == 'x' && value_of(at[2]) < 16;
  if (hexadecimal && (*base == 0 || *base == 16)) {
    *base = 16;
    return at + 2;
  }
  if (*base == 0)
    *base = at[0] == '0' ? 8 : 10;
  return at;
}

/* The magnitude, at most `limit`, which is one more for negative numbers of a signed type. */
static unsigned long long read_number(const char *text, char **end, int base,
                                      unsigned long long limit, bool is_signed, bool *negative) {
  const char *at = text;
  while (isspace((unsigned char)*at))
    at++;
  *negative = *at == '-';
  at += *at == '-' || *at == '+';
  at = read_prefix(at, &base);
  limit += is_signed && *negative;
  unsigned long long number = 0;
  bool found = false, fits = true;
  for (; value_of(*at) < (unsigned)base; at++) {
    const unsigned digit = value_of(*at);
    found = true;
    fits = fits && number <= (limit - digit) / (unsigned)base;
    number = fits ? number * (unsigned)base + digit : limit;
  }
  if (!fits)
    errno = ERANGE;
  if (end != NULL)
    *end = (char *)(uintptr_t)(found ? at : text);
  if (!fits && !is_signed)
    *negative = false;
  return number;
}

long long strtoll(const char *restrict text, char **restrict end, int base) {
  bool negative = false;
  const unsigned long long n = read_number(text, end, base, LLONG_MAX, true, &negative);
  return (long long)(negative ? 0 - n : n);
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base) {
  bool negative = false;
  const unsigned long long n = read_number(text, end, base, ULLONG_MAX, false, &negative);
  return negative ? 0 - n : n;
}

long strtol(const char *restrict text, char **restrict end, int base) {
  bool negative = false;
  const unsigned long long n = read_number(text, end, base, LONG_MAX, true, &negative);
  return (long)(negative ? 0 - n : n);
}

unsigned long strtoul(const char *restrict text, char **restrict end, int base) {
  bool negative = false;
  const unsigned long long n = read_number(text, end, base, ULONG_MAX, false, &negative);
  return (unsigned long)(negative ? 0 - n : n);
}
