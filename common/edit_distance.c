#include "common/edit_distance.h"

#include <string.h>

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

size_t edit_distance(const char *a, size_t length, const char *b) {
  size_t row[EDIT_DISTANCE_LONGEST + 1];
  const size_t rows = smaller(length, EDIT_DISTANCE_LONGEST);
  const size_t columns = smaller(strlen(b), EDIT_DISTANCE_LONGEST);
  for (size_t j = 0; j <= columns; j++)
    row[j] = j;
  for (size_t i = 1; i <= rows; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= columns; j++) {
      const size_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = smaller(change, smaller(row[j], row[j - 1]) + 1);
    }
  }
  return row[columns];
}
