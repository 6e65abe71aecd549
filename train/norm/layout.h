/* How data lies in memory, found from oneDNN's description of it. */
#ifndef OCTAVO_TRAIN_NORM_LAYOUT_H
#define OCTAVO_TRAIN_NORM_LAYOUT_H

#include "train/norm/norm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds out how data described by `desc` lies. Errors: UNSUPPORTED, MEMORY. */
octavo_status norm_layout_find(norm_layout *layout, version_desc desc, norm_shape shape,
                               octavo_error *error);

/* Where arrays of one period hold what belongs to element `i` of the data: the loops take bfloat16
 * two vectors at a time, first the even elements, then the odd ones. */
static inline size_t norm_layout_position(const norm_layout *l, size_t i) {
  const size_t pair = 2 * NORM_LANES, in_pair = i % pair;
  return l->bfloat16 ? i - in_pair + in_pair % 2 * NORM_LANES + in_pair / 2 : i;
}

#ifdef __cplusplus
}
#endif

#endif
