/* How many images of a labelled set a model classifies rightly. */
#ifndef OCTAVO_CONVERTER_ACCURACY_H
#define OCTAVO_CONVERTER_ACCURACY_H

#include "converter/image_sample.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ACCURACY_MAX_MODELS 2

typedef struct accuracy_job {
  octavo_model *models[ACCURACY_MAX_MODELS]; /* with preprocessing */
  uint32_t model_count;
  const image_sample *images; /* with labels */
  uint32_t threads;
  FILE *progress; /* NULL = nowhere */
} accuracy_job;

/* Percent of the images whose first class is their label, for each of the models. Errors: ARGUMENT
 * (images without labels), those of sessions and images, IO if interrupted. */
octavo_status accuracy_measure(const accuracy_job *job, float percent[ACCURACY_MAX_MODELS],
                               octavo_error *error);

/* The first class that `session` gives image `i`. */
octavo_status accuracy_first_class(octavo_session *session, const image_sample *images, uint32_t i,
                                   uint32_t *index, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
