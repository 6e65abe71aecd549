#include "converter/correct/correct.h"
#include "runtime/error.h"

#include <stdio.h>
#include <string.h>

static const struct {
  const char *name;
  uint32_t kind;
} table[] = {
    {"equalize", CORRECT_EQUALIZE},
    {"round", CORRECT_ROUND},
    {"bias", CORRECT_BIAS},
    {"none", 0},
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

octavo_status correction_parse(const char *list, uint32_t *set, octavo_error *error) {
  *set = 0;
  for (const char *begin = list;;) {
    const size_t length = strcspn(begin, ",");
    size_t row = 0;
    while (row < TABLE_COUNT &&
           (strlen(table[row].name) != length || memcmp(table[row].name, begin, length) != 0))
      row++;
    if (row == TABLE_COUNT || (table[row].kind == 0 && length != strlen(list)))
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--correct: expected a list of bias, equalize and round, or none, "
                              "found '%.100s'",
                              list);
    *set |= table[row].kind;
    if (begin[length] == '\0')
      return OCTAVO_OK;
    begin += length + 1;
  }
}

const char *correction_names(uint32_t set, const char *separator, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (size_t row = 0; row < TABLE_COUNT && used < size; row++)
    if ((set & table[row].kind) != 0)
      used += (size_t)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : separator,
                               table[row].name);
  return text;
}
