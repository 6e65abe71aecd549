/* What the processor can do, as this process sees it (under an emulator: the emulated one). */
#ifndef OCTAVO_PLATFORMS_POSIX_CPU_FEATURES_H
#define OCTAVO_PLATFORMS_POSIX_CPU_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Space-separated names, such as "sse4.1 avx2 fma avx512 avx512-vnni"; "" if none is known. */
void platform_cpu_features(char *text, size_t size);

/* The brand that the processor itself tells. Returns false where it does not. */
bool platform_cpu_brand(char *text, size_t size);

/* The instruction set this program was built for. A constant string. */
const char *platform_cpu_isa(void);

#ifdef __cplusplus
}
#endif

#endif
