/* The STRINGS section in the making: each different string once, in the order of first use. */
#ifndef OCTAVO_CONVERTER_WRITER_STRING_POOL_H
#define OCTAVO_CONVERTER_WRITER_STRING_POOL_H

#include "byte_buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty one. */
typedef struct string_pool {
  byte_buffer bytes;
  uint32_t *slots; /* open-addressed hash table of offsets + 1; 0 = free */
  size_t slot_count, used;
} string_pool;

/* Finds or adds `text`; the first string of a pool is always "". Returns false if memory is short
 * or the section would pass OCTAVO_FORMAT_MAX_STRINGS. */
bool string_pool_add(string_pool *pool, const char *text, uint32_t *offset);

void string_pool_free(string_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
