/* All allocation of the library and the programs goes through here, so that a test can make any one
 * of them fail, and count them. XNNPACK's allocations come through here too. Thread-safe. */
#ifndef OCTAVO_RUNTIME_MEMORY_H
#define OCTAVO_RUNTIME_MEMORY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What every buffer that a kernel touches is aligned to. */
#define OCTAVO_ALIGNMENT 64

/* count · size bytes, zeroed; NULL if the product overflows or memory is short. */
void *octavo_memory_alloc(size_t count, size_t size);

/* Grows or shrinks `old` (NULL allowed) to count · size bytes; new bytes are not zeroed. On failure
 * NULL, and `old` stays. */
void *octavo_memory_resize(void *old, size_t count, size_t size);

/* `size` bytes, not zeroed, aligned to OCTAVO_ALIGNMENT. Freed with octavo_memory_free_aligned. */
void *octavo_memory_alloc_aligned(size_t size);

/* A copy of the string. NULL if memory is short. */
char *octavo_memory_copy_string(const char *text);

/* NULL is allowed. */
void octavo_memory_free(void *pointer);
void octavo_memory_free_aligned(void *pointer);

/* For tests. After octavo_memory_fail_at(n, lasting), the n-th allocation from now on (counted from
 * 0) fails, and with `lasting` all after it. n = SIZE_MAX: none. octavo_memory_count tells the
 * number of allocations so far. */
void octavo_memory_fail_at(size_t n, int lasting);
size_t octavo_memory_count(void);

#ifdef __cplusplus
}
#endif

#endif
