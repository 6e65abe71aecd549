#include "converter/calibrate/choices.h"

#include "converter/layer_names.h"
#include "runtime/error.h"

#include <stdio.h>
#include <string.h>

#define OPTION     "--calibrator-for"
#define NAME_BYTES 32

/* A calibrator's name may not hold '=', a layer's may: the last one counts. */
static octavo_status read_choice(const graph *g, const char *text, size_t length,
                                 const calibrator **choices, octavo_error *error) {
  size_t equals = length;
  while (equals > 0 && text[equals - 1] != '=')
    equals--;
  if (equals == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            OPTION ": expected LAYER=NAME, found '%.*s'", (int)length, text);
  char name[NAME_BYTES];
  snprintf(name, sizeof name, "%.*s", (int)(length - equals), text + equals);
  const calibrator *chosen = calibrator_find(name);
  if (chosen == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            OPTION ": expected mse, minmax, moving-average, percentile or "
                                   "entropy, found '%.*s'",
                            (int)(length - equals), text + equals);
  uint32_t node = 0;
  const octavo_status status = layer_find(g, OPTION, text, equals - 1, &node, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < g->nodes[node].output_count; i++)
    choices[g->nodes[node].outputs[i]] = chosen;
  return status;
}

octavo_status calibrator_choices_read(const graph *g, const option_strings *lists,
                                      const calibrator **choices, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < lists->count; i++)
    for (const char *begin = lists->values[i]; *begin != '\0' && status == OCTAVO_OK;) {
      const size_t length = strcspn(begin, ",");
      status = read_choice(g, begin, length, choices, error);
      begin += length + (begin[length] == ',');
    }
  return status;
}
