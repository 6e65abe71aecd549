#ifndef OCTAVO_TRAIN_NORM_LAYOUT_H
#define OCTAVO_TRAIN_NORM_LAYOUT_H

#include "train/norm/norm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds out how data described by `desc` lies. Errors: UNSUPPORTED, MEMORY. */
octavo_status norm_layout_find(norm_layout *layout, version_desc desc, norm_shape shape,
                               octavo_error *error);

/* The channel of element `i` of the period of block `b`; may be ≥ the number of channels, where a
 * block is filled up. */
static inline size_t norm_layout_channel(const norm_layout *l, size_t b, size_t i) {
  return b * l->width + i % l->width;
}

#ifdef __cplusplus
}
#endif

#endif
