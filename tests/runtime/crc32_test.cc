#include "runtime/crc32.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

// The definition, a bit at a time.
uint32_t Plain(const uint8_t *data, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < 8 * size; i++) {
    const uint32_t bit = (crc ^ data[i / 8] >> i % 8) & 1;
    crc = crc >> 1 ^ (bit != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

TEST(Crc32, GivesTheCheckValueOfTheStandard) {
  EXPECT_EQ(octavo_crc32(0, "123456789", 9), 0xcbf43926U);
  EXPECT_EQ(octavo_crc32(0, "", 0), 0U);
  EXPECT_EQ(octavo_crc32(0, nullptr, 0), 0U);
}

// Every entry of every table: each byte value at each position of a block of 16.
TEST(Crc32, AgreesWithTheDefinitionForEachByteAtEachPosition) {
  for (size_t position = 0; position < 16; position++)
    for (unsigned value = 0; value < 256; value++) {
      uint8_t block[16] = {};
      block[position] = static_cast<uint8_t>(value);
      ASSERT_EQ(octavo_crc32(0, block, 16), Plain(block, 16)) << position << " " << value;
    }
}

TEST(Crc32, AgreesWithTheDefinitionAtEverySizeAndSplit) {
  std::vector<uint8_t> data(100);
  for (size_t i = 0; i < data.size(); i++)
    data[i] = static_cast<uint8_t>(i * 151 + 7);
  for (size_t size = 0; size <= data.size(); size++) {
    const uint32_t expected = Plain(data.data(), size);
    for (size_t split = 0; split <= size; split++)
      ASSERT_EQ(
          octavo_crc32(octavo_crc32(0, data.data(), split), data.data() + split, size - split),
          expected);
  }
}

// Long enough for the loop that takes two blocks of 4096 at once, with and without a rest.
TEST(Crc32, AgreesWithTheDefinitionOnLongData) {
  std::vector<uint8_t> data(40000 + 13);
  uint32_t state = 1;
  for (uint8_t &byte : data) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  for (const size_t size : {8191u, 8192u, 8193u, 16383u, 16384u, 24591u, 40000u})
    for (const size_t start : {0u, 1u, 13u})
      EXPECT_EQ(octavo_crc32(0, &data[start], size), Plain(&data[start], size)) << size;
  EXPECT_EQ(octavo_crc32(octavo_crc32(0, &data[0], 9000), &data[9000], 20000),
            Plain(&data[0], 29000));
}

} // namespace
