#include "image_pool.h"

#include "common/statistics.h"
#include "common/subject.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include "platforms/platform.h"

static octavo_status load_images(const dataset *set, const uint32_t *indices, double *times,
                                 image_pool *pool, octavo_error *error) {
  for (uint32_t i = 0; i < pool->count; i++) {
    const uint64_t begun = platform_nanoseconds();
    const octavo_status status = dataset_load(set, indices[i], &pool->images[i], error);
    times[i] = subject_elapsed(begun);
    if (status != OCTAVO_OK)
      return status;
  }
  statistics_sort(times, pool->count);
  pool->decode_ms = statistics_percentile(times, pool->count, 50);
  return OCTAVO_OK;
}

octavo_status image_pool_load(const char *path, dataset_split split, uint32_t limit, uint64_t seed,
                              image_pool *pool, octavo_error *error) {
  *pool = (image_pool){0};
  dataset *set = NULL;
  octavo_status status = dataset_open(path, split, &set, error);
  if (status != OCTAVO_OK)
    return status;
  const uint32_t count = dataset_count(set) < limit ? dataset_count(set) : limit;
  uint32_t *indices = octavo_memory_alloc(count, sizeof *indices);
  double *times = octavo_memory_alloc(count, sizeof *times);
  pool->images = octavo_memory_alloc(count, sizeof *pool->images);
  if (indices == NULL || times == NULL || pool->images == NULL)
    status = octavo_error_memory(error, count * sizeof *pool->images, "the images");
  if (status == OCTAVO_OK)
    status = dataset_sample(set, count, seed, indices, &pool->count, error);
  if (status == OCTAVO_OK)
    status = load_images(set, indices, times, pool, error);
  octavo_memory_free(indices);
  octavo_memory_free(times);
  dataset_close(set);
  if (status != OCTAVO_OK)
    image_pool_free(pool);
  return status;
}

void image_pool_free(image_pool *pool) {
  for (uint32_t i = 0; i < pool->count; i++)
    image_free(&pool->images[i]);
  octavo_memory_free(pool->images);
  *pool = (image_pool){0};
}

octavo_status image_pool_preprocess(const image_pool *pool, octavo_session *session,
                                    double *milliseconds, octavo_error *error) {
  double *times = octavo_memory_alloc(pool->count, sizeof *times);
  if (times == NULL)
    return octavo_error_memory(error, pool->count * sizeof *times, "times");
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < pool->count; i++) {
    const image *picture = &pool->images[i];
    const uint64_t begun = platform_nanoseconds();
    status = octavo_session_set_image(session, 0, picture->rgb, picture->width, picture->height,
                                      (size_t)picture->width * 3, error);
    times[i] = subject_elapsed(begun);
  }
  statistics_sort(times, pool->count);
  *milliseconds = statistics_percentile(times, pool->count, 50);
  octavo_memory_free(times);
  return status;
}
