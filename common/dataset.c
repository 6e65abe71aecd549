#include "dataset.h"

#include "dataset_internal.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <string.h>

/* Tried in this order; the last takes any folder. */
static const dataset_layout_type *const layouts[] = {&dataset_cifar_layout, &dataset_folder_layout};

static octavo_status open_as(const dataset_layout_type *layout, const char *path,
                             dataset_split split, dataset **result, octavo_error *error) {
  dataset *set = octavo_memory_alloc(1, sizeof *set);
  if (set == NULL)
    return octavo_error_memory(error, sizeof *set, "a data set");
  set->layout = layout;
  set->layout_name = layout->name;
  const octavo_status status = layout->open(path, split, set, error);
  if (status != OCTAVO_OK) {
    dataset_close(set);
    return status;
  }
  *result = set;
  return OCTAVO_OK;
}

octavo_status dataset_open(const char *path, dataset_split split, dataset **result,
                           octavo_error *error) {
  *result = NULL;
  const platform_path_kind kind = platform_path(path);
  if (kind == PLATFORM_PATH_MISSING)
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "%s: does not exist or may not be read, expected a data set: a folder "
                            "of images, or CIFAR-10 in its binary version",
                            path);
  if (kind == PLATFORM_PATH_OTHER)
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "%s: is a device or FIFO, expected a data set: a folder or a file",
                            path);
  for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
    if (layouts[i]->recognize(path))
      return open_as(layouts[i], path, split, result, error);
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "%s: expected a data set: a folder of images, or CIFAR-10 in its binary "
                          "version; found neither",
                          path);
}

void dataset_close(dataset *set) {
  if (set == NULL)
    return;
  set->layout->close(set->content);
  for (uint32_t i = 0; i < set->class_count; i++)
    octavo_memory_free(set->classes[i]);
  octavo_memory_free(set->classes);
  octavo_memory_free(set->labels);
  octavo_memory_free(set);
}

octavo_status dataset_add_class(dataset *set, const char *name, size_t length,
                                octavo_error *error) {
  char **classes =
      octavo_memory_resize(set->classes, (size_t)set->class_count + 1, sizeof *classes);
  if (classes == NULL)
    return octavo_error_memory(error, sizeof *classes, "class names");
  set->classes = classes;
  char *copy = octavo_memory_alloc(length + 1, 1);
  if (copy == NULL)
    return octavo_error_memory(error, length + 1, "a class name");
  memcpy(copy, name, length);
  set->classes[set->class_count++] = copy;
  return OCTAVO_OK;
}

uint32_t dataset_count(const dataset *set) {
  return set->count;
}

uint32_t dataset_class_count(const dataset *set) {
  return set->class_count;
}

const char *dataset_class_name(const dataset *set, uint32_t index) {
  return index < set->class_count ? set->classes[index] : "";
}

uint32_t dataset_label(const dataset *set, uint32_t index) {
  return set->labels != NULL && index < set->count ? set->labels[index] : DATASET_NO_LABEL;
}

const char *dataset_name(const dataset *set, uint32_t index, char *buffer, size_t size) {
  if (index < set->count)
    set->layout->describe(set->content, index, buffer, size);
  else if (size > 0)
    buffer[0] = '\0';
  return buffer;
}

uint32_t dataset_left_out(const dataset *set, char *name, size_t size) {
  snprintf(name, size, "%s", set->left_out_name);
  return set->left_out;
}

const char *dataset_layout(const dataset *set) {
  return set->layout_name;
}

octavo_status dataset_load(const dataset *set, uint32_t index, image *result, octavo_error *error) {
  *result = (image){0};
  if (index >= set->count)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "image %" PRIu32 " of a data set of %" PRIu32, index, set->count);
  return set->layout->load(set->content, index, result, error);
}
