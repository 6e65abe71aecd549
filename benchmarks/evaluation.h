/* Models run over the images of a data set: what each answered, and how long it took. */
#ifndef OCTAVO_BENCHMARKS_EVALUATION_H
#define OCTAVO_BENCHMARKS_EVALUATION_H

#include "common/measurement.h"
#include "eval_labels.h"
#include "eval_settings.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct evaluation_row {
  subject model;
  eval_labels labels;
  measurement infer, preprocess; /* per image */
  statistics_summary infer_summary, preprocess_summary;
  uint32_t outputs;    /* classes of the model */
  uint32_t correct;    /* of `labelled` */
  uint32_t labelled;   /* images whose class the model knows */
  uint32_t agreed;     /* with the first model, of all images */
  uint32_t *confusion; /* [class of the data][output], or NULL */
} evaluation_row;

typedef struct evaluation {
  dataset *set;
  evaluation_row *rows;
  size_t count;
  uint32_t images, skipped;   /* run, and not readable */
  octavo_error first_skipped; /* why the first one was not readable */
  measurement decode;
  statistics_summary decode_summary;
} evaluation;

/* Evaluates with a progress bar on stderr. Free *result after a failure, too. Errors: those of
 * dataset_open and subject_open; ARGUMENT (a model that takes no images); FORMAT (more than a tenth
 * of the images are not readable); IO when interrupted; MEMORY. */
octavo_status evaluation_run(const eval_settings *settings, evaluation *result,
                             octavo_error *error);
void evaluation_free(evaluation *e);

/* Percent; NaN if no image has a class that the model knows. */
double evaluation_accuracy(const evaluation_row *row);
double evaluation_agreement(const evaluation *e, const evaluation_row *row);

#ifdef __cplusplus
}
#endif

#endif
