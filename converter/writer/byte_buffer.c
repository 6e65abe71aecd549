#include "byte_buffer.h"

#include "runtime/checked.h"
#include "runtime/memory.h"

#include <string.h>

static bool reserve(byte_buffer *buffer, size_t size) {
  uint64_t needed = 0;
  if (!octavo_checked_add(buffer->size, size, &needed) || needed > SIZE_MAX / 2)
    return false;
  if (needed <= buffer->capacity)
    return true;
  const size_t capacity = (size_t)needed < 128 ? 256 : (size_t)needed * 2;
  uint8_t *data = octavo_memory_resize(buffer->data, capacity, 1);
  if (data == NULL)
    return false;
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

bool byte_buffer_append(byte_buffer *buffer, const void *data, size_t size) {
  if (!reserve(buffer, size))
    return false;
  if (size > 0 && data != NULL)
    memcpy(buffer->data + buffer->size, data, size);
  else if (size > 0)
    memset(buffer->data + buffer->size, 0, size);
  buffer->size += size;
  return true;
}

bool byte_buffer_align(byte_buffer *buffer, size_t alignment) {
  uint64_t end = 0;
  return octavo_checked_align(buffer->size, alignment, &end) &&
         byte_buffer_append(buffer, NULL, (size_t)(end - buffer->size));
}

void byte_buffer_free(byte_buffer *buffer) {
  octavo_memory_free(buffer->data);
  *buffer = (byte_buffer){0};
}
