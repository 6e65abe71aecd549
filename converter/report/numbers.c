/* Numbers as people read them. */
#include "converter/report/report_parts.h"

#include <math.h>

void report_bytes(uint64_t bytes, char *text, size_t size) {
  const double number = (double)bytes;
  if (bytes < 1000)
    snprintf(text, size, "%u B", (unsigned)bytes);
  else if (bytes < 1000000)
    snprintf(text, size, "%.1f kB", number / 1e3);
  else
    snprintf(text, size, "%.2f MB", number / 1e6);
}

void report_time(double nanoseconds, char *text, size_t size) {
  if (nanoseconds < 1e5)
    snprintf(text, size, "%.1f µs", nanoseconds / 1e3);
  else if (nanoseconds < 1e7)
    snprintf(text, size, "%.2f ms", nanoseconds / 1e6);
  else
    snprintf(text, size, "%.1f ms", nanoseconds / 1e6);
}

void report_decibels(double value, char *text, size_t size) {
  if (isnan(value))
    snprintf(text, size, "–");
  else if (isinf(value))
    snprintf(text, size, value > 0.0 ? "∞" : "−∞");
  else
    snprintf(text, size, "%.1f", value);
}
