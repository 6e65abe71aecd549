// Lets jansson allocate through runtime/memory.h, so that its allocations can be made to fail too.
#ifndef OCTAVO_TESTS_TRAIN_JANSSON_MEMORY_H
#define OCTAVO_TESTS_TRAIN_JANSSON_MEMORY_H

#include "octavo.h"
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

// Jansson's parser takes some shortages of memory for wrong text. What is asked of the caller then
// is an error and no leak.
inline octavo_status ParserShortage(octavo_status status) {
  return status == OCTAVO_ERROR_FORMAT ? OCTAVO_ERROR_MEMORY : status;
}

#endif
