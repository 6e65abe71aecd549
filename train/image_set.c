#include "image_set.h"

#include "common/progress.h"
#include "common/random.h"
#include "common/sha256.h"
#include "common/shapes.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "runtime/resample.h"

#include <math.h>
#include <string.h>

static const uint32_t SHAPES_TRAIN = 10000, SHAPES_TEST = 2000;
/* Where the data brings no test split, one image of this many is for testing. */
static const uint32_t HELD_OUT = 10;

static void set_free(image_set *set) {
  octavo_memory_free(set->pixels);
  octavo_memory_free(set->labels);
  for (uint32_t i = 0; set->classes != NULL && i < set->class_count; i++)
    octavo_memory_free(set->classes[i]);
  octavo_memory_free(set->classes);
  *set = (image_set){0};
}

void image_pair_free(image_pair *pair) {
  set_free(&pair->train);
  set_free(&pair->test);
}

static octavo_status set_allocate(image_set *set, uint32_t count, uint32_t size, uint32_t classes,
                                  octavo_error *error) {
  *set = (image_set){.count = count, .size = size, .class_count = classes};
  set->pixels = octavo_memory_alloc(count, image_set_bytes(set));
  set->labels = octavo_memory_alloc(count, sizeof *set->labels);
  set->classes = octavo_memory_alloc(classes, sizeof *set->classes);
  if (set->pixels == NULL || set->labels == NULL || set->classes == NULL)
    return octavo_error_memory(error, (uint64_t)count * image_set_bytes(set), "images");
  return OCTAVO_OK;
}

static octavo_status name_class(image_set *set, uint32_t index, const char *name,
                                octavo_error *error) {
  set->classes[index] = octavo_memory_copy_string(name);
  return set->classes[index] != NULL ? OCTAVO_OK : octavo_error_memory(error, 1, "a class name");
}

static void store_planes(const image_set *set, uint32_t index, const uint8_t *rgb) {
  const size_t plane = (size_t)set->size * set->size;
  uint8_t *pixels = set->pixels + index * image_set_bytes(set);
  for (size_t i = 0; i < plane; i++)
    for (size_t c = 0; c < 3; c++)
      pixels[c * plane + i] = rgb[3 * i + c];
}

/* ---- Drawn ----------------------------------------------------------------------------------- */

static octavo_status draw_set(image_set *set, const image_request *request, uint32_t split,
                              uint32_t count, octavo_error *error) {
  octavo_status status = set_allocate(set, count, request->size, SHAPES_COUNT, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < SHAPES_COUNT; i++)
    status = name_class(set, i, shapes_names[i], error);
  uint8_t *rgb = octavo_memory_alloc(1, image_set_bytes(set));
  if (rgb == NULL && status == OCTAVO_OK)
    status = octavo_error_memory(error, image_set_bytes(set), "an image");
  for (uint32_t i = 0; status == OCTAVO_OK && i < count; i++) {
    /* Each image has a seed of its own: a larger set has the smaller one's images. */
    random_state random;
    random_seed(&random, request->seed ^ ((uint64_t)(split + 1) << 56 | i));
    set->labels[i] = i % SHAPES_COUNT;
    shapes_draw(set->labels[i], set->size, &random, rgb);
    store_planes(set, i, rgb);
  }
  octavo_memory_free(rgb);
  return status;
}

static octavo_status draw_pair(const image_request *r, image_pair *pair, octavo_error *error) {
  octavo_status status = draw_set(&pair->train, r, 0, r->limit ? r->limit : SHAPES_TRAIN, error);
  if (status == OCTAVO_OK)
    status = draw_set(&pair->test, r, 1, r->test_limit ? r->test_limit : SHAPES_TEST, error);
  return status;
}

/* ---- From disk ------------------------------------------------------------------------------- */

static octavo_status load_image(const dataset *data, uint32_t from, image_set *set, uint32_t to,
                                uint8_t *scratch, octavo_error *error) {
  image picture = {0};
  octavo_status status = dataset_load(data, from, &picture, error);
  if (status != OCTAVO_OK)
    return status;
  const uint8_t *rgb = picture.rgb;
  if (picture.width != set->size || picture.height != set->size) {
    const octavo_resample_source source = {picture.rgb, picture.width, picture.height,
                                           (size_t)picture.width * 3};
    const octavo_resample_window window = {set->size, set->size, 0, 0, set->size, set->size};
    status = octavo_resample(&source, &window, scratch, error);
    rgb = scratch;
  }
  if (status == OCTAVO_OK)
    store_planes(set, to, rgb);
  set->labels[to] = dataset_label(data, from);
  image_free(&picture);
  return status;
}

/* Loads the images `indices` of the data. */
static octavo_status load_set(const dataset *data, const uint32_t *indices, uint32_t count,
                              uint32_t size, image_set *set, octavo_error *error) {
  octavo_status status = set_allocate(set, count, size, dataset_class_count(data), error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < set->class_count; i++)
    status = name_class(set, i, dataset_class_name(data, i), error);
  uint8_t *scratch = octavo_memory_alloc(1, image_set_bytes(set));
  if (scratch == NULL && status == OCTAVO_OK)
    status = octavo_error_memory(error, image_set_bytes(set), "an image");
  progress bar;
  progress_begin(&bar, stderr, "reading", "images", count);
  for (uint32_t i = 0; status == OCTAVO_OK && i < count; i++) {
    status = platform_interrupted() ? octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted")
                                    : load_image(data, indices[i], set, i, scratch, error);
    progress_update(&bar, i + 1);
  }
  progress_end(&bar);
  octavo_memory_free(scratch);
  return status;
}

