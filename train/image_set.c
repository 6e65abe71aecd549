#include "image_set.h"

#include "image_choice.h"

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
  *pair = (image_pair){0};
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
    random_state random;
    set->labels[i] = i % SHAPES_COUNT;
    random_seed(&random, shapes_seed(request->seed, split, set->labels[i], i / SHAPES_COUNT));
    shapes_draw(set->labels[i], set->size, &random, rgb);
    store_planes(set, i, rgb);
  }
  octavo_memory_free(rgb);
  return status;
}

static octavo_status check_no_share(const image_request *r, octavo_error *error) {
  if (r->held_out == 0.0)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                          "%s: has images for testing, so that none are held out; leave out "
                          "--val-share",
                          r->data);
}

static octavo_status draw_pair(const image_request *r, image_pair *pair, octavo_error *error) {
  octavo_status status = check_no_share(r, error);
  if (status == OCTAVO_OK)
    status = draw_set(&pair->train, r, 0, r->limit ? r->limit : SHAPES_TRAIN, error);
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

static octavo_status load_set(const image_choice *choice, uint32_t size, image_set *set,
                              octavo_error *error) {
  const dataset *data = choice->data;
  octavo_status status = set_allocate(set, choice->count, size, dataset_class_count(data), error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < set->class_count; i++)
    status = name_class(set, i, dataset_class_name(data, i), error);
  uint8_t *scratch = octavo_memory_alloc(1, image_set_bytes(set));
  if (scratch == NULL && status == OCTAVO_OK)
    status = octavo_error_memory(error, image_set_bytes(set), "an image");
  progress bar;
  progress_begin(&bar, stderr, "reading", "images", set->count);
  for (uint32_t i = 0; status == OCTAVO_OK && i < set->count; i++) {
    status = platform_interrupted() ? octavo_error_set(error, OCTAVO_ERROR_IO, "interrupted")
                                    : load_image(data, choice->order[i], set, i, scratch, error);
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
  const uint32_t count = dataset_class_count(train), other = dataset_class_count(test);
  if (count < 2)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "%s: expected at least two classes (one folder for each), found %u",
                            path, count);
  for (uint32_t i = 0; i < count || i < other; i++) {
    /* "" where one has fewer. */
    const char *a = dataset_class_name(train, i), *b = dataset_class_name(test, i);
    if (strcmp(a, b) != 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s: expected the same classes for training and test, found %u and "
                              "%u, the first that differ being '%s' and '%s'",
                              path, count, other, a, b);
  }
  return OCTAVO_OK;
}

/* The images of both splits. */
static octavo_status choose(const image_request *r, const dataset *train, const dataset *test,
                            image_choice choices[2], octavo_error *error) {
  octavo_status status = image_choice_all(train, r->seed, &choices[0], error);
  if (status == OCTAVO_OK)
    status = image_choice_check(&choices[0], "training", r->data, error);
  if (status != OCTAVO_OK)
    return status;
  if (same_images(train, test)) {
    const double share = r->held_out > 0.0 ? r->held_out : IMAGE_HELD_OUT;
    status = image_choice_hold_out(&choices[0], share, &choices[1], error);
  } else {
    status = check_no_share(r, error);
    if (status == OCTAVO_OK)
      status = image_choice_all(test, r->seed, &choices[1], error);
    if (status == OCTAVO_OK)
      status = image_choice_check(&choices[1], "test", r->data, error);
  }
  if (status == OCTAVO_OK)
    status = image_choice_limit(&choices[0], r->limit, error);
  return status == OCTAVO_OK ? image_choice_limit(&choices[1], r->test_limit, error) : status;
}

static void note_left_out(const dataset *data, image_pair *pair) {
  char name[sizeof pair->left_out_name];
  const uint32_t count = dataset_left_out(data, name, sizeof name);
  if (pair->left_out == 0)
    memcpy(pair->left_out_name, name, sizeof name);
  pair->left_out += count;
}

static octavo_status load_pair(const image_request *r, image_pair *pair, octavo_error *error) {
  dataset *train = NULL, *test = NULL;
  image_choice choices[2] = {{0}};
  octavo_status status = dataset_open(r->data, DATASET_TRAIN, &train, error);
  if (status == OCTAVO_OK)
    status = dataset_open(r->data, DATASET_TEST, &test, error);
  if (status == OCTAVO_OK)
    status = check_classes(train, test, r->data, error);
  if (status == OCTAVO_OK)
    status = choose(r, train, test, choices, error);
  if (status == OCTAVO_OK)
    status = load_set(&choices[0], r->size, &pair->train, error);
  if (status == OCTAVO_OK)
    status = load_set(&choices[1], r->size, &pair->test, error);
  if (status == OCTAVO_OK)
    note_left_out(train, pair);
  if (status == OCTAVO_OK && !same_images(train, test))
    note_left_out(test, pair);
  image_choice_free(&choices[0]);
  image_choice_free(&choices[1]);
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
