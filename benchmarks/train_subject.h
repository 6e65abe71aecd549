/* A network that is trained on the same random images at each step, to measure what a step costs:
 * forward, loss, backward and update through the functions that octavo-train calls. */
#ifndef OCTAVO_BENCHMARKS_TRAIN_SUBJECT_H
#define OCTAVO_BENCHMARKS_TRAIN_SUBJECT_H

#include "train/network.h"
#include "train/optimizer.h"
#include "train/precision.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct train_subject_request {
  const char *network;                    /* of trainable_find */
  uint32_t batch, size, classes, threads; /* size 0: the network's usual; threads 0: all */
  train_precision precision;
  uint64_t seed; /* of weights, images and labels */
} train_subject_request;

typedef struct train_subject {
  onednn d;
  architecture plan;
  network *net;
  uint32_t *labels;
  uint32_t batch;
  bool bfloat16;
  profile time;      /* of all steps since it was last set to zero */
  double loss;       /* mean of the last step's images */
  double create_ms;  /* network, weights and images */
  double first_ms;   /* the first step */
  size_t idle_bytes; /* resident memory before the network was made */
} train_subject;

/* Makes the network and takes one step. On failure *s is all zero. Errors: ARGUMENT (no such
 * network, or the images are too small for it), UNSUPPORTED (bfloat16 without such a CPU), MEMORY.
 */
octavo_status train_subject_open(const train_subject_request *request, train_subject *s,
                                 octavo_error *error);
void train_subject_close(train_subject *s); /* all zero is allowed */

/* Errors: those of the layers; IO when interrupted; ARGUMENT when the loss is no number. */
octavo_status train_subject_step(train_subject *s, double *milliseconds, octavo_error *error);

const char *train_subject_precision(const train_subject *s); /* "float32" or "bfloat16" */

#ifdef __cplusplus
}
#endif

#endif
