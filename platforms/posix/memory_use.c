#include "platforms/platform.h"

#include "text_file.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* A line of /proc/self/status, "VmHWM:  1234 kB". */
static size_t status_bytes(const char *key) {
  char text[64];
  if (!platform_text_field("/proc/self/status", key, text, sizeof text))
    return 0;
  return (size_t)strtoul(text, NULL, 10) * 1024u;
}

size_t platform_memory_resident(void) {
  return status_bytes("VmRSS");
}

size_t platform_memory_peak(void) {
  const size_t peak = status_bytes("VmHWM");
  struct rusage usage;
  if (peak > 0 || getrusage(RUSAGE_SELF, &usage) != 0)
    return peak;
#if defined(__APPLE__)
  return (size_t)usage.ru_maxrss;
#else
  return (size_t)usage.ru_maxrss * 1024u;
#endif
}

void platform_memory_prefer_large_pages(void *data, size_t size) {
#if defined(MADV_HUGEPAGE)
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)data;
  const uintptr_t begin = (at + page - 1) / page * page, end = (at + size) / page * page;
  if (begin < end)
    madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#else
  (void)data;
  (void)size;
#endif
}

bool platform_memory_peak_reset(void) {
  const int descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  const bool done = write(descriptor, "5", 1) == 1;
  close(descriptor);
  return done;
}
