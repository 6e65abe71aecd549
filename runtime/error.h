/* How the library reports failure: octavo_error_set formats what was expected and found. */
#ifndef OCTAVO_RUNTIME_ERROR_H
#define OCTAVO_RUNTIME_ERROR_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Formats like printf into error->text (cut to fit, always terminated; `error` may be NULL) and
 * returns `status`, so that a function can end with `return octavo_error_set(error,
 * OCTAVO_ERROR_FORMAT, "...")`. */
octavo_status octavo_error_set(octavo_error *error, octavo_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " in front of what is there. */
void octavo_error_prefix(octavo_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "out of memory: N bytes for WHAT" */
octavo_status octavo_error_memory(octavo_error *error, uint64_t bytes, const char *what);

#ifdef __cplusplus
}
#endif

#endif
