#include "converter/doctor/images.h"

#include "converter/doctor/expected_class.h"
#include "converter/image_sample.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <string.h>

/* The count grows as images are loaded, so that freeing is right at any time. */
static octavo_status load_named(const convert_options *options, const doctor_subject *subject,
                                doctor_images *images, octavo_error *error) {
  uint32_t expected = 0;
  octavo_status status = OCTAVO_OK;
  if (options->images.count > 0)
    status =
        expected_class_find(subject->model, subject->classes, options->expect, &expected, error);
  for (uint32_t i = 0; i < options->images.count && status == OCTAVO_OK; i++) {
    status = image_load(options->images.values[i], &images->pictures[images->count], error);
    images->classes[images->count] = expected;
    images->count += status == OCTAVO_OK;
  }
  return status;
}

static octavo_status load_sample(const image_sample *sample, const doctor_subject *subject,
                                 doctor_images *images, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < sample->count && status == OCTAVO_OK; i++) {
    const uint32_t label = image_sample_label(sample, i);
    if (label == DATASET_NO_LABEL || label >= subject->classes)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "--data: expected one folder per class, as many as the network tells "
                              "apart (%u) at most, found %u",
                              subject->classes, dataset_class_count(sample->set));
    status = dataset_load(sample->set, sample->indices[i], &images->pictures[images->count], error);
    images->classes[images->count] = label;
    images->count += status == OCTAVO_OK;
  }
  return status;
}

static octavo_status load_all(const convert_options *options, const doctor_subject *subject,
                              const image_sample *sample, doctor_images *images,
                              octavo_error *error) {
  const size_t room = (size_t)options->images.count + sample->count;
  images->pictures = octavo_memory_alloc(room, sizeof *images->pictures);
  images->classes = octavo_memory_alloc(room, sizeof *images->classes);
  if (images->pictures == NULL || images->classes == NULL)
    return octavo_error_memory(error, room * sizeof *images->pictures, "images");
  const octavo_status status = load_named(options, subject, images, error);
  return status == OCTAVO_OK ? load_sample(sample, subject, images, error) : status;
}

octavo_status doctor_images_open(const convert_options *options, const doctor_subject *subject,
                                 FILE *progress, doctor_images *images, octavo_error *error) {
  memset(images, 0, sizeof *images);
  image_sample sample = {0};
  octavo_status status = OCTAVO_OK;
  if (options->data != NULL)
    status = image_sample_open(options->data, DATASET_TEST, DOCTOR_MAX_IMAGES, options->seed,
                               progress, &sample, error);
  if (status == OCTAVO_OK)
    status = load_all(options, subject, &sample, images, error);
  image_sample_close(&sample);
  if (status != OCTAVO_OK)
    doctor_images_free(images);
  return status;
}

bool doctor_images_distorted(const doctor_images *images, uint32_t width, uint32_t height) {
  for (uint32_t i = 0; i < images->count; i++)
    if ((uint64_t)images->pictures[i].width * height !=
        (uint64_t)images->pictures[i].height * width)
      return true;
  return false;
}
