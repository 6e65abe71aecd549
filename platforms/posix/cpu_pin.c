#include "platforms/platform.h"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>

/* The mask that the first caller had: later ones, on threads that inherited a mask of one CPU, must
 * still see all of them. */
static cpu_set_t usable;
static pthread_once_t usable_once = PTHREAD_ONCE_INIT;

static void read_usable(void) {
  CPU_ZERO(&usable);
  if (sched_getaffinity(0, sizeof usable, &usable) != 0)
    CPU_ZERO(&usable);
}

bool platform_cpu_pin(uint32_t index) {
  pthread_once(&usable_once, read_usable);
  if (CPU_COUNT(&usable) == 0)
    return false;
  uint32_t left = index % (uint32_t)CPU_COUNT(&usable);
  for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &usable) || left-- > 0)
      continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
  }
  return false;
}
#else
bool platform_cpu_pin(uint32_t index) {
  (void)index;
  return false;
}
#endif
