#include "json_file.h"

#include "atomic_file.h"
#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"
#include "utf8.h"

#define MAX_BYTES (UINT32_C(64) << 20)

typedef struct sink {
  atomic_file *file;
  octavo_error *error;
  octavo_status status;
} sink;

static int take(const char *bytes, size_t size, void *context) {
  sink *s = context;
  s->status = atomic_file_write(s->file, bytes, size, s->error);
  return s->status == OCTAVO_OK ? 0 : -1;
}

octavo_status json_file_write(const char *path, const json_t *root, octavo_error *error) {
  sink s = {.error = error};
  const octavo_status status = atomic_file_create(path, &s.file, error);
  if (status != OCTAVO_OK)
    return status;
  if (root == NULL) {
    /* What jansson's constructors return when memory is short. */
    s.status = octavo_error_memory(error, sizeof(json_t), "a JSON tree");
  } else if (json_dump_callback(root, take, &s, JSON_INDENT(2)) != 0 && s.status == OCTAVO_OK) {
    s.status =
        octavo_error_set(error, OCTAVO_ERROR_MEMORY, "%s: cannot be formatted as JSON", path);
  }
  if (s.status == OCTAVO_OK)
    s.status = atomic_file_write(s.file, "\n", 1, error);
  if (s.status == OCTAVO_OK)
    return atomic_file_commit(s.file, error);
  atomic_file_abort(s.file);
  return s.status;
}

octavo_status json_file_read(const char *path, json_t **root, octavo_error *error) {
  *root = NULL;
  platform_file file;
  octavo_status status = platform_file_open(path, "a JSON file", &file, error);
  if (status != OCTAVO_OK)
    return status;
  json_error_t details;
  if (file.size > MAX_BYTES)
    status = octavo_error_set(error, OCTAVO_ERROR_FORMAT, "%s: %zu bytes, expected at most %u",
                              path, file.size, MAX_BYTES);
  else
    *root = json_loadb((const char *)file.data, file.size, 0, &details);
  if (status == OCTAVO_OK && *root == NULL)
    status =
        octavo_error_set(error, OCTAVO_ERROR_FORMAT, "%s: expected JSON, line %d column %d: %s",
                         path, details.line, details.column, details.text);
  platform_file_close(&file);
  return status;
}

json_t *json_file_text(const char *value) {
  json_t *whole_text = json_string(value);
  char *copy = whole_text != NULL ? NULL : octavo_memory_copy_string(value);
  if (copy == NULL)
    return whole_text;
  utf8_mend(copy);
  json_t *mended = json_string(copy);
  octavo_memory_free(copy);
  return mended;
}
