/* Which class of a data set is which output of a model. */
#ifndef OCTAVO_BENCHMARKS_EVAL_LABELS_H
#define OCTAVO_BENCHMARKS_EVAL_LABELS_H

#include "common/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum eval_match {
  EVAL_MATCH_NONE,  /* no accuracy can be told */
  EVAL_MATCH_NAME,  /* the model's labels are the names of the classes, for some classes at least */
  EVAL_MATCH_INDEX, /* one of both has no names, and their numbers are the same */
} eval_match;

/* An output of the model for a class, or that there is none. */
#define EVAL_NO_OUTPUT UINT32_MAX

typedef struct eval_labels {
  eval_match match;
  uint32_t *outputs; /* for each class of the data set */
  uint32_t class_count, matched_count;
} eval_labels;

/* `ignore`: as if the data had no classes. Names are compared without regard to case. Free it with
 * eval_labels_free. Errors: MEMORY. */
octavo_status eval_labels_match(const dataset *set, const octavo_model *model, bool ignore,
                                eval_labels *labels, octavo_error *error);

/* An all-zero *labels is allowed. */
void eval_labels_free(eval_labels *labels);

/* The right output for image `index`, or EVAL_NO_OUTPUT. */
uint32_t eval_labels_of(const eval_labels *labels, const dataset *set, uint32_t index);

/* One line on how they were matched, for people. Returns `buffer`. */
const char *eval_labels_describe(const eval_labels *labels, char *buffer, size_t size);

/* The number of classes of the model's first output. */
uint32_t eval_output_count(const octavo_model *model);

#ifdef __cplusplus
}
#endif

#endif
