#include "crc32.h"

/* Sixteen bytes at a time, one table for each ("slicing"): the look-ups do not wait for each other,
 * which makes it several times faster than a byte at a time. A table is linear over exclusive or,
 * so its 256 entries follow from the 8 that have one bit set; those are given, the preprocessor
 * makes the others. */
#define SPAN_2(x, a)                 (x), (x) ^ (a)
#define SPAN_4(x, a, b)              SPAN_2(x, a), SPAN_2((x) ^ (b), a)
#define SPAN_8(x, a, b, c)           SPAN_4(x, a, b), SPAN_4((x) ^ (c), a, b)
#define SPAN_16(x, a, b, c, d)       SPAN_8(x, a, b, c), SPAN_8((x) ^ (d), a, b, c)
#define SPAN_32(x, a, b, c, d, e)    SPAN_16(x, a, b, c, d), SPAN_16((x) ^ (e), a, b, c, d)
#define SPAN_64(x, a, b, c, d, e, f) SPAN_32(x, a, b, c, d, e), SPAN_32((x) ^ (f), a, b, c, d, e)
#define SPAN_128(x, a, b, c, d, e, f, g)                                                           \
  SPAN_64(x, a, b, c, d, e, f), SPAN_64((x) ^ (g), a, b, c, d, e, f)
#define ROW(a, b, c, d, e, f, g, h)                                                                \
  { SPAN_128(0u, a, b, c, d, e, f, g), SPAN_128(h, a, b, c, d, e, f, g) }

/* tables[k][n]: what byte n contributes when k more bytes follow it in the block. */
static const uint32_t tables[16][256] = {
    ROW(0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u, 0x3b6e20c8u, 0x76dc4190u,
        0xedb88320u),
    ROW(0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u, 0x958424a2u, 0xf0794f05u,
        0x3b83984bu),
    ROW(0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u, 0x384d46e0u, 0x709a8dc0u,
        0xe1351b80u),
    ROW(0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu, 0xa032af3eu, 0x9b14583du,
        0xed59b63bu),
    ROW(0x3d6029b0u, 0x7ac05360u, 0xf580a6c0u, 0x30704bc1u, 0x60e09782u, 0xc1c12f04u, 0x58f35849u,
        0xb1e6b092u),
    ROW(0xcb5cd3a5u, 0x4dc8a10bu, 0x9b914216u, 0xec53826du, 0x03d6029bu, 0x07ac0536u, 0x0f580a6cu,
        0x1eb014d8u),
    ROW(0xa6770bb4u, 0x979f1129u, 0xf44f2413u, 0x33ef4e67u, 0x67de9cceu, 0xcfbd399cu, 0x440b7579u,
        0x8816eaf2u),
    ROW(0xccaa009eu, 0x4225077du, 0x844a0efau, 0xd3e51bb5u, 0x7cbb312bu, 0xf9766256u, 0x299dc2edu,
        0x533b85dau),
    ROW(0x177b1443u, 0x2ef62886u, 0x5dec510cu, 0xbbd8a218u, 0xacc04271u, 0x82f182a3u, 0xde920307u,
        0x6655004fu),
    ROW(0xefc26b3eu, 0x04f5d03du, 0x09eba07au, 0x13d740f4u, 0x27ae81e8u, 0x4f5d03d0u, 0x9eba07a0u,
        0xe6050901u),
    ROW(0xc18edfc0u, 0x586cb9c1u, 0xb0d97382u, 0xbac3e145u, 0xaef6c4cbu, 0x869c8fd7u, 0xd64819efu,
        0x77e1359fu),
    ROW(0x9ba54c6fu, 0xec3b9e9fu, 0x03063b7fu, 0x060c76feu, 0x0c18edfcu, 0x1831dbf8u, 0x3063b7f0u,
        0x60c76fe0u),
    ROW(0xdd96d985u, 0x605cb54bu, 0xc0b96a96u, 0x5a03d36du, 0xb407a6dau, 0xb37e4bf5u, 0xbd8d91abu,
        0xa06a2517u),
    ROW(0x9d0fe176u, 0xe16ec4adu, 0x19ac8f1bu, 0x33591e36u, 0x66b23c6cu, 0xcd6478d8u, 0x41b9f7f1u,
        0x8373efe2u),
    ROW(0xb9fbdbe8u, 0xa886b191u, 0x8a7c6563u, 0xcf89cc87u, 0x44629f4fu, 0x88c53e9eu, 0xcafb7b7du,
        0x4e87f0bbu),
    ROW(0xae689191u, 0x87a02563u, 0xd4314c87u, 0x73139f4fu, 0xe6273e9eu, 0x173f7b7du, 0x2e7ef6fau,
        0x5cfdedf4u),
};

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
  crc = ~crc;
  for (; size >= (size_t)2 * HALF; size -= (size_t)2 * HALF, bytes += (size_t)2 * HALF)
    crc = two_halves(crc, bytes);
  for (; size >= 16; size -= 16, bytes += 16)
    crc = sixteen(crc, bytes);
  for (; size > 0; size--, bytes++)
    crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 255];
  return ~crc;
}
