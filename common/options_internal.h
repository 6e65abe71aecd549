/* What the three files of the command line parser share. */
#ifndef OCTAVO_COMMON_OPTIONS_INTERNAL_H
#define OCTAVO_COMMON_OPTIONS_INTERNAL_H

#include "options.h"

#include <stdio.h>

/* Stores `text` as the option's value. Returns false after writing what was expected to
 * `expected`. */
bool options_store(const option_descriptor *option, const char *text, void *values, char *expected,
                   size_t size);

/* Whether the option's member holds something: a number but 0, a text, an element; with `choice`,
 * that choice. */
bool options_is_set(const option_descriptor *option, const void *values, const char *choice);

/* What the option's member holds, as text; "" if nothing worth showing. */
void options_show(const option_descriptor *option, const void *values, char *text, size_t size);

/* Whether the entry is a positional argument. */
static inline bool options_positional(const option_descriptor *option) {
  return option->kind == OPTION_ARGUMENT || option->kind == OPTION_ARGUMENTS;
}

/* Whether it takes no value. */
static inline bool options_bare(const option_descriptor *option) {
  return option->kind == OPTION_FLAG || option->kind == OPTION_QUESTION;
}

/* Writes "Usage: …", one line. */
void options_print_usage(const option_program *program, FILE *stream);

/* Writes all of --help. */
void options_print_help(const option_program *program, const void *values, FILE *stream);

#endif
