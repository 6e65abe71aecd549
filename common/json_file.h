/* JSON trees (jansson) from and to files. */
#ifndef OCTAVO_COMMON_JSON_FILE_H
#define OCTAVO_COMMON_JSON_FILE_H

#include "octavo.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A string. Names may have been cut within a character, and paths need not be UTF-8: what is not
 * becomes '?'. NULL if memory is short. */
json_t *json_file_text(const char *value);

/* Writes `root` (which stays the caller's) indented by 2, members in the order they were added; the
 * file appears whole or not at all. Errors: IO, MEMORY. */
octavo_status json_file_write(const char *path, const json_t *root, octavo_error *error);

/* Reads a file of at most 64 MB; *root is a new reference. Errors: IO, FORMAT, MEMORY. */
octavo_status json_file_read(const char *path, json_t **root, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
