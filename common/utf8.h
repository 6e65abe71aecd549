/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef OCTAVO_COMMON_UTF8_H
#define OCTAVO_COMMON_UTF8_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the sequence at `text`, 0 if there is none. Never looks past a NUL or a line's end. */
size_t utf8_length(const char *text);

/* Bytes of the longest beginning of `text` that has at most `limit` of them and ends behind a
 * character. */
size_t utf8_prefix(const char *text, size_t limit);

/* Puts '?' in place of every byte that belongs to no such sequence. */
void utf8_mend(char *text);

/* Why the first `length` bytes of a NUL-terminated text are no name: "is not valid UTF-8" or "holds
 * a control character", which would do things to terminals and lists of lines. NULL if they are. */
const char *utf8_name_fault(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
