#include "load.h"

#include "memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool octavo_load_is_zero(const void *data, size_t size) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != 0)
      return false;
  return true;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

octavo_status octavo_load_check_unique(const char **names, size_t count, const char *what,
                                       octavo_error *error) {
  qsort(names, count, sizeof *names, compare_names);
  for (size_t i = 1; i < count; i++)
    if (strcmp(names[i - 1], names[i]) == 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "%s \"%.200s\": expected a name of its own, found it twice", what,
                              names[i]);
  return OCTAVO_OK;
}

/* A weights section that does not lie aligned in the caller's memory is copied, so that kernels
 * find every constant as aligned as the file has it. */
static octavo_status align_weights(octavo_model *model, octavo_error *error) {
  if ((uintptr_t)model->weights % OCTAVO_ALIGNMENT == 0)
    return OCTAVO_OK;
  const size_t size = (size_t)model->sections[OCTAVO_SECTION_WEIGHTS - 1].size;
  model->aligned_copy = octavo_memory_alloc_aligned(size);
  if (model->aligned_copy == NULL)
    return octavo_error_memory(error, size, "an aligned copy of the weights");
  if (size > 0)
    memcpy(model->aligned_copy, model->weights, size);
  model->weights = model->aligned_copy;
  return OCTAVO_OK;
}

static octavo_status check_content(octavo_model *model, octavo_error *error) {
  octavo_status status = octavo_load_strings(model, error);
  if (status == OCTAVO_OK)
    status = octavo_load_tensors(model, error);
  if (status == OCTAVO_OK)
    status = octavo_load_graph(model, error);
  if (status == OCTAVO_OK)
    status = octavo_load_plan(model, error);
  if (status == OCTAVO_OK)
    status = octavo_load_operators(model, error);
  if (status == OCTAVO_OK)
    status = octavo_load_description(model, error);
  return status;
}

octavo_status octavo_load(octavo_model *model, octavo_error *error) {
  octavo_status status = octavo_load_container(model, error);
  if (status == OCTAVO_OK)
    status = octavo_load_sections(model, error);
  if (status == OCTAVO_OK)
    status = align_weights(model, error);
  if (status != OCTAVO_OK)
    return status;
  status = check_content(model, error);
  /* The test vectors were read for their checksum, and few need them after that. */
  const octavo_format_section *tests = &model->sections[OCTAVO_SECTION_TESTS - 1];
  platform_file_drop(&model->file, (size_t)tests->offset, (size_t)tests->size);
  if (status == OCTAVO_ERROR_FORMAT && model->header.minor > OCTAVO_FORMAT_MINOR) {
    /* Whole, so what looks wrong is what a later version added. */
    octavo_error_prefix(error, "made for format version %u.%u, this library reads %d.%d",
                        model->header.major, model->header.minor, OCTAVO_FORMAT_MAJOR,
                        OCTAVO_FORMAT_MINOR);
    status = OCTAVO_ERROR_UNSUPPORTED;
  }
  return status;
}
