/* Random changes to training images, and normalisation. What happens to an image depends on the
 * seed, the epoch and its index, not on the order of work. */
#ifndef OCTAVO_TRAIN_AUGMENT_H
#define OCTAVO_TRAIN_AUGMENT_H

#include "image_set.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum augment_flip {
  AUGMENT_FLIP_NONE,
  AUGMENT_FLIP_RANDOM,
  AUGMENT_FLIP_ALTERNATING, /* random in epoch 0, then the other way round in every epoch */
} augment_flip;

typedef struct augment {
  uint64_t seed;
  uint32_t translate; /* up to that many pixels each way, reflecting at the border */
  augment_flip flip;
  uint32_t cutout;          /* side of a square set to the mean; 0 = none */
  float table[3][256];      /* normalised values; augment_normalise */
  uint16_t table16[3][256]; /* the same in bfloat16 */
} augment;

/* How a batch lies in memory. */
typedef struct augment_format {
  bool bfloat16;      /* else float32 */
  bool channels_last; /* size · size · 3, else 3 · size · size */
} augment_format;

/* Fills the tables: (pixel/255 − mean) / deviation. */
void augment_normalise(augment *a, const double mean[3], const double deviation[3]);

/* Writes image `index` to `output`. `random` = false leaves out all but the normalisation.
 * Read-only use of *a: any thread. */
void augment_image(const augment *a, const image_set *set, uint32_t index, uint32_t epoch,
                   bool random, augment_format format, void *output);

/* A fixed look at an image: taken from that many pixels further down and right, reflecting at the
 * border, then mirrored. */
typedef struct augment_view {
  int32_t down, right;
  bool flip;
} augment_view;

/* The same as augment_image with the change chosen by the caller. */
void augment_image_view(const augment *a, const image_set *set, uint32_t index,
                        const augment_view *view, augment_format format, void *output);

#ifdef __cplusplus
}
#endif

#endif
