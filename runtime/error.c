#include "error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

octavo_status octavo_error_set(octavo_error *error, octavo_status status, const char *format, ...) {
  if (error != NULL) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
  }
  return status;
}

void octavo_error_prefix(octavo_error *error, const char *format, ...) {
  if (error == NULL)
    return;
  octavo_error old = *error;
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length + 3 > sizeof error->text)
    return;
  char *tail = error->text + length;
  const size_t room = sizeof error->text - (size_t)length - 3;
  const size_t kept = strnlen(old.text, room);
  memcpy(tail, ": ", 2);
  memcpy(tail + 2, old.text, kept);
  tail[2 + kept] = '\0';
}

octavo_status octavo_error_memory(octavo_error *error, uint64_t bytes, const char *what) {
  return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory: %" PRIu64 " bytes for %s",
                          bytes, what);
}

const char *octavo_status_name(octavo_status status) {
  static const char *const names[] = {
      [OCTAVO_OK] = "ok",
      [OCTAVO_ERROR_ARGUMENT] = "invalid argument",
      [OCTAVO_ERROR_IO] = "input/output error",
      [OCTAVO_ERROR_FORMAT] = "invalid file",
      [OCTAVO_ERROR_UNSUPPORTED] = "unsupported",
      [OCTAVO_ERROR_MEMORY] = "out of memory",
      [OCTAVO_ERROR_MISMATCH] = "results differ",
  };
  const size_t count = sizeof names / sizeof names[0];
  return (size_t)status < count ? names[status] : "unknown status";
}

const char *octavo_version(void) {
  return OCTAVO_VERSION;
}
