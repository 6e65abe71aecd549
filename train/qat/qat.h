/* Quantization-aware training: what a run does besides training (Jacob et al., 2018; the schedule
 * is torchvision's). */
#ifndef OCTAVO_TRAIN_QAT_QAT_H
#define OCTAVO_TRAIN_QAT_QAT_H

#include "train/training.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of step `step` of `total`: batch norm is fixed after three epochs, the ranges after four; in runs
 * of fewer than six after half and two thirds of the steps. Until then ranges move towards what a
 * batch has by a hundredth. */
quantization_phase qat_phase(uint64_t step, uint64_t total, uint32_t steps_per_epoch);

/* From the float network with its weights in place: measures its accuracy, finds the ranges on some
 * training batches, and measures what rounding alone leaves of the accuracy; both go to t->at and,
 * in words, to stdout. Errors: those of the parts; those of qat_fold, which the export would meet
 * after the training; IO after Ctrl-C, with nothing saved. */
octavo_status qat_begin(training *t, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
