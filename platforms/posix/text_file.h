/* Small text files in which Linux tells about itself (/proc, /sys). */
#ifndef OCTAVO_PLATFORMS_POSIX_TEXT_FILE_H
#define OCTAVO_PLATFORMS_POSIX_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads at most size − 1 bytes of the file into `text`, NUL-terminated, trailing white space
 * removed. Returns false, and `text` empty, if it cannot be read or is empty. */
bool platform_text_read(const char *path, char *text, size_t size);

/* The number that a file begins with. Returns false if there is none. */
bool platform_text_number(const char *path, int64_t *number);

/* Finds the first line "key<white space>:<white space>value" of a file and copies the value. */
bool platform_text_field(const char *path, const char *key, char *value, size_t size);

/* The value of the `nth` such line. */
bool platform_text_field_nth(const char *path, const char *key, uint32_t nth, char *value,
                             size_t size);

#ifdef __cplusplus
}
#endif

#endif
