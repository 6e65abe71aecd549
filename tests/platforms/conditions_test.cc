#include "platforms/platform.h"

#include <gtest/gtest.h>

#include <cmath>

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

} // namespace
