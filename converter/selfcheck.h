/* What the finished model is worth, seen in the real runtime: int8 against float, layer by layer
 * and in the classes they give. */
#ifndef OCTAVO_CONVERTER_SELFCHECK_H
#define OCTAVO_CONVERTER_SELFCHECK_H

#include "converter/image_sample.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct layer_quality {
  const char *name, *kind; /* owned by the model */
  bool compared;           /* whether the reference has a layer of that name and size */
  double
      snr_db; /* 10·log10(Σf² / Σ(f − q)²), all layers before it quantized too; INFINITY if equal */
  double isolated_snr_db; /* the same with this layer alone quantized; NaN without shadows */
} layer_quality;

/* Sees the `count` results of a layer of the float network, the real values of those that are int8:
 * `operator_index` counts the reference's operators. Called by several threads at once, each with
 * its own number. */
typedef void (*selfcheck_watch)(void *context, uint32_t thread, uint32_t operator_index,
                                const float *values, size_t count);

typedef struct selfcheck_job {
  octavo_model *reference, *model; /* float and converted; both with the same preprocessing */
  const image_sample *images;
  uint32_t threads;
  FILE *progress; /* NULL = nowhere */
  /* NULL, or per operator of the reference as in shadow_graph: it is then the model of one. */
  const int32_t *originals;
  selfcheck_watch watch; /* NULL = none */
  void *watch_context;
} selfcheck_job;

typedef struct selfcheck_result {
  layer_quality *layers; /* one per operator of the model, in its order */
  uint32_t layer_count;
  double agreement; /* percent of the images that get the same first class */
} selfcheck_result;

/* Runs both on all images. The result does not depend on the number of threads. On success
 * *result is the caller's (selfcheck_free). Errors: those of sessions and images, IO if
 * interrupted. */
octavo_status selfcheck_compare(const selfcheck_job *job, selfcheck_result *result,
                                octavo_error *error);

/* An all-zero *result is allowed; it is all zero afterwards. */
void selfcheck_free(selfcheck_result *result);

#ifdef __cplusplus
}
#endif

#endif
