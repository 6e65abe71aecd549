#include "converter/image_sample.h"

#include "common/progress.h"
#include "common/sha256.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

#define NAME_BYTES 400

static void hash_number(sha256 *hash, uint32_t value) {
  const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 24)};
  sha256_update(hash, bytes, sizeof bytes);
}

static void hash_image(sha256 *hash, const image *picture) {
  hash_number(hash, picture->width);
  hash_number(hash, picture->height);
  sha256_update(hash, picture->rgb, (size_t)picture->width * picture->height * 3);
}

/* Keeps the indices of the images that can be read. */
static octavo_status survey(image_sample *sample, FILE *stream, octavo_error *error) {
  progress bar;
  if (stream != NULL)
    progress_begin(&bar, stream, "reading", "images", sample->count);
  sha256 hash;
  sha256_begin(&hash);
  const uint32_t wanted = sample->count;
  octavo_status status = OCTAVO_OK;
  sample->count = 0;
  for (uint32_t i = 0; i < wanted && status == OCTAVO_OK; i++) {
    image picture = {0};
    octavo_error problem;
    const octavo_status loaded = dataset_load(sample->set, sample->indices[i], &picture, &problem);
    if (loaded == OCTAVO_OK) {
      hash_image(&hash, &picture);
      sample->indices[sample->count++] = sample->indices[i];
    } else if (sample->skipped++ == 0) {
      sample->reason = problem;
    }
    image_free(&picture);
    if (loaded == OCTAVO_ERROR_MEMORY || platform_interrupted())
      status = loaded == OCTAVO_ERROR_MEMORY
                   ? octavo_error_set(error, loaded, "%s", problem.text)
                   : octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted");
    if (stream != NULL)
      progress_update(&bar, i + 1);
  }
  if (stream != NULL)
    progress_end(&bar);
  sha256_end(&hash, sample->sha256);
  return status;
}

static octavo_status open_sample(const char *path, dataset_split split, uint32_t wanted,
                                 uint64_t seed, FILE *stream, image_sample *sample,
                                 octavo_error *error) {
  octavo_status status = dataset_open(path, split, &sample->set, error);
  if (status != OCTAVO_OK)
    return status;
  sample->available = dataset_count(sample->set);
  const uint32_t count = wanted < sample->available ? wanted : sample->available;
  sample->indices = octavo_memory_alloc(count, sizeof *sample->indices);
  if (sample->indices == NULL)
    return octavo_error_memory(error, count * sizeof *sample->indices, "a sample of images");
  status = dataset_sample(sample->set, count, seed, sample->indices, &sample->count, error);
  if (status == OCTAVO_OK)
    status = survey(sample, stream, error);
  if (status != OCTAVO_OK)
    return status;
  if (sample->count == 0 || sample->skipped > (sample->count + sample->skipped) / 10)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%.150s: %u of %u images cannot be read, more than the tenth that is "
                            "passed over; the first: %.280s",
                            path, sample->skipped, sample->count + sample->skipped,
                            sample->reason.text);
  return OCTAVO_OK;
}

octavo_status image_sample_open(const char *path, dataset_split split, uint32_t wanted,
                                uint64_t seed, FILE *stream, image_sample *sample,
                                octavo_error *error) {
  memset(sample, 0, sizeof *sample);
  const octavo_status status = open_sample(path, split, wanted, seed, stream, sample, error);
  if (status != OCTAVO_OK)
    image_sample_close(sample);
  return status;
}

void image_sample_close(image_sample *sample) {
  octavo_memory_free(sample->indices);
  dataset_close(sample->set);
  memset(sample, 0, sizeof *sample);
}

octavo_status image_sample_feed(const image_sample *sample, uint32_t i, octavo_session *session,
                                octavo_error *error) {
  image picture = {0};
  octavo_status status = dataset_load(sample->set, sample->indices[i], &picture, error);
  if (status != OCTAVO_OK)
    return status;
  status = octavo_session_set_image(session, 0, picture.rgb, picture.width, picture.height,
                                    (size_t)picture.width * 3, error);
  if (status != OCTAVO_OK) {
    char name[NAME_BYTES];
    octavo_error_prefix(error, "%s",
                        dataset_name(sample->set, sample->indices[i], name, sizeof name));
  }
  image_free(&picture);
  return status;
}

uint32_t image_sample_label(const image_sample *sample, uint32_t i) {
  return dataset_label(sample->set, sample->indices[i]);
}
