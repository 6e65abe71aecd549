#include "atomic_file.h"

#include "platforms/platform.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

struct atomic_file {
  char *path, *temporary;
  FILE *stream;
  int slot; /* where the interrupt handler knows the temporary file from */
  bool failed;
};

static atomic_size_t steps;
static atomic_size_t failing_step = SIZE_MAX;

void atomic_file_fail_at(size_t n) {
  const size_t now = atomic_load(&steps);
  atomic_store(&failing_step, n > SIZE_MAX - now ? SIZE_MAX : now + n);
}

/* Counts a step; when a test wants this one to fail, fills the error as a full disk would. */
static bool step_allowed(const char *path, octavo_error *error) {
  if (atomic_fetch_add(&steps, 1) != atomic_load(&failing_step))
    return true;
  octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be written: failed on request of a test",
                   path);
  return false;
}

#define TEMPORARY_MARK ".tmp-"

/* A name that no other process and no other file of this one uses. */
static char *temporary_name(const char *path) {
  static atomic_uint serial;
  const size_t size = strlen(path) + 48;
  char *name = octavo_memory_alloc(size, 1);
  if (name != NULL)
    snprintf(name, size, "%s" TEMPORARY_MARK "%u-%u", path, platform_process_id(),
             atomic_fetch_add(&serial, 1u));
  return name;
}

/* Reads the number that `text` begins with; returns what comes after it, `text` if there is none.
 */
static const char *skip_number(const char *text, uint64_t *number) {
  *number = 0;
  for (; *text >= '0' && *text <= '9' && *number <= UINT32_MAX; text++)
    *number = *number * 10 + (uint64_t)(*text - '0');
  return text;
}

/* Whether temporary_name made the name, in a process that is gone. */
static bool is_left_over(const char *name) {
  const char *mark = NULL;
  for (const char *at = name; (at = strstr(at, TEMPORARY_MARK)) != NULL; at++)
    mark = at;
  if (mark == NULL || mark == name)
    return false;
  uint64_t process = 0, serial = 0;
  const char *first = mark + strlen(TEMPORARY_MARK);
  const char *second = skip_number(first, &process);
  if (second == first || *second != '-' || process > UINT32_MAX)
    return false;
  const char *end = skip_number(second + 1, &serial);
  return end != second + 1 && *end == '\0' && !platform_process_exists((uint32_t)process);
}

static void release(atomic_file *file) {
  octavo_memory_free(file->path);
  octavo_memory_free(file->temporary);
  octavo_memory_free(file);
}

static octavo_status check_target(const char *path, octavo_error *error) {
  const platform_path_kind kind = platform_path(path);
  if (kind == PLATFORM_PATH_FOLDER || platform_path_name(path)[0] == '\0')
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "%s: is a folder, expected the name of a file to write", path);
  if (kind == PLATFORM_PATH_OTHER)
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "%s: is a device or FIFO, expected the name of a file to write", path);
  return OCTAVO_OK;
}

octavo_status atomic_file_create(const char *path, atomic_file **result, octavo_error *error) {
  *result = NULL;
  const octavo_status status = check_target(path, error);
  if (status != OCTAVO_OK)
    return status;
  atomic_file *file = octavo_memory_alloc(1, sizeof *file);
  if (file == NULL)
    return octavo_error_memory(error, sizeof *file, "an output file");
  /* A link is written through, not replaced. */
  file->path = platform_path_resolve(path);
  if (file->path != NULL)
    file->temporary = temporary_name(file->path);
  if (file->temporary == NULL) {
    release(file);
    return octavo_error_memory(error, strlen(path), "an output file's name");
  }
  if (step_allowed(path, error))
    file->stream = platform_file_create(file->temporary, path, error);
  if (file->stream == NULL) {
    release(file);
    return OCTAVO_ERROR_IO;
  }
  file->slot = platform_interrupt_register(file->temporary);
  *result = file;
  return OCTAVO_OK;
}

octavo_status atomic_file_write(atomic_file *file, const void *data, size_t size,
                                octavo_error *error) {
  if (!step_allowed(file->path, error)) {
    file->failed = true;
    return OCTAVO_ERROR_IO;
  }
  errno = 0;
  if (size > 0 && fwrite(data, 1, size, file->stream) != size) {
    file->failed = true;
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be written: %s", file->path,
                            strerror(errno));
  }
  return OCTAVO_OK;
}

octavo_status atomic_file_print(atomic_file *file, octavo_error *error, const char *format, ...) {
  if (!step_allowed(file->path, error)) {
    file->failed = true;
    return OCTAVO_ERROR_IO;
  }
  va_list arguments;
  va_start(arguments, format);
  errno = 0;
  const int length = vfprintf(file->stream, format, arguments);
  va_end(arguments);
  if (length >= 0)
    return OCTAVO_OK;
  file->failed = true;
  return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be written: %s", file->path,
                          strerror(errno));
}

/* Closes the stream; what it still held is written then. */
static octavo_status close_stream(atomic_file *file, octavo_error *error) {
  FILE *stream = file->stream;
  file->stream = NULL;
  errno = 0;
  if (fclose(stream) == 0)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be written: %s", file->path,
                          strerror(errno));
}

/* Ends the temporary file: it has another name by now, or goes. */
static void forget(atomic_file *file, bool renamed) {
  if (file->stream != NULL)
    fclose(file->stream);
  if (!renamed)
    platform_remove(file->temporary);
  platform_interrupt_unregister(file->slot);
  release(file);
}

octavo_status atomic_file_commit(atomic_file *file, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  bool renamed = false;
  if (file->failed)
    status = octavo_error_set(error, OCTAVO_ERROR_IO,
                              "%s: not written, because an earlier write failed", file->path);
  if (status == OCTAVO_OK)
    status = step_allowed(file->path, error) ? platform_file_sync(file->stream, file->path, error)
                                             : OCTAVO_ERROR_IO;
  if (status == OCTAVO_OK)
    status = close_stream(file, error);
  if (status == OCTAVO_OK)
    status = step_allowed(file->path, error) ? platform_rename(file->temporary, file->path, error)
                                             : OCTAVO_ERROR_IO;
  renamed = status == OCTAVO_OK;
  if (renamed)
    status =
        step_allowed(file->path, error) ? platform_folder_sync(file->path, error) : OCTAVO_ERROR_IO;
  forget(file, renamed);
  return status;
}

void atomic_file_abort(atomic_file *file) {
  if (file != NULL)
    forget(file, false);
}

octavo_status atomic_file_save(const char *path, const void *data, size_t size,
                               octavo_error *error) {
  atomic_file *file = NULL;
  octavo_status status = atomic_file_create(path, &file, error);
  if (status != OCTAVO_OK)
    return status;
  status = atomic_file_write(file, data, size, error);
  if (status == OCTAVO_OK)
    return atomic_file_commit(file, error);
  atomic_file_abort(file);
  return status;
}

octavo_status atomic_file_sweep(const char *folder, octavo_error *error) {
  platform_folder listing;
  octavo_status status = platform_folder_list(folder, &listing, error);
  for (size_t i = 0; status == OCTAVO_OK && i < listing.count; i++) {
    if (listing.entries[i].kind != PLATFORM_PATH_FILE || !is_left_over(listing.entries[i].name))
      continue;
    char *path = platform_path_join(folder, listing.entries[i].name);
    if (path == NULL)
      status = octavo_error_memory(error, strlen(folder), "a file name");
    else
      platform_remove(path);
    octavo_memory_free(path);
  }
  platform_folder_free(&listing);
  return status;
}
