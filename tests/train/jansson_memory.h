// Lets jansson allocate through runtime/memory.h, so that its allocations can be made to fail too.
// Not for its parser: that of 2.14 writes beyond its buffers when memory is short.
#ifndef OCTAVO_TESTS_TRAIN_JANSSON_MEMORY_H
#define OCTAVO_TESTS_TRAIN_JANSSON_MEMORY_H

#include "runtime/memory.h"

#include <jansson.h>

#include <cstdlib>

// While it lives. What jansson made under it must be freed under it.
class JanssonMemory {
public:
  JanssonMemory() {
    json_set_alloc_funcs([](size_t size) { return octavo_memory_alloc(size, 1); },
                         octavo_memory_free);
  }
  ~JanssonMemory() {
    json_set_alloc_funcs(std::malloc, std::free);
  }
  JanssonMemory(const JanssonMemory &) = delete;
  JanssonMemory &operator=(const JanssonMemory &) = delete;
};

#endif
