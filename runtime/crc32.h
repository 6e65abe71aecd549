/* The checksum of the file format. */
#ifndef OCTAVO_RUNTIME_CRC32_H
#define OCTAVO_RUNTIME_CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CRC-32 of IEEE 802.3, as zlib's crc32(): `crc` is 0 for the first piece of data, and the result
 * so far for each later one. Any thread. */
uint32_t octavo_crc32(uint32_t crc, const void *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
