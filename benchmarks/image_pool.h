/* Real images to measure with, decoded beforehand. */
#ifndef OCTAVO_BENCHMARKS_IMAGE_POOL_H
#define OCTAVO_BENCHMARKS_IMAGE_POOL_H

#include "common/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct image_pool {
  image *images;
  uint32_t count;
  double decode_ms; /* median time to read and decode one */
} image_pool;

/* Loads up to `limit` images of the data set at `path`, chosen by `seed`. On failure *pool is all
 * zero. Errors: those of dataset_open and dataset_load. */
octavo_status image_pool_load(const char *path, dataset_split split, uint32_t limit, uint64_t seed,
                              image_pool *pool, octavo_error *error);

/* An all-zero *pool is allowed. */
void image_pool_free(image_pool *pool);

/* Median milliseconds to put one of the images through the model's preprocessing into the batch. */
octavo_status image_pool_preprocess(const image_pool *pool, octavo_session *session,
                                    double *milliseconds, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
