/* What the searches for a precision of each layer work on: one network, calibrated, and images to
 * measure with. */
#ifndef OCTAVO_CONVERTER_PRECISION_JOB_H
#define OCTAVO_CONVERTER_PRECISION_JOB_H

#include "converter/built_model.h"
#include "converter/input_cache.h"
#include "converter/quantize/quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct precision_job {
  const graph *g;            /* lowered, float; how weights are rounded may be decided already */
  bool corrects_bias;        /* whether models get correct_bias, each for its own int8 layers */
  octavo_model *reference;   /* of g, opened */
  const value_range *ranges; /* per tensor */
  const octavo_preprocessing *rule;
  input_cache *calibration; /* images that layers are ranked, and biases corrected, with */
  const image_sample *test; /* with labels, what accuracy is measured on */
  uint32_t threads;
  FILE *progress; /* NULL = nowhere */
} precision_job;

/* The model in which each layer has that precision (one per node of job->g), opened; without test
 * vectors. Layers that are not int8 keep their biases, and those that are have them corrected
 * against what the layers before them give. On success the caller's (built_model_free). */
octavo_status precision_build(const precision_job *job, const layer_precision *precisions,
                              built_model *built, octavo_error *error);

/* Percent of the test images that such a model classifies rightly. */
octavo_status precision_accuracy(const precision_job *job, const layer_precision *precisions,
                                 float *percent, octavo_error *error);

/* The layers that are int8 in `precisions` and whose results are computed, not only moved, worst
 * first: by how much noise each alone, all others in float32 and no bias corrected, makes at the
 * network's output.
 * `order` has room for one number per node; *count says how many were filled in. */
octavo_status precision_rank(const precision_job *job, const layer_precision *precisions,
                             uint32_t *order, uint32_t *count, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
