/* What a script asks of a program that takes turns with others: a number on each line of standard
 * input. */
#ifndef OCTAVO_BENCHMARKS_REQUESTS_H
#define OCTAVO_BENCHMARKS_REQUESTS_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Waits for the next line, asleep. Returns false at the end of the input, when interrupted, and,
 * with *status and *error set, for a line that is no number. */
bool requests_read(uint32_t *runs, octavo_status *status, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
