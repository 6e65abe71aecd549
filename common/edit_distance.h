/* How far two names are apart, for "did you mean". */
#ifndef OCTAVO_COMMON_EDIT_DISTANCE_H
#define OCTAVO_COMMON_EDIT_DISTANCE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EDIT_DISTANCE_LONGEST 128 /* bytes of a name that are looked at */

/* Levenshtein's distance of `a` (of `length` bytes) and `b`: the fewest bytes to put in, take out
 * or replace. */
size_t edit_distance(const char *a, size_t length, const char *b);

#ifdef __cplusplus
}
#endif

#endif
