/* A run of the trainer from settings to files. */
#ifndef OCTAVO_TRAIN_TRAINING_H
#define OCTAVO_TRAIN_TRAINING_H

#include "averaging.h"
#include "checkpoint.h"
#include "history.h"
#include "image_set.h"
#include "loader.h"
#include "networks.h"
#include "optimizer.h"
#include "settings.h"

#include "common/progress.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything that a run has; training_open fills it, training_close frees it (all zero is allowed).
 */
typedef struct training {
  const train_settings *settings;
  onednn d;
  image_pair images;
  char data_hash[65];
  augment changes;
  double mean[3], deviation[3];
  architecture plan;
  network *net;
  loader *train_loader, *test_loader;
  json_t *description; /* of the settings, with what is known only later */
  sgd optimizer;
  averaging average;
  checkpoint_position at;
  history history;
  profile epoch_time, run_time; /* with --profile; the run's without what came before a resume */
  bool bfloat16;
  double earlier_seconds; /* of the run before it was resumed */
  uint64_t begun;         /* nanoseconds */
} training;

typedef struct evaluation_result {
  double loss, accuracy; /* means over the images */
  double tta_accuracy;   /* 0 without --tta */
} evaluation_result;

/* Loads the data, makes the network, and with --resume puts it where the checkpoint says. Errors:
 * those of the parts. */
octavo_status training_open(training *t, const train_settings *settings, octavo_error *error);
void training_close(training *t);

/* Trains to the end and writes all files; progress goes to stderr, one line per epoch to stdout. On
 * Ctrl-C it saves a checkpoint and returns OCTAVO_ERROR_IO with a message that says how to go on. A
 * loss that is no number or beyond all sense stops it too, and nothing is saved then. */
octavo_status training_run(training *t, octavo_error *error);

/* One optimizer step on the next batch of the loader, which must have begun. */
octavo_status training_step(training *t, octavo_error *error);

/* ---- evaluation.c ---------------------------------------------------------------------------- */

/* The network as it is, on the test images. When the process is interrupted it ends early, and the
 * result is of some of them. */
octavo_status training_evaluate(training *t, evaluation_result *result, octavo_error *error);

/* ---- run_files.c ----------------------------------------------------------------------------- */

/* "<output>/<name>", octavo_memory_free; NULL if memory is short. */
char *training_path(const training *t, const char *name);
/* Refuses an output folder with a run in it, unless that was asked for. */
octavo_status run_files_check(const training *t, octavo_error *error);
/* Makes the output folder with those above it. */
octavo_status run_files_prepare(const training *t, octavo_error *error);
/* After each epoch: history.csv, curves.svg, checkpoint.safetensors. */
octavo_status run_files_save_epoch(const training *t, octavo_error *error);
octavo_status run_files_save_checkpoint(const training *t, octavo_error *error);
/* At the end: weights.safetensors, model.onnx, labels.txt, run.json. */
octavo_status run_files_save_result(const training *t, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
