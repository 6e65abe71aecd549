/* Which classes a model takes for which. */
#ifndef OCTAVO_BENCHMARKS_EVAL_CONFUSION_H
#define OCTAVO_BENCHMARKS_EVAL_CONFUSION_H

#include "evaluation.h"

#include <jansson.h>
#include <stdio.h>

/* A matrix up to 20 classes and outputs, else the most frequent mistakes. Errors: MEMORY. */
octavo_status eval_confusion_print(const evaluation_row *row, const dataset *set, FILE *stream,
                                   octavo_error *error);

/* A list with a list of counts per class. NULL if memory is short. */
json_t *eval_confusion_json(const evaluation_row *row);

#endif
