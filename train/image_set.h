/* Labelled images of one size, all in memory: from a data set on disk (common/dataset.h), or
 * `shapes10`, which is drawn. */
#ifndef OCTAVO_TRAIN_IMAGE_SET_H
#define OCTAVO_TRAIN_IMAGE_SET_H

#include "common/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct image_set {
  uint8_t *pixels;  /* count · 3 · size · size: image, channel (red first), row, column */
  uint32_t *labels; /* count, each < class_count */
  uint32_t count, size, class_count;
  char **classes; /* names */
} image_set;

typedef struct image_pair {
  image_set train, test;
  uint32_t left_out;       /* files and folders among the images that are none */
  char left_out_name[256]; /* the path of one of them */
} image_pair;

typedef struct image_request {
  const char *data;    /* a path, or IMAGE_SHAPES */
  uint32_t size;       /* images of another size are stretched to it */
  uint32_t limit;      /* training images, evenly from the classes; 0 = all (shapes: 10000) */
  uint32_t test_limit; /* the same of the test split (shapes: 2000) */
  uint64_t seed;       /* of the choice, the drawing, and of a split where the data brings none */
  double held_out; /* share of each class for testing where the data brings no split; 0 = usual */
} image_request;

/* The usual one. */
#define IMAGE_HELD_OUT 0.1

#define IMAGE_SHAPES "shapes10"

/* Loads both splits. Data without a test split gives a share of each class to it. On failure *pair
 * is all zero. Errors: those of dataset_open and dataset_load; ARGUMENT for data without classes,
 * and for a share where the data brings a split; FORMAT for splits of different classes and for a
 * class without images. */
octavo_status image_pair_load(const image_request *request, image_pair *pair, octavo_error *error);
void image_pair_free(image_pair *pair); /* all zero is allowed */

/* SHA-256 of both splits, pixels and labels, as 64 hexadecimal digits and NUL. */
void image_pair_hash(const image_pair *pair, char text[65]);

/* Mean and standard deviation of each channel over all pixels, of values in [0, 1]. */
void image_set_statistics(const image_set *set, double mean[3], double deviation[3]);

static inline size_t image_set_bytes(const image_set *set) {
  return (size_t)set->size * set->size * 3;
}

#ifdef __cplusplus
}
#endif

#endif
