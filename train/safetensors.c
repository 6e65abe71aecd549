#include "safetensors.h"

#include "common/atomic_file.h"
#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Readers refuse longer headers. */
static const uint64_t MAX_HEADER = UINT64_C(100) << 20;

/* ---- Writing --------------------------------------------------------------------------------- */

static bool describe_entry(json_t *header, const safetensors_entry *entry, uint64_t offset) {
  const uint64_t end = offset + entry->count * sizeof(float);
  json_t *shape = json_array();
  bool complete = shape != NULL;
  for (uint32_t i = 0; complete && i < entry->rank; i++)
    complete = json_array_append_new(shape, json_integer(entry->dims[i])) == 0;
  json_t *tensor = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                             (json_int_t)offset, (json_int_t)end);
  return complete && json_object_set_new(header, entry->name, tensor) == 0;
}

/* The header as text, filled up with spaces to a multiple of eight; free(). */
static char *make_header(const safetensors_entry *entries, uint32_t count, json_t *metadata) {
  json_t *header = json_object();
  bool complete = header != NULL;
  if (metadata != NULL)
    complete = complete && json_object_set(header, "__metadata__", metadata) == 0;
  uint64_t offset = 0;
  for (uint32_t i = 0; complete && i < count; i++) {
    complete = describe_entry(header, &entries[i], offset);
    offset += entries[i].count * sizeof(float);
  }
  char *text = complete ? json_dumps(header, JSON_COMPACT) : NULL;
  json_decref(header);
  if (text == NULL)
    return NULL;
  const size_t length = strlen(text), padded = (length + 7) / 8 * 8;
  char *result = octavo_memory_alloc(padded + 1, 1);
  if (result != NULL) {
    memset(result, ' ', padded);
    memcpy(result, text, length);
  }
  free(text);
  return result;
}

octavo_status safetensors_save(const char *path, const safetensors_entry *entries, uint32_t count,
                               json_t *metadata, octavo_error *error) {
  char *header = make_header(entries, count, metadata);
  if (header == NULL)
    return octavo_error_memory(error, count, "a header");
  const uint64_t length = strlen(header);
  uint8_t prefix[8];
  for (unsigned i = 0; i < 8; i++)
    prefix[i] = (uint8_t)(length >> (8 * i));
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status == OCTAVO_OK)
    status = atomic_file_write(file, prefix, sizeof prefix, error);
  if (status == OCTAVO_OK)
    status = atomic_file_write(file, header, length, error);
  for (uint32_t i = 0; status == OCTAVO_OK && i < count; i++)
    status = atomic_file_write(file, entries[i].data, entries[i].count * sizeof(float), error);
  octavo_memory_free(header);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static octavo_status parse(const char *path, safetensors *s, octavo_error *error) {
  const uint8_t *bytes = s->file.data;
  uint64_t length = 0;
  for (unsigned i = 0; i < 8 && i < s->file.size; i++)
    length |= (uint64_t)bytes[i] << (8 * i);
  if (s->file.size < 8 || length > MAX_HEADER || !octavo_checked_range(8, length, s->file.size))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected a safetensors file, found a header of %" PRIu64
                            " bytes in a file of %zu: truncated, or another kind of file",
                            path, length, s->file.size);
  json_error_t wrong;
  s->header = json_loadb((const char *)bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &wrong);
  if (!json_is_object(s->header))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "%s: expected a safetensors file, found a header that is no JSON "
                            "object: %s",
                            path, s->header == NULL ? wrong.text : "another value");
  s->data = bytes + 8 + length;
  s->data_bytes = s->file.size - 8 - (size_t)length;
  return OCTAVO_OK;
}

octavo_status safetensors_open(const char *path, safetensors *s, octavo_error *error) {
  *s = (safetensors){0};
  octavo_status status = platform_file_open(path, "a safetensors file", &s->file, error);
  if (status == OCTAVO_OK)
    status = parse(path, s, error);
  if (status != OCTAVO_OK)
    safetensors_close(s);
  return status;
}

void safetensors_close(safetensors *s) {
  json_decref(s->header);
  platform_file_close(&s->file);
  *s = (safetensors){0};
}

const char *safetensors_metadata(const safetensors *s, const char *key) {
  return json_string_value(json_object_get(json_object_get(s->header, "__metadata__"), key));
}

bool safetensors_has(const safetensors *s, const char *name) {
  return json_is_object(json_object_get(s->header, name));
}

/* "[16, 3, 3, 3]" */
static void print_shape(char *text, size_t size, uint32_t rank, const uint32_t *dims) {
  size_t used = (size_t)snprintf(text, size, "[");
  for (uint32_t i = 0; i < rank && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%" PRIu32, i > 0 ? ", " : "", dims[i]);
  if (used < size)
    snprintf(text + used, size - used, "]");
}

static octavo_status check_shape(const json_t *tensor, const char *name, uint32_t rank,
                                 const uint32_t *dims, octavo_error *error) {
  const json_t *shape = json_object_get(tensor, "shape");
  uint32_t found[8] = {0};
  const size_t found_rank = json_array_size(shape);
  bool same = json_is_array(shape) && found_rank == rank;
  for (size_t i = 0; i < found_rank && i < 8; i++) {
    found[i] = (uint32_t)json_integer_value(json_array_get(shape, i));
    same = same && json_integer_value(json_array_get(shape, i)) == dims[i];
  }
  if (same)
    return OCTAVO_OK;
  char want[128], have[128];
  print_shape(want, sizeof want, rank, dims);
  print_shape(have, sizeof have, found_rank < 8 ? (uint32_t)found_rank : 8, found);
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "tensor %s: expected shape %s, found %s",
                          name, want, have);
}

octavo_status safetensors_read(const safetensors *s, const char *name, uint32_t rank,
                               const uint32_t *dims, float *data, octavo_error *error) {
  const json_t *tensor = json_object_get(s->header, name);
  if (!json_is_object(tensor))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "tensor %s: expected, but not there", name);
  const char *type = json_string_value(json_object_get(tensor, "dtype"));
  if (type == NULL || strcmp(type, "F32") != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "tensor %s: expected type F32, found %s",
                            name, type != NULL ? type : "none");
  const octavo_status status = check_shape(tensor, name, rank, dims, error);
  if (status != OCTAVO_OK)
    return status;
  uint64_t bytes = sizeof(float);
  for (uint32_t i = 0; i < rank; i++)
    bytes *= dims[i];
  const json_t *place = json_object_get(tensor, "data_offsets");
  const json_int_t begin = json_integer_value(json_array_get(place, 0));
  const json_int_t end = json_integer_value(json_array_get(place, 1));
  if (begin < 0 || end < begin || (uint64_t)(end - begin) != bytes ||
      !octavo_checked_range((uint64_t)begin, bytes, s->data_bytes))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "tensor %s: expected %" PRIu64 " bytes inside the file's %zu, found "
                            "bytes %" PRIi64 " to %" PRIi64,
                            name, bytes, s->data_bytes, (int64_t)begin, (int64_t)end);
  memcpy(data, s->data + begin, (size_t)bytes);
  return OCTAVO_OK;
}
