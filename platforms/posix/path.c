#include "platforms/platform.h"

#include "runtime/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

platform_path_kind platform_path(const char *path) {
  struct stat about;
  if (stat(path, &about) != 0)
    return PLATFORM_PATH_MISSING;
  if (S_ISREG(about.st_mode))
    return PLATFORM_PATH_FILE;
  return S_ISDIR(about.st_mode) ? PLATFORM_PATH_FOLDER : PLATFORM_PATH_OTHER;
}

size_t platform_path_folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

const char *platform_path_name(const char *path) {
  return path + platform_path_folder_length(path);
}

char *platform_path_join(const char *folder, const char *name) {
  const size_t folder_length = strlen(folder);
  const size_t name_length = strlen(name);
  const bool slash = folder_length > 0 && folder[folder_length - 1] != '/';
  char *path = octavo_memory_alloc(folder_length + name_length + 2, 1);
  if (path == NULL)
    return NULL;
  memcpy(path, folder, folder_length);
  if (slash)
    path[folder_length] = '/';
  memcpy(path + folder_length + (slash ? 1 : 0), name, name_length + 1);
  return path;
}

char *platform_path_resolve(const char *path) {
  char *resolved = realpath(path, NULL);
  char *copy = octavo_memory_copy_string(resolved != NULL ? resolved : path);
  free(resolved);
  return copy;
}
