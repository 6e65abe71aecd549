#include "converter/onnx/external_data.h"

#include "runtime/checked.h"
#include "runtime/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *entry(const Onnx__TensorProto *proto, const char *key) {
  for (size_t i = 0; i < proto->n_external_data; i++) {
    const Onnx__StringStringEntryProto *pair = proto->external_data[i];
    if (pair->key != NULL && strcmp(pair->key, key) == 0)
      return pair->value;
  }
  return NULL;
}

static octavo_status read_number(const Onnx__TensorProto *proto, const char *key, uint64_t missing,
                                 uint64_t *number, octavo_error *error) {
  const char *text = entry(proto, key);
  *number = missing;
  if (text == NULL)
    return OCTAVO_OK;
  char *end = NULL;
  errno = 0;
  *number = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s of its external data: expected a number, found '%.40s'", key, text);
  return OCTAVO_OK;
}

octavo_status external_data_open(const Onnx__TensorProto *proto, const char *folder,
                                 external_data *external, octavo_error *error) {
  *external = (external_data){0};
  const char *location = entry(proto, "location");
  if (location == NULL || location[0] == '\0')
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "its data is in an external file that is not named");
  if (folder == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "its data is in the external file '%.80s', and a model from memory "
                            "has no folder",
                            location);
  uint64_t offset = 0, length = 0;
  octavo_status status = read_number(proto, "offset", 0, &offset, error);
  if (status == OCTAVO_OK)
    status = platform_file_open_inside(folder, location, "the file with the model's weights",
                                       &external->file, error);
  if (status != OCTAVO_OK)
    return status;
  const uint64_t size = external->file.size;
  status = read_number(proto, "length", offset <= size ? size - offset : 0, &length, error);
  if (status == OCTAVO_OK && !octavo_checked_range(offset, length, size))
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "its external data is at %llu, %llu bytes, but '%.80s' has %llu "
                              "bytes",
                              (unsigned long long)offset, (unsigned long long)length, location,
                              (unsigned long long)size);
  if (status != OCTAVO_OK) {
    external_data_close(external);
    return status;
  }
  external->data = external->file.data + offset;
  external->size = (size_t)length;
  return OCTAVO_OK;
}

void external_data_close(external_data *external) {
  platform_file_close(&external->file);
  *external = (external_data){0};
}
