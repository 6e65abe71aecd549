#include "common/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

TEST(Statistics, PercentileInterpolatesBetweenRanks) {
  const double sorted[] = {1.0, 2.0, 4.0, 8.0};
  EXPECT_DOUBLE_EQ(statistics_percentile(sorted, 4, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(statistics_percentile(sorted, 4, 100.0), 8.0);
  EXPECT_DOUBLE_EQ(statistics_percentile(sorted, 4, 50.0), 3.0); // rank 1.5
  EXPECT_DOUBLE_EQ(statistics_percentile(sorted, 4, 90.0), 6.8); // rank 2.7
  EXPECT_DOUBLE_EQ(statistics_percentile(sorted, 1, 99.0), 1.0);
  EXPECT_TRUE(std::isnan(statistics_percentile(sorted, 0, 50.0)));
}

TEST(Statistics, SummaryOfAKnownList) {
  double values[] = {5.0, 1.0, 3.0, 2.0, 4.0};
  const statistics_summary s = statistics_summarize(values, 5);
  EXPECT_EQ(s.count, 5u);
  EXPECT_DOUBLE_EQ(s.first, 5.0);
  EXPECT_DOUBLE_EQ(s.minimum, 1.0);
  EXPECT_DOUBLE_EQ(s.mean, 3.0);
  EXPECT_DOUBLE_EQ(s.standard_deviation, std::sqrt(2.5)); // (4 + 1 + 0 + 1 + 4) / 4
  EXPECT_DOUBLE_EQ(s.p5, 1.2);
  EXPECT_DOUBLE_EQ(s.p50, 3.0);
  EXPECT_DOUBLE_EQ(s.p90, 4.6);
  EXPECT_DOUBLE_EQ(s.p95, 4.8);
  EXPECT_DOUBLE_EQ(s.p99, 4.96);
  EXPECT_DOUBLE_EQ(s.maximum, 5.0);
}

TEST(Statistics, EmptyAndSingleLists) {
  EXPECT_TRUE(std::isnan(statistics_mean(nullptr, 0)));
  double one = 7.0;
  EXPECT_DOUBLE_EQ(statistics_standard_deviation(&one, 1), 0.0);
  const statistics_summary s = statistics_summarize(&one, 1);
  EXPECT_DOUBLE_EQ(s.p99, 7.0);
}

// The tables of the sign test: for 10 values the 95 % interval is [x(2), x(9)], reaching
// 1 − 2 · 11/1024; for 20 it is [x(6), x(15)], reaching 95.86 %; for 6, [x(1), x(6)], 1 − 2/64.
TEST(Statistics, MedianIntervalFollowsTheSignTest) {
  std::vector<double> values(20);
  for (size_t i = 0; i < values.size(); i++)
    values[i] = static_cast<double>(i + 1);
  statistics_interval interval = statistics_median_interval(values.data(), 10, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, 2.0);
  EXPECT_DOUBLE_EQ(interval.high, 9.0);
  EXPECT_NEAR(interval.confidence, 1.0 - 22.0 / 1024.0, 1e-12);
  interval = statistics_median_interval(values.data(), 20, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, 6.0);
  EXPECT_DOUBLE_EQ(interval.high, 15.0);
  EXPECT_NEAR(interval.confidence, 0.9586, 1e-4);
  // [x(2), x(7)] of 8 would reach only 1 − 2 · 9/256 = 93 %.
  interval = statistics_median_interval(values.data(), 8, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, 1.0);
  EXPECT_NEAR(interval.confidence, 1.0 - 2.0 / 256.0, 1e-12);
  interval = statistics_median_interval(values.data(), 6, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, 1.0);
  EXPECT_DOUBLE_EQ(interval.high, 6.0);
  EXPECT_NEAR(interval.confidence, 1.0 - 2.0 / 64.0, 1e-12);
}

TEST(Statistics, MedianIntervalOfTooFewValuesSaysSo) {
  const double values[] = {1.0, 2.0, 3.0};
  statistics_interval interval = statistics_median_interval(values, 3, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, 1.0);
  EXPECT_DOUBLE_EQ(interval.high, 3.0);
  EXPECT_NEAR(interval.confidence, 0.75, 1e-12);
  interval = statistics_median_interval(values, 1, 0.95);
  EXPECT_DOUBLE_EQ(interval.low, 1.0);
  EXPECT_DOUBLE_EQ(interval.confidence, 0.0);
  EXPECT_TRUE(std::isnan(statistics_median_interval(values, 0, 0.95).low));
}

TEST(Statistics, ColumnsNameTheNumbersOfASummary) {
  std::vector<double> values = {4, 1, 3};
  const statistics_summary s = statistics_summarize(values.data(), values.size());
  const std::pair<const char *, double> expected[] = {
      {"first", 4},  {"min", 1}, {"mean", 8.0 / 3}, {"std", s.standard_deviation},
      {"p5", 1.2},   {"p50", 3}, {"p90", 3.8},      {"p95", 3.9},
      {"p99", 3.98}, {"max", 4}};
  ASSERT_EQ(std::size(expected), size_t{STATISTICS_COLUMNS});
  for (size_t i = 0; i < STATISTICS_COLUMNS; i++) {
    EXPECT_STREQ(statistics_columns[i].name, expected[i].first);
    EXPECT_NEAR(statistics_value(&s, &statistics_columns[i]), expected[i].second, 1e-12);
  }
}

} // namespace
