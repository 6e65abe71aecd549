/* What each epoch came to: kept in history.csv, drawn in curves.svg. */
#ifndef OCTAVO_TRAIN_HISTORY_H
#define OCTAVO_TRAIN_HISTORY_H

#include "octavo.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct history_row {
  uint32_t epoch;                                              /* from 1 */
  double rate;                                                 /* at its first step */
  double train_loss, train_accuracy, test_loss, test_accuracy; /* accuracies in [0, 1] */
  double seconds;      /* since the run began, pauses left out */
  double tta_accuracy; /* of the test images, with history.tta */
} history_row;

typedef struct history {
  history_row *rows; /* history_free */
  uint32_t count;
  bool tta; /* test-time augmentation: one column and one curve more */
} history;

octavo_status history_add(history *h, const history_row *row, octavo_error *error);
void history_free(history *h); /* all zero is allowed */

octavo_status history_write_csv(const history *h, const char *path, octavo_error *error);

/* Reads the rows of the first `epochs` epochs back. Errors: IO, FORMAT, MEMORY. */
octavo_status history_read_csv(history *h, const char *path, uint32_t epochs, octavo_error *error);

/* Two diagrams over the epochs: losses, accuracies. */
octavo_status history_write_svg(const history *h, const char *path, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
