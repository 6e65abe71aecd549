#include "text_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Removes white space at the end. */
static void trim(char *text) {
  size_t length = strlen(text);
  while (length > 0 && isspace((unsigned char)text[length - 1]))
    text[--length] = '\0';
}

bool platform_text_read(const char *path, char *text, size_t size) {
  text[0] = '\0';
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return false;
  const size_t length = fread(text, 1, size - 1, file);
  text[length] = '\0';
  fclose(file);
  trim(text);
  return text[0] != '\0';
}

bool platform_text_number(const char *path, int64_t *number) {
  char text[64];
  if (!platform_text_read(path, text, sizeof text))
    return false;
  char *end = NULL;
  const long long value = strtoll(text, &end, 10);
  if (end == text)
    return false;
  *number = value;
  return true;
}

/* Where the value begins if the line is about `key`, else NULL. */
static const char *value_of(const char *line, const char *key) {
  const size_t length = strlen(key);
  if (strncmp(line, key, length) != 0)
    return NULL;
  const char *at = line + length;
  while (*at == ' ' || *at == '\t')
    at++;
  if (*at != ':')
    return NULL;
  at++;
  while (*at == ' ' || *at == '\t')
    at++;
  return at;
}

bool platform_text_field_nth(const char *path, const char *key, uint32_t nth, char *value,
                             size_t size) {
  value[0] = '\0';
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return false;
  /* Longer lines, such as the flags of /proc/cpuinfo, come in pieces that match no key. */
  char line[1024];
  bool found = false;
  while (!found && fgets(line, sizeof line, file) != NULL) {
    const char *at = value_of(line, key);
    if (at == NULL || nth-- > 0)
      continue;
    snprintf(value, size, "%s", at);
    trim(value);
    found = true;
  }
  fclose(file);
  return found;
}

bool platform_text_field(const char *path, const char *key, char *value, size_t size) {
  return platform_text_field_nth(path, key, 0, value, size);
}
