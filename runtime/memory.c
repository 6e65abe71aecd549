#include "memory.h"

#include "checked.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_size_t allocations;
static atomic_size_t fail_first = SIZE_MAX;
static atomic_int fail_lasting;

void octavo_memory_fail_at(size_t n, int lasting) {
  const size_t now = atomic_load(&allocations);
  atomic_store(&fail_lasting, lasting);
  atomic_store(&fail_first, n > SIZE_MAX - now ? SIZE_MAX : now + n);
}

size_t octavo_memory_count(void) {
  return atomic_load(&allocations);
}

/* Counts an allocation; whether it may go ahead. */
static bool permitted(void) {
  const size_t number = atomic_fetch_add(&allocations, 1);
  const size_t first = atomic_load(&fail_first);
  return number < first || (number > first && !atomic_load(&fail_lasting));
}

/* malloc(0) may return NULL, which callers would take for failure. */
static bool byte_size(size_t count, size_t size, size_t *bytes) {
  uint64_t product = 0;
  if (!octavo_checked_multiply(count, size, &product) || !octavo_checked_size(product, bytes))
    return false;
  if (*bytes == 0)
    *bytes = 1;
  return true;
}

void *octavo_memory_alloc(size_t count, size_t size) {
  size_t bytes = 0;
  return byte_size(count, size, &bytes) && permitted() ? calloc(1, bytes) : NULL;
}

void *octavo_memory_resize(void *old, size_t count, size_t size) {
  size_t bytes = 0;
  return byte_size(count, size, &bytes) && permitted() ? realloc(old, bytes) : NULL;
}

void *octavo_memory_alloc_aligned(size_t size) {
  uint64_t rounded = 0;
  if (!octavo_checked_align(size == 0 ? 1 : size, OCTAVO_ALIGNMENT, &rounded) ||
      rounded > SIZE_MAX || !permitted())
    return NULL;
  return aligned_alloc(OCTAVO_ALIGNMENT, (size_t)rounded);
}

char *octavo_memory_copy_string(const char *text) {
  const size_t length = strlen(text) + 1;
  char *copy = octavo_memory_alloc(length, 1);
  if (copy != NULL)
    memcpy(copy, text, length);
  return copy;
}

void octavo_memory_free(void *pointer) {
  free(pointer);
}

void octavo_memory_free_aligned(void *pointer) {
  free(pointer);
}
