#include "platforms/platform.h"

#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an empty file's data points to. */
static const uint8_t no_bytes[1] = {0};

static const char *kind_of(mode_t mode) {
  if (S_ISDIR(mode))
    return "a folder";
  if (S_ISFIFO(mode))
    return "a FIFO";
  if (S_ISSOCK(mode))
    return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode))
    return "a device";
  return "no regular file";
}

/* Reads exactly `size` bytes. */
static octavo_status read_all(int descriptor, const char *path, uint8_t *data, size_t size,
                              octavo_error *error) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got = read(descriptor, data + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be read: %s", path,
                              strerror(errno));
    if (got == 0)
      return octavo_error_set(error, OCTAVO_ERROR_IO,
                              "%s: became shorter while it was read: expected %zu bytes, found %zu",
                              path, size, done);
    done += (size_t)got;
  }
  return OCTAVO_OK;
}

static octavo_status read_into_memory(int descriptor, const char *path, size_t size,
                                      platform_file *file, octavo_error *error) {
  uint8_t *data = octavo_memory_alloc_aligned(size);
  if (data == NULL)
    return octavo_error_memory(error, size, path);
  const octavo_status status = read_all(descriptor, path, data, size, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free_aligned(data);
    return status;
  }
  *file = (platform_file){.data = data, .size = size, .mapped = false};
  return OCTAVO_OK;
}

/* Mapped as a large page, what the system caches as one goes and comes back as a whole: after each
 * part that was dropped the next byte read would bring all 2 MB. */
static void prefer_small_pages(void *map, size_t size) {
#if defined(MADV_NOHUGEPAGE)
  madvise(map, size, MADV_NOHUGEPAGE);
#else
  (void)map;
  (void)size;
#endif
}

static octavo_status load(int descriptor, const char *path, const char *expected,
                          platform_file *file, octavo_error *error) {
  struct stat about;
  if (fstat(descriptor, &about) != 0)
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be examined: %s", path,
                            strerror(errno));
  if (!S_ISREG(about.st_mode))
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: is %s, expected %s", path,
                            kind_of(about.st_mode), expected);
  size_t size = 0;
  if (!octavo_checked_size((uint64_t)about.st_size, &size))
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: is larger than memory can address", path);
  if (size == 0) {
    *file = (platform_file){.data = no_bytes, .size = 0, .mapped = false};
    return OCTAVO_OK;
  }
  void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (map == MAP_FAILED)
    return read_into_memory(descriptor, path, size, file, error);
  prefer_small_pages(map, size);
  *file = (platform_file){.data = map, .size = size, .mapped = true};
  return OCTAVO_OK;
}

octavo_status platform_file_open(const char *path, const char *expected, platform_file *file,
                                 octavo_error *error) {
  *file = (platform_file){0};
  /* O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever. */
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0)
    return octavo_error_set(error, OCTAVO_ERROR_IO, "%s: cannot be opened: %s, expected %s", path,
                            strerror(errno), expected);
  const octavo_status status = load(descriptor, path, expected, file, error);
  close(descriptor);
  return status;
}

/* Opens `name` in the folder open as `parent`, never through a symbolic link. */
static int open_in(int parent, const char *name, bool folder) {
  return openat(parent, name,
                O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW |
                    (folder ? O_DIRECTORY : 0));
}

/* Opens each folder of `names`, which it cuts apart, and then the file. */
static int open_inside(const char *folder, char *names) {
  int descriptor = open(folder[0] == '\0' ? "." : folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  while (descriptor >= 0 && names != NULL) {
    char *separator = strchr(names, '/');
    if (separator != NULL)
      *separator = '\0';
    const bool outside = names[0] == '\0' || strcmp(names, "..") == 0;
    const int next = outside ? -1 : open_in(descriptor, names, separator != NULL);
    if (outside)
      errno = EACCES;
    const int reason = errno;
    close(descriptor);
    errno = reason;
    descriptor = next;
    names = separator == NULL ? NULL : separator + 1;
  }
  return descriptor;
}

octavo_status platform_file_open_inside(const char *folder, const char *relative,
                                        const char *expected, platform_file *file,
                                        octavo_error *error) {
  *file = (platform_file){0};
  char *names = octavo_memory_copy_string(relative);
  if (names == NULL)
    return octavo_error_memory(error, strlen(relative), "a path");
  const int descriptor = open_inside(folder, names);
  const int reason = errno;
  octavo_memory_free(names);
  if (descriptor < 0)
    return octavo_error_set(error, OCTAVO_ERROR_IO,
                            "%s: cannot be opened: %s, expected %s inside the folder '%s', not "
                            "reached through '..' or symbolic links",
                            relative, strerror(reason), expected, folder[0] == '\0' ? "." : folder);
  const octavo_status status = load(descriptor, relative, expected, file, error);
  close(descriptor);
  return status;
}

void platform_file_drop(const platform_file *file, size_t offset, size_t size) {
  if (!file->mapped || !octavo_checked_range(offset, size, file->size))
    return;
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t first = (offset + page - 1) / page * page;
  const size_t end = (offset + size) / page * page;
  if (first < end)
    madvise((uint8_t *)(uintptr_t)file->data + first, end - first, MADV_DONTNEED);
}

void platform_file_close(platform_file *file) {
  if (file == NULL || file->data == NULL)
    return;
  void *memory = (void *)(uintptr_t)file->data;
  if (file->mapped)
    munmap(memory, file->size);
  else if (file->data != no_bytes)
    octavo_memory_free_aligned(memory);
  *file = (platform_file){0};
}
