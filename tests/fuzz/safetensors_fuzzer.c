/* A file of weights or a checkpoint: opened, and each tensor read in the shape that it says it has.
 */
#include "platforms/platform.h"
#include "runtime/memory.h"
#include "train/safetensors.h"

#include <stdlib.h>
#include <string.h>

#define MAX_RANK  4
#define MAX_COUNT (1u << 20)

static char path[512];

static void remove_file(void) {
  remove(path);
}

static void write_file(const void *data, size_t size) {
  if (path[0] == '\0') {
    const char *parent = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/octavo-safetensors-fuzzer-%u", parent != NULL ? parent : "/tmp",
             platform_process_id());
    atexit(remove_file);
  }
  FILE *stream = fopen(path, "wb");
  if (stream == NULL || fwrite(data, 1, size, stream) != size || fclose(stream) != 0)
    abort();
}

/* The shape of the tensor; false if it is larger than the network's could be here. */
static bool shape_of(json_t *tensor, uint32_t *rank, uint32_t dims[MAX_RANK], size_t *count) {
  json_t *shape = json_object_get(tensor, "shape");
  *count = 1;
  *rank = (uint32_t)json_array_size(shape);
  if (json_array_size(shape) > MAX_RANK)
    return false;
  for (uint32_t i = 0; i < *rank; i++) {
    const json_int_t dim = json_integer_value(json_array_get(shape, i));
    if (dim > MAX_COUNT)
      return false;
    dims[i] = (uint32_t)dim;
    *count *= dims[i];
    if (*count > MAX_COUNT)
      return false;
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  write_file(data, size);
  safetensors file;
  octavo_error error;
  if (safetensors_open(path, &file, &error) != OCTAVO_OK)
    return 0;
  safetensors_metadata(&file, "format");
  safetensors_first_name(&file);
  const char *name = NULL;
  json_t *tensor = NULL;
  json_object_foreach(file.header, name, tensor) {
    uint32_t rank = 0, dims[MAX_RANK];
    size_t count = 0;
    if (!safetensors_has(&file, name) || !shape_of(tensor, &rank, dims, &count))
      continue;
    float *values = octavo_memory_alloc(count, sizeof *values);
    if (values != NULL)
      safetensors_read(&file, name, rank, dims, values, &error);
    octavo_memory_free(values);
    const uint32_t other[] = {3, 2};
    float six[6];
    safetensors_read(&file, name, 2, other, six, &error);
  }
  safetensors_close(&file);
  return 0;
}
