/* Bytes that grow at the end. */
#ifndef OCTAVO_CONVERTER_WRITER_BYTE_BUFFER_H
#define OCTAVO_CONVERTER_WRITER_BYTE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty one. */
typedef struct byte_buffer {
  uint8_t *data; /* aligned for any struct */
  size_t size;
  size_t capacity;
} byte_buffer;

/* Appends `size` bytes: a copy of `data`, or zeros if that is NULL. Returns false, and changes
 * nothing, if memory is short. */
bool byte_buffer_append(byte_buffer *buffer, const void *data, size_t size);

/* Appends zeros until the size is a multiple of `alignment`, a power of two. */
bool byte_buffer_align(byte_buffer *buffer, size_t alignment);

/* Frees the bytes and leaves an empty buffer. */
void byte_buffer_free(byte_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
