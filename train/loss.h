/* Softmax cross-entropy with label smoothing, averaged over the batch. */
#ifndef OCTAVO_TRAIN_LOSS_H
#define OCTAVO_TRAIN_LOSS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct loss_result {
  double sum;       /* of the images' losses */
  uint32_t correct; /* images whose largest logit (the first of equals) is the label's */
} loss_result;

/* Over the first `count` of `rows` images. logits and gradient are [rows, classes]; the label's
 * target is 1 − smoothing, plus smoothing/classes as for all. `gradient` gets that of the mean over
 * `count` (0 for the images beyond), or is NULL. The same input gives the same bytes. */
loss_result loss_cross_entropy(const float *logits, const uint32_t *labels, uint32_t count,
                               uint32_t rows, uint32_t classes, double smoothing, float *gradient);

#ifdef __cplusplus
}
#endif

#endif
