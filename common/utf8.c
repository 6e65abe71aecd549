#include "utf8.h"

size_t utf8_length(const char *text) {
  const unsigned char *bytes = (const unsigned char *)text, first = bytes[0];
  if (first < 0x80)
    return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  for (size_t i = 1; i < length; i++) /* stops at the NUL, which is no continuation */
    if ((bytes[i] & 0xc0) != 0x80)
      return 0;
  if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) ||
      (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f))
    return 0;
  return length;
}

size_t utf8_prefix(const char *text, size_t limit) {
  size_t length = 0;
  while (length < limit && text[length] != '\0') {
    const size_t step = utf8_length(text + length);
    if (step > limit - length)
      break;
    length += step == 0 ? 1 : step;
  }
  return length;
}

const char *utf8_name_fault(const char *text, size_t length) {
  for (size_t i = 0, step = 0; i < length; i += step) {
    const unsigned char first = (unsigned char)text[i];
    step = utf8_length(text + i);
    if (step == 0 || step > length - i)
      return "is not valid UTF-8";
    if (first < 0x20 || first == 0x7f || (first == 0xc2 && (unsigned char)text[i + 1] < 0xa0))
      return "holds a control character";
  }
  return NULL;
}

void utf8_mend(char *text) {
  for (char *at = text; *at != '\0';) {
    const size_t length = utf8_length(at);
    if (length == 0)
      *at = '?';
    at += length == 0 ? 1 : length;
  }
}
