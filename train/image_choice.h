/* Which images of a data set a run uses: held out for testing, and how many of each class. */
#ifndef OCTAVO_TRAIN_IMAGE_CHOICE_H
#define OCTAVO_TRAIN_IMAGE_CHOICE_H

#include "common/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct image_choice {
  const dataset *data; /* with classes; not owned */
  uint32_t *order;     /* `count` indices into it; image_choice_free */
  uint32_t count;
} image_choice;

/* All images, shuffled by the seed. On failure *c is all zero. Errors: MEMORY. */
octavo_status image_choice_all(const dataset *data, uint64_t seed, image_choice *c,
                               octavo_error *error);
void image_choice_free(image_choice *c); /* all zero is allowed */

/* Moves `share` (in [0, 1]) of each class from *c to *held_out, the first in order: rounded, but of
 * a class with two images or more at least one and not all. Both keep their order. On failure
 * *held_out is all zero. Errors: MEMORY. */
octavo_status image_choice_hold_out(image_choice *c, double share, image_choice *held_out,
                                    octavo_error *error);

/* Keeps `limit` images, the first in order, the same number of each class as far as there are so
 * many. 0 keeps all. Errors: MEMORY. */
octavo_status image_choice_limit(image_choice *c, uint32_t limit, octavo_error *error);

/* Each class must have an image; `what` and `path` are for the message, which names the first that
 * has none: "training" images of the data set "flowers". Errors: FORMAT, MEMORY. */
octavo_status image_choice_check(const image_choice *c, const char *what, const char *path,
                                 octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
