#include "platforms/platform.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace {

constexpr size_t kBytes = size_t{64} << 20;

// The kernel counts pages per CPU and sums them now and then.
constexpr size_t kSlack = size_t{1} << 20;

// Touches 64 MB for a moment.
void UseMemory() {
  const std::unique_ptr<char[]> block(new char[kBytes]);
  memset(block.get(), 1, kBytes);
  volatile char *seen = block.get();
  EXPECT_EQ(seen[kBytes / 2], 1);
}

TEST(MemoryUse, PeakRemembersWhatResidentForgets) {
  if (platform_memory_peak() == 0)
    GTEST_SKIP() << "this system does not tell";
  const size_t before = platform_memory_resident();
  UseMemory();
  EXPECT_GE(platform_memory_peak(), before + kBytes / 2);
  EXPECT_GE(platform_memory_peak() + kSlack, platform_memory_resident());
}

TEST(MemoryUse, PeakCanBeReset) {
  UseMemory();
  const size_t high = platform_memory_peak();
  if (!platform_memory_peak_reset())
    GTEST_SKIP() << "this system cannot reset the peak";
  EXPECT_LE(platform_memory_peak(), high + kSlack);
}

} // namespace
