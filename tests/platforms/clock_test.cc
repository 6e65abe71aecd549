#include "platforms/platform.h"

#include <gtest/gtest.h>

#include <chrono>

namespace {

TEST(Clock, GoesForwardInNanoseconds) {
  const auto wall_begin = std::chrono::steady_clock::now();
  const uint64_t begin = platform_nanoseconds();
  platform_sleep(20000000); // 20 ms
  const uint64_t end = platform_nanoseconds();
  const auto wall = std::chrono::steady_clock::now() - wall_begin;
  EXPECT_GE(end - begin, 20000000u);
  EXPECT_LE(end - begin, static_cast<uint64_t>(
                             std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()));
}

} // namespace
