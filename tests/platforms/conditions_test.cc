#include "platforms/posix/conditions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/common/temporary_folder.h"

namespace {

// What a machine tells differs; what it tells must be possible.
TEST(Conditions, ArePossible) {
  platform_conditions conditions;
  platform_conditions_read(&conditions);
  EXPECT_GE(conditions.frequency_mhz, 0.0);
  EXPECT_LT(conditions.frequency_mhz, 20000.0);
  EXPECT_TRUE(conditions.load_average >= 0.0 || conditions.load_average == -1.0);
  if (!std::isnan(conditions.temperature_c)) {
    EXPECT_GT(conditions.temperature_c, -60.0);
    EXPECT_LT(conditions.temperature_c, 200.0);
  }
  if (!conditions.throttled_known) {
    EXPECT_EQ(conditions.throttled, 0u);
  }
}

TEST(Conditions, OfARaspberryPi) {
  TemporaryFolder root;
  root.write("sys/devices/system/cpu/cpu2/cpufreq/scaling_cur_freq", "1500000\n");
  root.write("sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "ondemand\n");
  root.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n");
  root.write("sys/class/thermal/thermal_zone0/temp", "81234\n");
  root.write("proc/self/cgroup", "0::/app\n");
  root.write("proc/self/mountinfo", "25 20 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  root.write("sys/fs/cgroup/app/cpu.stat", "usage_usec 5\nnr_throttled 7\n");
  platform_conditions conditions;
  platform_conditions_read_at(root.path().c_str(), 2, &conditions);
  EXPECT_DOUBLE_EQ(conditions.frequency_mhz, 1500);
  EXPECT_STREQ(conditions.governor, "ondemand");
  EXPECT_TRUE(conditions.throttled_known);
  EXPECT_EQ(conditions.throttled, 0x50005u); // under-voltage and throttled, now and before
  EXPECT_DOUBLE_EQ(conditions.temperature_c, 81.234);
  EXPECT_EQ(conditions.quota_events, 7u);
}

TEST(Conditions, WhereNothingIsTold) {
  TemporaryFolder root;
  root.write("proc/cpuinfo", "cpu MHz : 1.5\ncpu MHz : 2400.5\n");
  platform_conditions conditions;
  platform_conditions_read_at(root.path().c_str(), 1, &conditions);
  EXPECT_DOUBLE_EQ(conditions.frequency_mhz, 2400.5);
  EXPECT_STREQ(conditions.governor, "");
  EXPECT_FALSE(conditions.throttled_known);
  EXPECT_EQ(conditions.throttled, 0u);
  EXPECT_TRUE(std::isnan(conditions.temperature_c));
}

} // namespace
