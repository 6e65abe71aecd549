#include "converter/calibrate/calibrator.h"

#include <assert.h>
#include <string.h>

static const calibrator table[] = {
    {"mse", calibrator_mse},
    {"minmax", calibrator_min_max},
    {"moving-average", calibrator_moving_average},
    {"percentile", calibrator_percentile},
    {"entropy", calibrator_entropy},
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

const char *const calibrator_names[] = {"mse",        "minmax",  "moving-average",
                                        "percentile", "entropy", NULL};
static_assert(sizeof calibrator_names / sizeof calibrator_names[0] == TABLE_COUNT + 1,
              "one name per calibrator");

const calibrator *calibrator_table(size_t *count) {
  *count = TABLE_COUNT;
  return table;
}

const calibrator *calibrator_find(const char *name) {
  for (size_t i = 0; i < TABLE_COUNT; i++)
    if (strcmp(table[i].name, name) == 0)
      return &table[i];
  return NULL;
}
