/* The images that calibration and the self-check use: a seeded sample of a folder, whose unreadable
 * files are left out and counted. */
#ifndef OCTAVO_CONVERTER_IMAGE_SAMPLE_H
#define OCTAVO_CONVERTER_IMAGE_SAMPLE_H

#include "common/dataset.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Read-only once opened: any number of threads may load from it. */
typedef struct image_sample {
  dataset *set;
  uint32_t *indices;   /* of the readable images, in the order of use */
  uint32_t count;      /* of them */
  uint32_t skipped;    /* images of the sample that could not be read */
  uint32_t available;  /* images in the folder */
  uint8_t sha256[32];  /* over width, height and pixels of all, in order */
  octavo_error reason; /* why the first was skipped */
} image_sample;

/* Takes `wanted` images of `split` (all if there are fewer) by `seed`, balanced over the classes,
 * and reads each once. Draws a bar on `progress` unless NULL. On failure *sample is all zero.
 * Errors: those of dataset_open; FORMAT if more than a tenth cannot be read; IO if interrupted. */
octavo_status image_sample_open(const char *path, dataset_split split, uint32_t wanted,
                                uint64_t seed, FILE *progress, image_sample *sample,
                                octavo_error *error);

/* An all-zero *sample is allowed; it is all zero afterwards. */
void image_sample_close(image_sample *sample);

/* Loads image `i` < count and puts it into image `position` 0 of the session's input. */
octavo_status image_sample_feed(const image_sample *sample, uint32_t i, octavo_session *session,
                                octavo_error *error);

/* The class of image `i` < count, or DATASET_NO_LABEL. */
uint32_t image_sample_label(const image_sample *sample, uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
