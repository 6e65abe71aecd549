#include "converter/writer/byte_buffer.h"

#include "runtime/memory.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

TEST(ByteBuffer, AppendsCopiesAndZeros) {
  byte_buffer buffer = {};
  ASSERT_TRUE(byte_buffer_append(&buffer, "abc", 3));
  ASSERT_TRUE(byte_buffer_append(&buffer, nullptr, 2));
  ASSERT_TRUE(byte_buffer_append(&buffer, "d", 1));
  ASSERT_EQ(buffer.size, 6U);
  EXPECT_EQ(memcmp(buffer.data, "abc\0\0d", 6), 0);
  ASSERT_TRUE(byte_buffer_append(&buffer, "", 0));
  EXPECT_EQ(buffer.size, 6U);
  byte_buffer_free(&buffer);
  EXPECT_EQ(buffer.data, nullptr);
  EXPECT_EQ(buffer.size, 0U);
}

TEST(ByteBuffer, KeepsItsContentAsItGrows) {
  byte_buffer buffer = {};
  for (unsigned i = 0; i < 5000; i++) {
    const uint8_t byte = static_cast<uint8_t>(i * 7);
    ASSERT_TRUE(byte_buffer_append(&buffer, &byte, 1));
  }
  ASSERT_EQ(buffer.size, 5000U);
  for (unsigned i = 0; i < 5000; i++)
    ASSERT_EQ(buffer.data[i], static_cast<uint8_t>(i * 7));
  byte_buffer_free(&buffer);
}

TEST(ByteBuffer, AlignsWithZeros) {
  byte_buffer buffer = {};
  ASSERT_TRUE(byte_buffer_align(&buffer, 64));
  EXPECT_EQ(buffer.size, 0U);
  ASSERT_TRUE(byte_buffer_append(&buffer, "x", 1));
  ASSERT_TRUE(byte_buffer_align(&buffer, 64));
  ASSERT_EQ(buffer.size, 64U);
  for (size_t i = 1; i < 64; i++)
    EXPECT_EQ(buffer.data[i], 0);
  ASSERT_TRUE(byte_buffer_align(&buffer, 64));
  EXPECT_EQ(buffer.size, 64U);
  byte_buffer_free(&buffer);
}

TEST(ByteBuffer, ChangesNothingWhenMemoryIsShort) {
  byte_buffer buffer = {};
  ASSERT_TRUE(byte_buffer_append(&buffer, "abc", 3));
  octavo_memory_fail_at(0, 1);
  EXPECT_FALSE(byte_buffer_append(&buffer, nullptr, 100000));
  octavo_memory_fail_at(SIZE_MAX, 0);
  EXPECT_FALSE(byte_buffer_append(&buffer, nullptr, SIZE_MAX - 1));
  EXPECT_FALSE(byte_buffer_append(&buffer, nullptr, SIZE_MAX / 2));
  ASSERT_EQ(buffer.size, 3U);
  EXPECT_EQ(memcmp(buffer.data, "abc", 3), 0);
  byte_buffer_free(&buffer);
}

} // namespace
