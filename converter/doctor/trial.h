/* Runs a network on images in many ways and notes what it makes of the expected class. */
#ifndef OCTAVO_CONVERTER_DOCTOR_TRIAL_H
#define OCTAVO_CONVERTER_DOCTOR_TRIAL_H

#include "common/image.h"
#include "converter/doctor/candidates.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct doctor_images {
  image *pictures;   /* owned */
  uint32_t *classes; /* owned; what each shows */
  uint32_t count;
} doctor_images;

/* An all-zero *images is allowed; it is all zero afterwards. */
void doctor_images_free(doctor_images *images);

typedef struct doctor_score {
  uint32_t right;     /* images whose first class is the expected one */
  uint32_t disagrees; /* images that the present way gets right and this one not, or vice versa */
  double mean_log;    /* of the expected class' probability, natural */
} doctor_score;

typedef struct doctor_trial {
  octavo_model *model; /* one input: float32 or int8, 1 × height × width × channels */
  const doctor_images *images;
  const doctor_candidates *candidates;
  uint32_t threads;
  FILE *progress; /* NULL = nowhere */
} doctor_trial;

/* Fills `scores`, one per candidate. The result does not depend on the number of threads. Errors:
 * those of sessions; ARGUMENT (an image that cannot be cut as a candidate says); MEMORY; IO if
 * interrupted. */
octavo_status doctor_trial_run(const doctor_trial *trial, doctor_score *scores,
                               octavo_error *error);

/* Writes what `candidate` makes of an image to `values`, in the order of the network's input:
 * height · width · channels floats. Errors: those of octavo_preprocess_image. */
octavo_status doctor_feed(const doctor_candidate *candidate, const image *picture, float *values,
                          octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
