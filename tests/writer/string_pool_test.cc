#include "converter/writer/string_pool.h"

#include "runtime/format.h"
#include "runtime/memory.h"

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(StringPool, BeginsWithTheEmptyString) {
  string_pool pool = {};
  uint32_t offset = 99;
  ASSERT_TRUE(string_pool_add(&pool, "conv", &offset));
  EXPECT_EQ(offset, 1U);
  ASSERT_TRUE(string_pool_add(&pool, "", &offset));
  EXPECT_EQ(offset, 0U);
  EXPECT_EQ(std::string(reinterpret_cast<char *>(pool.bytes.data), pool.bytes.size),
            std::string("\0conv\0", 6));
  string_pool_free(&pool);
}

TEST(StringPool, HoldsEachStringOnceInTheOrderOfFirstUse) {
  string_pool pool = {};
  std::string expected(1, '\0');
  uint32_t offsets[1000];
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 1000; i++) {
      const std::string text = "layer" + std::to_string(i);
      uint32_t offset = 0;
      ASSERT_TRUE(string_pool_add(&pool, text.c_str(), &offset));
      if (round == 0) {
        EXPECT_EQ(offset, expected.size());
        offsets[i] = offset;
        expected += text + '\0';
      }
      EXPECT_EQ(offset, offsets[i]);
    }
  EXPECT_EQ(std::string(reinterpret_cast<char *>(pool.bytes.data), pool.bytes.size), expected);
  string_pool_free(&pool);
}

TEST(StringPool, StopsAtTheCapOfTheFormat) {
  string_pool pool = {};
  const std::string large(OCTAVO_FORMAT_MAX_STRINGS - 2, 'a');
  uint32_t offset = 0;
  ASSERT_TRUE(string_pool_add(&pool, large.c_str(), &offset));
  EXPECT_EQ(pool.bytes.size, OCTAVO_FORMAT_MAX_STRINGS);
  EXPECT_FALSE(string_pool_add(&pool, "b", &offset));
  EXPECT_TRUE(string_pool_add(&pool, "", &offset));
  string_pool_free(&pool);
}

TEST(StringPool, SurvivesAllocationFailures) {
  for (size_t n = 0; n < 3; n++) {
    string_pool pool = {};
    uint32_t offset = 0;
    octavo_memory_fail_at(n, 0);
    bool failed = false;
    for (int i = 0; i < 100; i++)
      failed = !string_pool_add(&pool, std::to_string(i).c_str(), &offset) || failed;
    octavo_memory_fail_at(SIZE_MAX, 0);
    EXPECT_TRUE(failed) << n;
    ASSERT_TRUE(string_pool_add(&pool, "99", &offset));
    EXPECT_STREQ(reinterpret_cast<char *>(pool.bytes.data) + offset, "99");
    string_pool_free(&pool);
  }
}

} // namespace
