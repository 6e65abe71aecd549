#include "platforms/platform.h"

#include <time.h>

#define NANOSECONDS UINT64_C(1000000000)

uint64_t platform_nanoseconds(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

void platform_sleep(uint64_t nanoseconds) {
  struct timespec left = {.tv_sec = (time_t)(nanoseconds / NANOSECONDS),
                          .tv_nsec = (long)(nanoseconds % NANOSECONDS)};
  while (nanosleep(&left, &left) != 0 && !platform_interrupted())
    continue;
}
