#include "platforms/platform.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define SLOTS 16

static const int caught[] = {SIGINT, SIGTERM, SIGHUP};

/* Lock-free, so that the handler may read them. */
static atomic_int pending;
static _Atomic(const char *) registered[SLOTS];

static void on_signal(int number) {
  if (atomic_fetch_add(&pending, 1) == 0)
    return;
  for (size_t i = 0; i < SLOTS; i++) {
    const char *path = atomic_load(&registered[i]);
    if (path != NULL)
      unlink(path);
  }
  _exit(128 + number);
}

void platform_interrupt_catch(void) {
  for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
    struct sigaction action = {.sa_handler = on_signal};
    struct sigaction old = {0};
    sigemptyset(&action.sa_mask);
    /* A signal that the parent has us ignore, as nohup does, stays ignored. */
    if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(caught[i], &action, NULL);
  }
}

bool platform_interrupted(void) {
  return atomic_load(&pending) > 0;
}

int platform_interrupt_register(const char *path) {
  for (int i = 0; i < SLOTS; i++) {
    const char *empty = NULL;
    if (atomic_compare_exchange_strong(&registered[i], &empty, path))
      return i;
  }
  return -1;
}

void platform_interrupt_unregister(int slot) {
  if (slot >= 0 && slot < SLOTS)
    atomic_store(&registered[slot], NULL);
}
