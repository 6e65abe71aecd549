/* Puts an HTML page together in memory. What comes from outside (names of layers, files, labels)
 * goes through html_text or html_element, which escape it; the rest writes markup as it is. */
#ifndef OCTAVO_CONVERTER_REPORT_HTML_H
#define OCTAVO_CONVERTER_REPORT_HTML_H

#include "converter/writer/byte_buffer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty page; html_free. A failure is kept, and all later calls do nothing. */
typedef struct html {
  byte_buffer bytes;
  bool failed; /* memory was short */
} html;

/* Constant markup. */
void html_raw(html *h, const char *markup);

/* Markup with numbers and constant words in it, at most 1023 bytes. */
void html_print(html *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text or the content of an attribute in double quotes: what means something in HTML is escaped,
 * control characters and bytes that are not UTF-8 become U+FFFD. */
void html_text(html *h, const char *text);

/* <tag attributes>text</tag>; `attributes` may be NULL. */
void html_element(html *h, const char *tag, const char *attributes, const char *text);

/* The same around text formatted like printf, at most 1023 bytes. */
void html_element_print(html *h, const char *tag, const char *attributes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void html_free(html *h);

#ifdef __cplusplus
}
#endif

#endif
