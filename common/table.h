/* Text tables for the terminal that are valid Markdown at the same time. */
#ifndef OCTAVO_COMMON_TABLE_H
#define OCTAVO_COMMON_TABLE_H

#include "octavo.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct table table;

/* `alignment` has one letter per column, 'l' or 'r'; `headings` as many strings (copied). NULL if
 * memory is short; the other functions accept that NULL and table_print then reports it. */
table *table_create(const char *alignment, const char *const *headings);

/* Adds the next cell, row by row, formatted like printf. `|` is escaped, line breaks become
 * spaces. */
void table_cell(table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the table; the last row is filled up with empty cells. Errors: MEMORY (now or at any call
 * before; nothing is written then). */
octavo_status table_print(const table *t, FILE *stream, octavo_error *error);

/* NULL is allowed. */
void table_free(table *t);

#ifdef __cplusplus
}
#endif

#endif