/* Whether both splits are the same images, as in data that has none. */
static bool same_images(const dataset *a, const dataset *b) {
  char first[512], second[512];
  return dataset_count(a) == dataset_count(b) &&
         strcmp(dataset_name(a, 0, first, sizeof first),
                dataset_name(b, 0, second, sizeof second)) == 0;
}

static octavo_status check_classes(const dataset *train, const dataset *test, const char *path,
                                   octavo_error *error) {
  const uint32_t count = dataset_class_count(train);
  if (count < 2)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%s: expected at least two classes (one folder for each), found %u",
                            path, count);
  bool same = count == dataset_class_count(test);
  for (uint32_t i = 0; same && i < count; i++)
    same = strcmp(dataset_class_name(train, i), dataset_class_name(test, i)) == 0;
  if (!same)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected the same classes for training and test, found %u and %u, "
                            "or other names",
                            path, count, dataset_class_count(test));
  return OCTAVO_OK;
}

static octavo_status load_split(const dataset *data, const image_request *r, uint32_t limit,
                                uint32_t skip, uint32_t most, image_set *set, octavo_error *error) {
  const uint32_t all = dataset_count(data);
  uint32_t *indices = octavo_memory_alloc(all, sizeof *indices);
  if (indices == NULL)
    return octavo_error_memory(error, (uint64_t)all * sizeof *indices, "the choice of images");
  uint32_t filled = 0;
  octavo_status status = dataset_sample(data, all, r->seed, indices, &filled, error);
  uint32_t count = filled - skip < most ? filled - skip : most;
  count = limit > 0 && limit < count ? limit : count;
  if (status == OCTAVO_OK)
    status = load_set(data, indices + skip, count, r->size, set, error);
  octavo_memory_free(indices);
  return status;
}

static octavo_status load_pair(const image_request *r, image_pair *pair, octavo_error *error) {
  dataset *train = NULL, *test = NULL;
  octavo_status status = dataset_open(r->data, DATASET_TRAIN, &train, error);
  if (status == OCTAVO_OK)
    status = dataset_open(r->data, DATASET_TEST, &test, error);
  if (status == OCTAVO_OK)
    status = check_classes(train, test, r->data, error);
  if (status == OCTAVO_OK) {
    const bool split = same_images(train, test);
    const uint32_t held_out = split ? dataset_count(train) / HELD_OUT + 1 : 0;
    status = load_split(train, r, r->limit, held_out, UINT32_MAX, &pair->train, error);
    if (status == OCTAVO_OK)
      status =
          load_split(test, r, r->test_limit, 0, split ? held_out : UINT32_MAX, &pair->test, error);
  }
  dataset_close(train);
  dataset_close(test);
  return status;
}

octavo_status image_pair_load(const image_request *request, image_pair *pair, octavo_error *error) {
  *pair = (image_pair){0};
  const octavo_status status = strcmp(request->data, IMAGE_SHAPES) == 0
                                   ? draw_pair(request, pair, error)
                                   : load_pair(request, pair, error);
  if (status != OCTAVO_OK)
    image_pair_free(pair);
  return status;
}

/* ---- Looking at it --------------------------------------------------------------------------- */

static void hash_set(sha256 *hash, const image_set *set) {
  sha256_update(hash, set->pixels, set->count * image_set_bytes(set));
  for (uint32_t i = 0; i < set->count; i++) {
    const uint8_t label[2] = {(uint8_t)set->labels[i], (uint8_t)(set->labels[i] >> 8)};
    sha256_update(hash, label, sizeof label);
  }
}

void image_pair_hash(const image_pair *pair, char text[65]) {
  sha256 hash;
  uint8_t digest[32];
  sha256_begin(&hash);
  hash_set(&hash, &pair->train);
  hash_set(&hash, &pair->test);
  sha256_end(&hash, digest);
  sha256_text(digest, text);
}

void image_set_statistics(const image_set *set, double mean[3], double deviation[3]) {
  const size_t plane = (size_t)set->size * set->size;
  for (size_t c = 0; c < 3; c++) {
    /* Integers: exact, whatever the order. */
    uint64_t sum = 0, squares = 0;
    for (uint32_t i = 0; i < set->count; i++) {
      const uint8_t *p = set->pixels + i * image_set_bytes(set) + c * plane;
      for (size_t k = 0; k < plane; k++) {
        sum += p[k];
        squares += (uint64_t)p[k] * p[k];
      }
    }
    const double count = (double)set->count * (double)plane;
    mean[c] = (double)sum / count / 255.0;
    const double variance = (double)squares / count / 65025.0 - mean[c] * mean[c];
    deviation[c] = variance > 1e-8 ? sqrt(variance) : 1.0;
  }
}
