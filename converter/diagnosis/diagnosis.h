/* Why int8 differs from float32: one run of both networks over the calibration images, and what can
 * be said of each layer from it. */
#ifndef OCTAVO_CONVERTER_DIAGNOSIS_H
#define OCTAVO_CONVERTER_DIAGNOSIS_H

#include "converter/calibrate/calibrate.h"
#include "converter/diagnosis/activation_statistics.h"
#include "converter/diagnosis/layer_times.h"
#include "converter/diagnosis/weight_statistics.h"
#include "converter/selfcheck.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct layer_diagnosis {
  octavo_operator_info info; /* names are owned by the model */
  double snr_db;             /* accumulated; NaN where the float network has no such layer */
  double isolated_snr_db;    /* NaN for layers that stayed float32 */
  bool is_float;             /* the result is float32 */
  bool observed;             /* whether `activations` is filled */
  activation_statistics activations;
  weight_statistics weights;
  layer_time time, float_time; /* the latter without kernel where there is no such layer */
} layer_diagnosis;

typedef struct diagnosis {
  layer_diagnosis *layers; /* one per operator of the model, in its order */
  uint32_t layer_count;
  double latency_float, latency_model; /* nanoseconds for one image, medians */
  layer_times times_float, times_model;
} diagnosis;

typedef struct diagnosis_job {
  const graph *source, *quantized; /* as for shadow_graph_create */
  octavo_model *float_model, *model;
  const octavo_preprocessing *rule;
  const calibration *ranges; /* of `source`; all zero if none was made */
  const image_sample *images;
  uint32_t threads;
  double seconds; /* to measure the latency of each network */
  FILE *progress; /* NULL = nowhere */
} diagnosis_job;

/* Compares, into *quality. With `result` (NULL: without) it also fills that one: statistics of
 * values, and times. Apart from the times nothing depends on the number of threads. On failure both
 * are all zero. Errors: those of selfcheck_compare and latency_measure. */
octavo_status diagnose(const diagnosis_job *job, selfcheck_result *quality, diagnosis *result,
                       octavo_error *error);

/* An all-zero *d is allowed; it is all zero afterwards. */
void diagnosis_free(diagnosis *d);

/* Fills `order` with the indices of the layers: those in int8, the one that loses most by itself
 * first, and then the others in order. */
void diagnosis_rank(const diagnosis *d, uint32_t *order);

#ifdef __cplusplus
}
#endif

#endif
