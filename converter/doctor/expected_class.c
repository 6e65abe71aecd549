#include "converter/doctor/expected_class.h"

#include "common/edit_distance.h"
#include "runtime/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEAR_LABELS     5
#define NEAR_TEXT       300
#define COMPARED_LENGTH 63

static void copy_lower(const char *from, size_t length, char to[COMPARED_LENGTH + 1]) {
  for (size_t i = 0; i < length; i++)
    to[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] - 'A' + 'a' : from[i]);
  to[length] = '\0';
}

/* The smallest distance of `text` to one of the comma-separated names in `label`, whatever the
 * case; 0 is equality, SIZE_MAX: all are too long. */
static size_t distance_to_names(const char *label, const char *text) {
  char wanted[COMPARED_LENGTH + 1], name[COMPARED_LENGTH + 1];
  size_t least = SIZE_MAX;
  if (strlen(text) > COMPARED_LENGTH)
    return least;
  copy_lower(text, strlen(text), wanted);
  for (const char *at = label;; at++) {
    at += strspn(at, " ");
    const size_t length = strcspn(at, ",");
    if (length <= COMPARED_LENGTH) {
      copy_lower(at, length, name);
      const size_t d = edit_distance(name, length, wanted);
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
