#include "platforms/platform.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

FILE *platform_file_create(const char *path, const char *name, octavo_error *error) {
  FILE *file = NULL;
  const int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor >= 0)
    file = fdopen(descriptor, "wb");
  if (file != NULL)
    return file;
  octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be created: %s", name,
                   errno == ENOENT ? "its folder does not exist" : strerror(errno));
  if (descriptor >= 0) {
    close(descriptor);
    unlink(path);
  }
  return NULL;
}

octavo_status platform_file_sync(FILE *file, const char *path, octavo_error *error) {
  if (fflush(file) == 0 && fsync(fileno(file)) == 0)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be written to the disk: %s", path,
                          strerror(errno));
}

/* Syncs an open folder. EINVAL and ENOTSUP are what file systems say that need or know none. */
static bool sync_folder(int descriptor) {
  return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

octavo_status platform_folder_sync(const char *path, octavo_error *error) {
  const size_t length = platform_path_folder_length(path);
  char *folder = octavo_memory_alloc(length + 2, 1);
  if (folder == NULL)
    return octavo_error_memory(error, length + 2, "a folder's name");
  if (length == 0)
    folder[0] = '.';
  memcpy(folder, path, length);
  octavo_status status = OCTAVO_OK;
  const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* A folder may be writable and not readable: then there is nothing to sync it by. */
  if (descriptor < 0 ? errno != EACCES : !sync_folder(descriptor))
    status =
        octavo_error_set(error, OCTAVO_ERROR_IO, "%s: folder cannot be written to the disk: %s",
                         folder, strerror(errno));
  if (descriptor >= 0)
    close(descriptor);
  octavo_memory_free(folder);
  return status;
}

octavo_status platform_rename(const char *from, const char *to, octavo_error *error) {
  if (rename(from, to) == 0)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be renamed to %s: %s", from, to,
                          strerror(errno));
}

bool platform_remove(const char *path) {
  return unlink(path) == 0 || errno == ENOENT;
}

uint32_t platform_process_id(void) {
  return (uint32_t)getpid();
}

bool platform_process_exists(uint32_t id) {
  /* kill() takes 0 and negative numbers for whole groups. */
  return id >= 1 && id <= INT_MAX && (kill((pid_t)id, 0) == 0 || errno == EPERM);
}
