/* Filters that whiten the image: their answers to the training images have about one size and are
 * not correlated (as in airbench94). */
#ifndef OCTAVO_TRAIN_WHITENING_H
#define OCTAVO_TRAIN_WHITENING_H

#include "augment.h"
#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sets the weights of each convolution that starts with ARCHITECTURE_START_WHITEN. It reads the
 * image and has two filters for each number of a patch: the eigenvectors of the patches' second
 * moments, divided by √(eigenvalue + 5e-4), and their negatives. The moments are taken over up to
 * 5000 images (fewer of large ones), evenly from the set, normalised by `changes`. The same set
 * gives the same bytes. Errors: MEMORY, UNSUPPORTED (another number of filters), those of
 * network_refresh. */
octavo_status whitening_set(network *n, const image_set *set, const augment *changes,
                            octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
