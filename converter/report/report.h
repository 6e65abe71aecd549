/* The answer to "why did it lose accuracy?": a page to read and the same as JSON. */
#ifndef OCTAVO_CONVERTER_REPORT_H
#define OCTAVO_CONVERTER_REPORT_H

#include "converter/conversion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the name says what to write: it ends in .html, .htm or .json. */
bool report_path_is_known(const char *path);

/* Writes the report of a conversion in static mode, made with --report, as the name says. The file
 * appears whole or not at all. Errors: IO, MEMORY. */
octavo_status report_write(const conversion *c, const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
