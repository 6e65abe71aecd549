/* Test-time augmentation: a test image is classified by the mean of the logits of several views of
 * it, as airbench94 (Jordan, 2024) does: half the weight on the image and its mirror image, a
 * quarter each on the same two shifted by one pixel up and left, and down and right, reflecting at
 * the border. */
#ifndef OCTAVO_TRAIN_TTA_H
#define OCTAVO_TRAIN_TTA_H

#include "augment.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tta_view {
  augment_view view;
  float weight; /* of its logits; they sum to 1 */
} tta_view;

enum { TTA_VIEWS = 6 };

/* The first is the image as it is. */
extern const tta_view tta_views[TTA_VIEWS];

/* Adds one view's share of `count` logits to `mean`, or begins it with the first view's. */
void tta_add(float *mean, const float *logits, size_t count, uint32_t view);

#ifdef __cplusplus
}
#endif

#endif
