/* Calibration: the float network runs in the real runtime over a sample of images, and every
 * activation's range is chosen from what was seen. Memory does not grow with the number of images,
 * and the result does not depend on the number of threads. */
#ifndef OCTAVO_CONVERTER_CALIBRATE_H
#define OCTAVO_CONVERTER_CALIBRATE_H

#include "converter/calibrate/calibrator.h"
#include "converter/graph.h"
#include "converter/image_sample.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct calibration_job {
  const graph *g;      /* lowered, float */
  octavo_model *model; /* emit_graph of it, opened; with preprocessing */
  const image_sample *images;
  const calibrator *calibrator;
  uint32_t threads;
  FILE *progress;    /* NULL = nowhere */
  double percentile; /* for calibrator_percentile; 0 = 99.99 */
  /* One per tensor, NULL = `calibrator`; NULL = that for all. */
  const struct calibrator *const *choices;
  /* Leaves out the stages that only --calib-report shows, those before 3/4 of the images. */
  bool skip_stages;
} calibration_job;

/* Ranges are chosen after 1/8, 1/4, 1/2, 3/4 and all of the images, which shows how they settle. */
#define CALIBRATION_STAGES 5

/* Ranges moved by more than this say that more images would help. */
#define CALIBRATION_ENOUGH 0.1f

typedef struct calibration {
  value_range *ranges; /* chosen, one per tensor of the graph; 0..0 for constants */
  value_range *seen;   /* all that occurred, likewise */
  uint32_t tensor_count;
  /* Chosen after so many images, per tensor; all zero where that many are none. The last is the
   * same as `ranges`. */
  value_range *stages[CALIBRATION_STAGES];
  uint32_t stage_images[CALIBRATION_STAGES];
  /* How far the last quarter of the images moved the ends of the chosen range, as a share of it:
   * the tensor that moved most, and the mean of all. Both 0 with fewer than 4 images. */
  float movement_worst, movement_mean;
  int32_t moved_tensor; /* GRAPH_NONE if none moved */
} calibration;

/* On success *result is the caller's (calibration_free). The range of model inputs is the exact one
 * that follows from the preprocessing, whatever images were seen. Errors: ARGUMENT (the network
 * computes values that are not finite: the message names the layer), those of loading images and of
 * sessions, IO if interrupted. */
octavo_status calibrate(const calibration_job *job, calibration *result, octavo_error *error);

/* An all-zero *c is allowed; it is all zero afterwards. */
void calibration_free(calibration *c);

/* How far the last quarter of the images moved the ends of a tensor's range, as a share of it. */
float calibration_movement(const calibration *c, uint32_t tensor);

/* What pixels 0..255 of any channel become. */
value_range calibration_input_range(const octavo_preprocessing *preprocessing);

#ifdef __cplusplus
}
#endif

#endif
