/* Sizes from files and callers: every sum and product is checked, once, here. Each function stores
 * the result and returns true, or returns false and leaves *result alone. */
#ifndef OCTAVO_RUNTIME_CHECKED_H
#define OCTAVO_RUNTIME_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool octavo_checked_add(uint64_t a, uint64_t b, uint64_t *result) {
  if (a > UINT64_MAX - b)
    return false;
  *result = a + b;
  return true;
}

static inline bool octavo_checked_multiply(uint64_t a, uint64_t b, uint64_t *result) {
  if (b != 0 && a > UINT64_MAX / b)
    return false;
  *result = a * b;
  return true;
}

/* Rounds up to a multiple of `alignment`, which must be a power of two. */
static inline bool octavo_checked_align(uint64_t value, uint64_t alignment, uint64_t *result) {
  uint64_t sum = 0;
  if (!octavo_checked_add(value, alignment - 1, &sum))
    return false;
  *result = sum & ~(alignment - 1);
  return true;
}

static inline bool octavo_checked_size(uint64_t value, size_t *result) {
  if (value > SIZE_MAX)
    return false;
  *result = (size_t)value;
  return true;
}

/* Whether [offset, offset + length) lies in [0, size). */
static inline bool octavo_checked_range(uint64_t offset, uint64_t length, uint64_t size) {
  return length <= size && offset <= size - length;
}

#endif
