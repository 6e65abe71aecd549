#include "string_pool.h"

#include "runtime/format.h"
#include "runtime/memory.h"

#include <string.h>

static uint32_t hash(const char *text) {
  uint32_t value = 2166136261u; /* FNV-1a */
  for (; *text != '\0'; text++)
    value = (value ^ (uint8_t)*text) * 16777619u;
  return value;
}

/* The slot that holds `text`, or the free one where it belongs. */
static uint32_t *find(const string_pool *pool, const char *text) {
  const size_t mask = pool->slot_count - 1;
  for (size_t i = hash(text) & mask;; i = (i + 1) & mask) {
    uint32_t *slot = &pool->slots[i];
    if (*slot == 0 || strcmp((const char *)pool->bytes.data + *slot - 1, text) == 0)
      return slot;
  }
}

static bool grow(string_pool *pool) {
  const size_t count = pool->slot_count == 0 ? 64 : pool->slot_count * 2;
  uint32_t *slots = octavo_memory_alloc(count, sizeof *slots);
  if (slots == NULL)
    return false;
  uint32_t *old = pool->slots;
  const size_t old_count = pool->slot_count;
  pool->slots = slots;
  pool->slot_count = count;
  for (size_t i = 0; i < old_count; i++)
    if (old[i] != 0)
      *find(pool, (const char *)pool->bytes.data + old[i] - 1) = old[i];
  octavo_memory_free(old);
  return true;
}

static bool add(string_pool *pool, const char *text, uint32_t *offset) {
  if (pool->used * 2 >= pool->slot_count && !grow(pool))
    return false;
  uint32_t *slot = find(pool, text);
  if (*slot == 0) {
    const size_t start = pool->bytes.size;
    const size_t length = strlen(text) + 1;
    if (length > OCTAVO_FORMAT_MAX_STRINGS - start ||
        !byte_buffer_append(&pool->bytes, text, length))
      return false;
    *slot = (uint32_t)start + 1;
    pool->used++;
  }
  *offset = *slot - 1;
  return true;
}

bool string_pool_add(string_pool *pool, const char *text, uint32_t *offset) {
  return (pool->bytes.size > 0 || add(pool, "", offset)) && add(pool, text, offset);
}

void string_pool_free(string_pool *pool) {
  byte_buffer_free(&pool->bytes);
  octavo_memory_free(pool->slots);
  *pool = (string_pool){0};
}
