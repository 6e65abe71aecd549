/* XNNPACK allocates through memory.h, so that its allocations are counted and can be made to fail
 * as ours. */
#ifndef OCTAVO_RUNTIME_XNNPACK_MEMORY_H
#define OCTAVO_RUNTIME_XNNPACK_MEMORY_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Before the first call of XNNPACK. Any thread, any number of times. */
octavo_status octavo_xnnpack_initialize(octavo_error *error);

/* XNNPACK 4ea82e5 writes to what it reallocates for a dynamically quantized convolution without a
 * look at whether it got it. So that memory is allocated here first: the next reallocation from
 * nothing by this thread of at most `size` bytes gets `memory` (octavo_memory_alloc, of that size),
 * which then is XNNPACK's. */
void octavo_xnnpack_lend(void *memory, size_t size);

/* What was lent and not taken, or NULL; the caller's again. */
void *octavo_xnnpack_take_back(void);

#ifdef __cplusplus
}
#endif

#endif
