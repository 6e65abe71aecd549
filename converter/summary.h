/* What octavo-convert says about its result, on the terminal and as JSON. */
#ifndef OCTAVO_CONVERTER_SUMMARY_H
#define OCTAVO_CONVERTER_SUMMARY_H

#include "converter/conversion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* With `verbose` all layers and ranges. Errors: MEMORY. */
octavo_status summary_print(const conversion *c, bool verbose, FILE *stream, octavo_error *error);

/* Errors: IO, MEMORY. */
octavo_status summary_write_json(const conversion *c, const char *path, octavo_error *error);

/* Writes what --search found to `path` as JSON. Errors: IO, MEMORY. */
octavo_status summary_write_front(const conversion *c, const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
