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

TEST(Clock, TellsHowLongTheProcessHasComputed) {
  const uint64_t begin = platform_process_nanoseconds();
  EXPECT_GT(begin, 0u);
  platform_sleep(50000000); // 50 ms
  const uint64_t slept = platform_process_nanoseconds();
  EXPECT_LT(slept - begin, 40000000u);
  volatile uint64_t sum = 0;
  while (platform_process_nanoseconds() - slept < 20000000u) // 20 ms, or it never ends
    sum = sum + 1;
  EXPECT_GT(sum, 1000u);
}

} // namespace
