#include "platforms/platform.h"

#include "runtime/error.h"
#include "runtime/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int by_name(const void *a, const void *b) {
  return strcmp(((const platform_entry *)a)->name, ((const platform_entry *)b)->name);
}

/* The kind of a directory entry; links and systems that do not tell are looked at. */
static platform_path_kind entry_kind(int folder, const struct dirent *entry) {
  if (entry->d_type == DT_REG)
    return PLATFORM_PATH_FILE;
  if (entry->d_type == DT_DIR)
    return PLATFORM_PATH_FOLDER;
  struct stat about;
  if (fstatat(folder, entry->d_name, &about, 0) != 0)
    return PLATFORM_PATH_MISSING;
  if (S_ISREG(about.st_mode))
    return PLATFORM_PATH_FILE;
  return S_ISDIR(about.st_mode) ? PLATFORM_PATH_FOLDER : PLATFORM_PATH_OTHER;
}

static bool append(platform_folder *folder, size_t *capacity, const char *name,
                   platform_path_kind kind) {
  if (folder->count == *capacity) {
    const size_t larger = *capacity == 0 ? 64 : *capacity * 2;
    platform_entry *entries = octavo_memory_resize(folder->entries, larger, sizeof(platform_entry));
    if (entries == NULL)
      return false;
    folder->entries = entries;
    *capacity = larger;
  }
  char *copy = octavo_memory_copy_string(name);
  if (copy == NULL)
    return false;
  folder->entries[folder->count++] = (platform_entry){.name = copy, .kind = kind};
  return true;
}

static octavo_status list(DIR *stream, const char *path, platform_folder *folder,
                          octavo_error *error) {
  size_t capacity = 0;
  for (;;) {
    errno = 0;
    const struct dirent *entry = readdir(stream);
    if (entry == NULL && errno != 0)
      return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: folder cannot be read: %s", path,
                              strerror(errno));
    if (entry == NULL)
      return OCTAVO_OK;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    if (!append(folder, &capacity, entry->d_name, entry_kind(dirfd(stream), entry)))
      return octavo_error_memory(error, sizeof(platform_entry), "a list of files");
  }
}

octavo_status platform_folder_list(const char *path, platform_folder *folder, octavo_error *error) {
  *folder = (platform_folder){0};
  DIR *stream = opendir(path);
  if (stream == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be opened as a folder: %s", path,
                            strerror(errno));
  const octavo_status status = list(stream, path, folder, error);
  closedir(stream);
  if (status != OCTAVO_OK) {
    platform_folder_free(folder);
    return status;
  }
  if (folder->count > 0)
    qsort(folder->entries, folder->count, sizeof(platform_entry), by_name);
  return OCTAVO_OK;
}

void platform_folder_free(platform_folder *folder) {
  if (folder == NULL)
    return;
  for (size_t i = 0; i < folder->count; i++)
    octavo_memory_free((void *)(uintptr_t)folder->entries[i].name);
  octavo_memory_free(folder->entries);
  *folder = (platform_folder){0};
}

octavo_status platform_folder_create(const char *path, octavo_error *error) {
  if (mkdir(path, 0777) == 0 || (errno == EEXIST && platform_path(path) == PLATFORM_PATH_FOLDER))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: folder cannot be made: %s", path,
                          strerror(errno));
}
