#include "platforms/platform.h"

#include <time.h>

#define NANOSECONDS UINT64_C(1000000000)

static uint64_t read_clock(clockid_t clock) {
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t platform_nanoseconds(void) {
  return read_clock(CLOCK_MONOTONIC);
}

uint64_t platform_process_nanoseconds(void) {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void platform_sleep(uint64_t nanoseconds) {
  struct timespec left = {.tv_sec = (time_t)(nanoseconds / NANOSECONDS),
                          .tv_nsec = (long)(nanoseconds % NANOSECONDS)};
  while (nanosleep(&left, &left) != 0 && !platform_interrupted())
    continue;
}
