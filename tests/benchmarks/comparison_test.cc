#include "benchmarks/comparison.h"

#include <gmock/gmock.h>

#include <vector>

namespace {

using ::testing::HasSubstr;

class Comparison : public ::testing::Test {
protected:
  Comparison() = default;
  ~Comparison() override {
    measurement_free(&first_);
    measurement_free(&second_);
  }

  comparison Compare(const std::vector<double> &first, const std::vector<double> &second) {
    Fill(&first_, first);
    Fill(&second_, second);
    comparison result = {};
    octavo_error error = {};
    EXPECT_EQ(comparison_make(&first_, &second_, 1, &result, &error), OCTAVO_OK) << error.text;
    return result;
  }

  static std::string Verdict(const comparison &c) {
    char text[256];
    return comparison_verdict(&c, "a", "b", text, sizeof text);
  }

private:
  static void Fill(measurement *m, const std::vector<double> &blocks) {
    measurement_free(m);
    octavo_error error = {};
    for (const double value : blocks)
      ASSERT_EQ(measurement_add_block(m, value, &error), OCTAVO_OK);
  }
  measurement first_ = {}, second_ = {};
};

TEST_F(Comparison, AConstantRatioHasAnIntervalOfOnePoint) {
  const comparison c = Compare({2, 2, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(c.ratio, 2);
  EXPECT_EQ(c.low, 2);
  EXPECT_EQ(c.high, 2);
  EXPECT_EQ(c.winner, 1);
  EXPECT_EQ(c.pairs, 6u);
  EXPECT_EQ(Verdict(c), "b is 2.00 times faster than a (95 %: 2.00 to 2.00)");
}

TEST_F(Comparison, TheFirstMayWin) {
  const comparison c = Compare({1, 1, 1, 1, 1, 1, 1}, {4, 4, 4, 4, 4, 4, 4});
  EXPECT_EQ(c.ratio, 0.25);
  EXPECT_EQ(c.winner, 0);
  EXPECT_THAT(Verdict(c), HasSubstr("a is 4.00 times faster than b"));
}

TEST_F(Comparison, NoiseAloneHasNoWinner) {
  const comparison c = Compare({1, 2, 3, 4, 5, 6, 7, 8}, {8, 7, 6, 5, 4, 3, 2, 1});
  EXPECT_EQ(c.ratio, 1);
  EXPECT_LT(c.low, 1);
  EXPECT_GT(c.high, 1);
  EXPECT_EQ(c.winner, -1);
  EXPECT_THAT(Verdict(c), HasSubstr("no difference shown"));
}

TEST_F(Comparison, DriftThatBothShareDoesNotMatter) {
  // The machine gets ten times slower half way; the ratio of neighbours stays.
  const comparison c = Compare({2, 2, 2, 2, 20, 20, 20, 20}, {1, 1, 1, 1, 10, 10, 10, 10});
  EXPECT_EQ(c.ratio, 2);
  EXPECT_EQ(c.low, 2);
  EXPECT_EQ(c.high, 2);
}

TEST_F(Comparison, TooFewPairsGiveNoVerdict) {
  const comparison c = Compare({2, 2, 2, 2, 2}, {1, 1, 1, 1, 1});
  EXPECT_EQ(c.ratio, 2);
  EXPECT_EQ(c.winner, -1);
  EXPECT_THAT(Verdict(c), HasSubstr("no verdict: 5 pairs of blocks, at least 6"));
  EXPECT_EQ(Compare({}, {}).pairs, 0u);
}

TEST_F(Comparison, OnlyPairsCount) {
  const comparison c = Compare({2, 2, 2, 2, 2, 2, 100, 100}, {1, 1, 1, 1, 1, 1});
  EXPECT_EQ(c.pairs, 6u);
  EXPECT_EQ(c.ratio, 2);
}

TEST_F(Comparison, TheSameSeedGivesTheSameInterval) {
  const std::vector<double> first = {1.1, 1.4, 1.2, 1.9, 1.3, 1.5, 1.2}, second(7, 1.0);
  const comparison a = Compare(first, second), b = Compare(first, second);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_LE(a.low, 1.3);
  EXPECT_GE(a.high, 1.3);
}

} // namespace
