#include "load.h"

#include <inttypes.h>
#include <string.h>

/* The bytes of the UTF-8 sequence at `text`, of which `size` are left; 0 if it is none, is longer
 * than needed, or encodes a surrogate or what lies past U+10FFFF. */
static size_t sequence_length(const uint8_t *text, size_t size) {
  static const struct {
    uint8_t mask, lead, length;
    uint32_t min;
  } forms[] = {
      {0x80, 0x00, 1, 0},
      {0xe0, 0xc0, 2, 0x80},
      {0xf0, 0xe0, 3, 0x800},
      {0xf8, 0xf0, 4, 0x10000},
  };
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    if ((text[0] & forms[i].mask) != forms[i].lead)
      continue;
    if (forms[i].length > size)
      return 0;
    uint32_t point = text[0] & (uint8_t)~forms[i].mask;
    for (size_t k = 1; k < forms[i].length; k++) {
      if ((text[k] & 0xc0) != 0x80)
        return 0;
      point = point << 6 | (text[k] & 0x3fu);
    }
    const bool valid = point >= forms[i].min && point <= 0x10ffff && point >> 11 != 0x1b;
    return valid ? forms[i].length : 0;
  }
  return 0;
}

/* Names end up on terminals, where control characters would do things. */
static bool is_control(const uint8_t *text) {
  return text[0] < 0x20 || text[0] == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0);
}

static octavo_status check_text(const char *strings, uint32_t offset, size_t length,
                                octavo_error *error) {
  if (length > OCTAVO_FORMAT_MAX_NAME)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section STRINGS: string at %" PRIu32
                            ": expected at most %u bytes, found %zu",
                            offset, OCTAVO_FORMAT_MAX_NAME, length);
  const uint8_t *text = (const uint8_t *)strings + offset;
  for (size_t i = 0, step = 0; i < length; i += step) {
    step = sequence_length(text + i, length - i);
    if (step == 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "section STRINGS: string at %" PRIu32
                              ": expected UTF-8, found byte 0x%02x at position %zu",
                              offset, text[i], i);
    if (is_control(text + i))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "section STRINGS: string at %" PRIu32
                              ": expected no control characters, found one at position %zu",
                              offset, i);
  }
  return OCTAVO_OK;
}

octavo_status octavo_load_strings(const octavo_model *model, octavo_error *error) {
  const char *strings = model->strings;
  if (strings[0] != '\0')
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section STRINGS: first byte: expected 0, found 0x%02x",
                            (uint8_t)strings[0]);
  if (strings[model->string_bytes - 1] != '\0')
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section STRINGS: last byte: expected 0, found 0x%02x",
                            (uint8_t)strings[model->string_bytes - 1]);
  for (uint32_t offset = 0; offset < model->string_bytes;) {
    const size_t length = strlen(strings + offset);
    const octavo_status status = check_text(strings, offset, length, error);
    if (status != OCTAVO_OK)
      return status;
    offset += (uint32_t)length + 1;
  }
  return OCTAVO_OK;
}

octavo_status octavo_load_check_string(const octavo_model *model, uint32_t offset,
                                       octavo_error *error, const char *what, uint32_t index) {
  if (offset < model->string_bytes && (offset == 0 || model->strings[offset - 1] == '\0'))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "%s %" PRIu32 ": name: expected the offset of one of the strings in "
                          "%" PRIu32 " bytes of STRINGS, found %" PRIu32,
                          what, index, model->string_bytes, offset);
}
