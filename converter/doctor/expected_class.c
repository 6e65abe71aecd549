#include "converter/doctor/expected_class.h"

#include "runtime/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEAR_LABELS     5
#define NEAR_TEXT       300
#define COMPARED_LENGTH 63

static char lower(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Levenshtein's distance, whatever the case; SIZE_MAX if one is long. */
static size_t distance(const char *a, const char *b) {
  const size_t rows = strlen(a), columns = strlen(b);
  size_t row[COMPARED_LENGTH + 1];
  if (rows > COMPARED_LENGTH || columns > COMPARED_LENGTH)
    return SIZE_MAX;
  for (size_t k = 0; k <= columns; k++)
    row[k] = k;
  for (size_t i = 1; i <= rows; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t k = 1; k <= columns; k++) {
      const size_t change = diagonal + (lower(a[i - 1]) != lower(b[k - 1]));
      const size_t shift = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
      diagonal = row[k];
      row[k] = change < shift ? change : shift;
    }
  }
  return row[columns];
}

/* The smallest distance of `text` to one of the comma-separated names in `label`; 0 is equality. */
static size_t distance_to_names(const char *label, const char *text) {
  size_t least = SIZE_MAX;
  for (const char *at = label;; at++) {
    at += strspn(at, " ");
    const size_t length = strcspn(at, ",");
    char name[COMPARED_LENGTH + 1];
    if (length <= COMPARED_LENGTH) {
      memcpy(name, at, length);
      name[length] = '\0';
      const size_t d = distance(name, text);
      least = d < least ? d : least;
    }
    at += length;
    if (*at == '\0')
      return least;
  }
}

static bool contains(const char *label, const char *text) {
  const size_t length = strlen(text);
  for (; *label != '\0'; label++)
    if (strncasecmp(label, text, length) == 0)
      return true;
  return false;
}

static void near_labels(const octavo_model *model, const char *text, char *list, size_t size) {
  uint32_t found = 0;
  list[0] = '\0';
  for (uint32_t i = 0; i < octavo_model_label_count(model) && found < NEAR_LABELS; i++) {
    const char *label = octavo_model_label(model, i);
    if (!contains(label, text) && distance_to_names(label, text) > 1 + strlen(text) / 3)
      continue;
    const size_t length = strlen(list);
    snprintf(list + length, size - length, "%s'%.60s' (%u)", found == 0 ? "" : ", ", label, i);
    found++;
  }
}

static octavo_status unknown(const octavo_model *model, uint32_t classes, const char *text,
                             octavo_error *error) {
  char list[NEAR_TEXT];
  if (octavo_model_label_count(model) == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--expect: the model has no labels; expected a number from 0 to %u, "
                            "found '%.100s' (--labels FILE gives an ONNX network names)",
                            classes - 1, text);
  near_labels(model, text, list, sizeof list);
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "--expect: expected a label of the model or a number from 0 to %u, found "
                          "'%.80s'%s%s",
                          classes - 1, text, list[0] != '\0' ? "; did you mean " : "", list);
}

octavo_status expected_class_find(const octavo_model *model, uint32_t classes, const char *text,
                                  uint32_t *index, octavo_error *error) {
  for (int names = 0; names < 2; names++) /* whole labels come first */
    for (uint32_t i = 0; i < octavo_model_label_count(model); i++) {
      const char *label = octavo_model_label(model, i);
      *index = i;
      if (names == 0 ? strcasecmp(label, text) == 0 : distance_to_names(label, text) == 0)
        return OCTAVO_OK;
    }
  char *end = NULL;
  const unsigned long number = strtoul(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0')
    return unknown(model, classes, text, error);
  if (number >= classes)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "--expect: the network tells %u classes apart, expected a number from "
                            "0 to %u, found %.20s",
                            classes, classes - 1, text);
  *index = (uint32_t)number;
  return OCTAVO_OK;
}
