/* One thread's share of calibration: a session, and a histogram for each activation. */
#ifndef OCTAVO_CONVERTER_CALIBRATE_OBSERVER_H
#define OCTAVO_CONVERTER_CALIBRATE_OBSERVER_H

#include "converter/calibrate/histogram.h"
#include "converter/graph.h"
#include "converter/image_sample.h"
#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One thread at a time. */
typedef struct observer {
  const graph *g;
  octavo_session *session;
  histogram *histograms; /* one per activation */
  value_range *extremes; /* where those of the image at hand go, likewise; of the caller */
  const uint32_t *slots; /* tensor -> histogram; of the caller */
  uint32_t histogram_count;
  const graph_node *broken; /* the first layer that gave a value that is not finite */
} observer;

/* `slots` numbers the activations of `g` from 0 to slot_count − 1. On failure nothing is left to
 * free. Errors: those of octavo_session_create. */
octavo_status observer_init(observer *o, const graph *g, octavo_model *model, const uint32_t *slots,
                            uint32_t slot_count, octavo_error *error);

/* An all-zero *o is allowed. */
void observer_free(observer *o);

/* Runs the network on image `i` and takes in all its activations; the smallest and largest value of
 * each goes into `extremes`, which has room for slot_count. */
octavo_status observer_take(observer *o, const image_sample *images, uint32_t i,
                            value_range *extremes, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
