/* Writes JSON to a stream as it comes, without a tree in memory: for programs that do not link a
 * JSON library. Commas, indentation and escaping are done here; nesting is up to 16 deep. */
#ifndef OCTAVO_COMMON_JSON_WRITER_H
#define OCTAVO_COMMON_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JSON_WRITER_MAX_DEPTH 16

/* Kept by the caller; begin with json_writer_begin. Write errors show in ferror(stream). */
typedef struct json_writer {
  FILE *stream;
  uint32_t depth;
  bool filled[JSON_WRITER_MAX_DEPTH + 1]; /* whether something stands at that depth already */
  char closing[JSON_WRITER_MAX_DEPTH + 1];
} json_writer;

void json_writer_begin(json_writer *writer, FILE *stream);

/* `key` is the member's name, or NULL inside a list and at the top. */
void json_writer_object(json_writer *writer, const char *key);
void json_writer_list(json_writer *writer, const char *key);

/* Ends the innermost object or list; after the outermost a line break follows. */
void json_writer_close(json_writer *writer);

/* Bytes that are not UTF-8 are replaced by U+FFFD. NULL gives null. */
void json_writer_string(json_writer *writer, const char *key, const char *value);

/* Shortest of up to 9 digits; not finite numbers give null. */
void json_writer_real(json_writer *writer, const char *key, double value);
void json_writer_integer(json_writer *writer, const char *key, int64_t value);
void json_writer_unsigned(json_writer *writer, const char *key, uint64_t value);
void json_writer_boolean(json_writer *writer, const char *key, bool value);

#ifdef __cplusplus
}
#endif

#endif
