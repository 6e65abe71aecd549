/* SHA-256 (FIPS 180-4), to name the files and image sets that a model was made from. */
#ifndef OCTAVO_COMMON_SHA256_H
#define OCTAVO_COMMON_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sha256 {
  uint32_t state[8];
  uint64_t bytes; /* taken in so far; below 2^61 */
  uint8_t block[64];
} sha256;

void sha256_begin(sha256 *hash);
void sha256_update(sha256 *hash, const void *data, size_t size);
void sha256_end(sha256 *hash, uint8_t digest[32]);

/* All three in one call. */
void sha256_of(const void *data, size_t size, uint8_t digest[32]);

/* 64 lowercase hexadecimal digits and NUL. */
void sha256_text(const uint8_t digest[32], char text[65]);

#ifdef __cplusplus
}
#endif

#endif
