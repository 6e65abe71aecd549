#include "crc32.h"

#include <pthread.h>

/* Sixteen bytes at a time, one table for each ("slicing"): the look-ups do not wait for each other,
 * which makes it several times faster than a byte at a time. The tables are made when they are
 * first needed, in less time than it takes to read them from a file: 16 KB count in a program for a
 * device. tables[k][n]: what byte n contributes when k more bytes follow it in the block. */
static uint32_t tables[16][256];
static pthread_once_t tables_made = PTHREAD_ONCE_INIT;

/* The polynomial, lowest power first: the term of x^32 is left out. */
#define POLYNOMIAL 0xedb88320u

static void make_tables(void) {
  for (uint32_t n = 0; n < 256; n++) {
    uint32_t crc = n;
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
    tables[0][n] = crc;
  }
  for (size_t k = 1; k < 16; k++)
    for (size_t n = 0; n < 256; n++) /* a zero byte more */
      tables[k][n] = tables[k - 1][n] >> 8 ^ tables[0][tables[k - 1][n] & 255];
}

static inline uint32_t load(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

/* The share of a word of four bytes that `after` bytes of the block follow. */
static inline uint32_t word(uint32_t value, unsigned after) {
  return tables[after + 3][value & 255] ^ tables[after + 2][value >> 8 & 255] ^
         tables[after + 1][value >> 16 & 255] ^ tables[after][value >> 24];
}

/* The register after sixteen more bytes. */
static inline uint32_t sixteen(uint32_t crc, const uint8_t *bytes) {
  return word(load(bytes) ^ crc, 12) ^ word(load(bytes + 4), 8) ^ word(load(bytes + 8), 4) ^
         word(load(bytes + 12), 0);
}

/* Two halves at once, as one alone leaves the processor waiting: the second begins with a register
 * of 0, and the first is moved past it by that many zero bytes, a linear map of its 32 bits. */
#define HALF 4096u

static const uint32_t past_half[32] = {
    0x5ad8a92cu, 0xb5b15258u, 0xb013a2f1u, 0xbb5643a3u, 0xaddd8107u, 0x80ca044fu, 0xdae50edfu,
    0x6ebb1bffu, 0xdd7637feu, 0x619d69bdu, 0xc33ad37au, 0x5d04a0b5u, 0xba09416au, 0xaf638495u,
    0x85b60f6bu, 0xd01d1897u, 0x7b4b376fu, 0xf6966edeu, 0x365ddbfdu, 0x6cbbb7fau, 0xd9776ff4u,
    0x699fd9a9u, 0xd33fb352u, 0x7d0e60e5u, 0xfa1cc1cau, 0x2f4885d5u, 0x5e910baau, 0xbd221754u,
    0xa13528e9u, 0x991b5793u, 0xe947a967u, 0x09fe548fu,
};

static uint32_t two_halves(uint32_t crc, const uint8_t *bytes) {
  uint32_t second = 0;
  for (size_t i = 0; i < HALF; i += 16) {
    crc = sixteen(crc, bytes + i);
    second = sixteen(second, bytes + HALF + i);
  }
  for (unsigned bit = 0; bit < 32; bit++)
    if ((crc >> bit & 1) != 0)
      second ^= past_half[bit];
  return second;
}

uint32_t octavo_crc32(uint32_t crc, const void *data, size_t size) {
  const uint8_t *bytes = data;
  pthread_once(&tables_made, make_tables);
  crc = ~crc;
  for (; size >= (size_t)2 * HALF; size -= (size_t)2 * HALF, bytes += (size_t)2 * HALF)
    crc = two_halves(crc, bytes);
  for (; size >= 16; size -= 16, bytes += 16)
    crc = sixteen(crc, bytes);
  for (; size > 0; size--, bytes++)
    crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 255];
  return ~crc;
}
