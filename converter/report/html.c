#include "converter/report/html.h"

#include "common/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PRINT_BYTES 1024

static void append(html *h, const char *text, size_t length) {
  if (!h->failed && !byte_buffer_append(&h->bytes, text, length))
    h->failed = true;
}

void html_raw(html *h, const char *markup) {
  append(h, markup, strlen(markup));
}

void html_print(html *h, const char *format, ...) {
  char text[PRINT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  html_raw(h, text);
}

/* NULL: the character stands for itself. */
static const char *escape(char c) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  case '\n':
  case '\t':
    return " ";
  default:
    return (unsigned char)c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
  }
}

void html_text(html *h, const char *text) {
  while (*text != '\0') {
    const size_t length = *text == '\n' ? 1 : utf8_length(text);
    const char *instead = length == 0 ? "\xef\xbf\xbd" : escape(*text);
    if (instead != NULL)
      html_raw(h, instead);
    else
      append(h, text, length);
    text += length == 0 ? 1 : length;
  }
}

void html_element(html *h, const char *tag, const char *attributes, const char *text) {
  html_print(h, attributes == NULL ? "<%s" : "<%s %s", tag, attributes);
  html_raw(h, ">");
  html_text(h, text);
  html_print(h, "</%s>", tag);
}

void html_element_print(html *h, const char *tag, const char *attributes, const char *format, ...) {
  char text[PRINT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  html_element(h, tag, attributes, text);
}

void html_free(html *h) {
  byte_buffer_free(&h->bytes);
  h->failed = false;
}
