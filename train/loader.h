/* Batches of an image set, made by a thread of its own while the network computes. */
#ifndef OCTAVO_TRAIN_LOADER_H
#define OCTAVO_TRAIN_LOADER_H

#include "augment.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct loader loader;

typedef struct loader_batch {
  const void *images;     /* batch images in the loader's format */
  const uint32_t *labels; /* batch */
  uint32_t count;         /* images in it; the rest is of an earlier batch */
  uint32_t view;          /* of tta_views, after loader_use_views; else 0 */
} loader_batch;

/* `set` and `changes` must outlive the loader. Training loaders shuffle, change images, and leave
 * out what fills no batch; others go through all images in order. Errors: MEMORY, ARGUMENT (fewer
 * training images than one batch). */
octavo_status loader_open(const image_set *set, const augment *changes, uint32_t batch,
                          bool training, augment_format format, loader **result,
                          octavo_error *error);
void loader_close(loader *l); /* NULL is allowed */

/* From now on, and before the first loader_begin, gives each batch TTA_VIEWS times in a row, seen
 * as tta_views say. Not for training loaders. */
void loader_use_views(loader *l);

/* Batches of one epoch. */
uint32_t loader_steps(const loader *l);

/* Starts with batch `step` of `epoch`; a run that goes on is ended first. Errors: MEMORY. */
octavo_status loader_begin(loader *l, uint32_t epoch, uint32_t step, octavo_error *error);

/* The next batch, valid until the next call; count 0 after the last of the epoch. */
loader_batch loader_next(loader *l);

#ifdef __cplusplus
}
#endif

#endif
