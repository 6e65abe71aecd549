#include "xnnpack_memory.h"

#include "memory.h"

#include <xnnpack.h>

static _Thread_local void *lent;
static _Thread_local size_t lent_size;

void octavo_xnnpack_lend(void *memory, size_t size) {
  lent = memory;
  lent_size = size;
}

void *octavo_xnnpack_take_back(void) {
  void *memory = lent;
  lent = NULL;
  return memory;
}

static void *allocate(void *context, size_t size) {
  (void)context;
  return octavo_memory_alloc(size, 1);
}

static void *reallocate(void *context, void *pointer, size_t size) {
  (void)context;
  if (pointer == NULL && lent != NULL && size <= lent_size)
    return octavo_xnnpack_take_back();
  return octavo_memory_resize(pointer, size, 1);
}

static void deallocate(void *context, void *pointer) {
  (void)context;
  octavo_memory_free(pointer);
}

static void *allocate_aligned(void *context, size_t alignment, size_t size) {
  (void)context;
  return alignment <= OCTAVO_ALIGNMENT ? octavo_memory_alloc_aligned(size) : NULL;
}

static void deallocate_aligned(void *context, void *pointer) {
  (void)context;
  octavo_memory_free_aligned(pointer);
}

/* XNNPACK keeps the first allocator it is given, and guards that itself, so any number of threads
 * may come here any number of times. */
octavo_status octavo_xnnpack_initialize(octavo_error *error) {
  static const struct xnn_allocator allocator = {
      .allocate = allocate,
      .reallocate = reallocate,
      .deallocate = deallocate,
      .aligned_allocate = allocate_aligned,
      .aligned_deallocate = deallocate_aligned,
  };
  if (xnn_initialize(&allocator) == xnn_status_success)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                          "this CPU lacks what XNNPACK needs (x86: SSE2; ARM: NEON)");
}
