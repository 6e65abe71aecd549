#include "converter/calibrate/histogram.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

namespace {

using Histogram = std::unique_ptr<histogram>;

Histogram Make() {
  auto h = std::make_unique<histogram>();
  histogram_init(h.get());
  return h;
}

Histogram Of(const std::vector<float> &values) {
  auto h = Make();
  EXPECT_TRUE(histogram_add(h.get(), values.data(), values.size()));
  return h;
}

bool Same(const histogram &a, const histogram &b) {
  return a.min == b.min && a.max == b.max && a.count == b.count && a.zeros == b.zeros &&
         a.exponent == b.exponent &&
         std::equal(a.positive, a.positive + HISTOGRAM_BINS, b.positive) &&
         std::equal(a.negative, a.negative + HISTOGRAM_BINS, b.negative);
}

std::vector<float> Random(size_t count, float spread) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(count);
  for (float &v : values)
    v = normal(random);
  return values;
}

TEST(Histogram, StartsEmpty) {
  auto h = Make();
  EXPECT_EQ(h->count, 0u);
  EXPECT_EQ(h->min, 0.0f);
  EXPECT_EQ(h->max, 0.0f);
}

/* 1.0 < 2^1, so the bins are 2^(1 − 11) = 1/1024 wide. */
TEST(Histogram, PutsValuesWhereTheyBelong) {
  auto h = Of({1.0f, 0.5f, 0.0f, -0.0f, -1.0f, 1.0f / 2048, -1.5f / 1024, -1.0f / 1024});
  EXPECT_DOUBLE_EQ(histogram_width(h.get()), 1.0 / 1024);
  EXPECT_EQ(h->positive[1024], 1u);
  EXPECT_EQ(h->positive[512], 1u);
  EXPECT_EQ(h->positive[0], 1u);
  EXPECT_EQ(h->negative[1023], 1u) << "-1 is the near end of [-1, -1023/1024)";
  EXPECT_EQ(h->negative[1], 1u);
  EXPECT_EQ(h->negative[0], 1u);
  EXPECT_EQ(h->zeros, 2u);
  EXPECT_EQ(h->count, 8u);
  EXPECT_EQ(h->min, -1.0f);
  EXPECT_EQ(h->max, 1.0f);
}

TEST(Histogram, MergesPairsWhenTheRangeGrows) {
  auto h = Of({0.25f, 0.26f, -0.3f});
  const float large = 100.0f;
  ASSERT_TRUE(histogram_add(h.get(), &large, 1));
  EXPECT_TRUE(Same(*h, *Of({0.25f, 0.26f, -0.3f, 100.0f})));
  EXPECT_DOUBLE_EQ(histogram_width(h.get()), 128.0 / 2048);
  EXPECT_EQ(h->positive[4], 2u); /* 0.25 · 16 = 4 */
  EXPECT_EQ(h->negative[4], 1u); /* -0.3 · 16 = -4.8 */
  EXPECT_EQ(h->positive[1600], 1u);
}

TEST(Histogram, OrderAndShareOutDoNotMatter) {
  const std::vector<float> values = Random(5000, 3.0f);
  auto all = Of(values);
  auto backwards = Make(), even = Make(), odd = Make();
  for (size_t i = values.size(); i-- > 0;)
    ASSERT_TRUE(histogram_add(backwards.get(), &values[i], 1));
  for (size_t i = 0; i < values.size(); i++)
    ASSERT_TRUE(histogram_add((i % 2 != 0 ? odd : even).get(), &values[i], 1));
  histogram_merge(even.get(), odd.get());
  EXPECT_TRUE(Same(*all, *backwards));
  EXPECT_TRUE(Same(*all, *even));
}

TEST(Histogram, CountsEveryValueOnce) {
  auto h = Of(Random(3000, 0.01f));
  const uint64_t counted = std::accumulate(h->positive, h->positive + HISTOGRAM_BINS, uint64_t{0}) +
                           std::accumulate(h->negative, h->negative + HISTOGRAM_BINS, uint64_t{0});
  EXPECT_EQ(counted + h->zeros, 3000u);
}

TEST(Histogram, MergingWithAnEmptyOneChangesNothing) {
  auto h = Of({2.0f, 3.0f}), empty = Make(), copy = Of({2.0f, 3.0f});
  histogram_merge(h.get(), empty.get());
  EXPECT_TRUE(Same(*h, *copy));
  histogram_merge(empty.get(), copy.get());
  EXPECT_TRUE(Same(*empty, *copy));
}

TEST(Histogram, AcceptsZerosAndExtremes) {
  auto zeros = Of({0.0f, 0.0f});
  EXPECT_EQ(zeros->zeros, 2u);
  const float max = std::numeric_limits<float>::max();
  const float denormal = std::numeric_limits<float>::denorm_min();
  auto h = Of({denormal, -denormal, max, -max});
  EXPECT_EQ(h->positive[0], 1u);
  EXPECT_EQ(h->positive[HISTOGRAM_BINS - 1], 1u);
  EXPECT_EQ(h->negative[HISTOGRAM_BINS - 1], 1u);
}

TEST(Histogram, RefusesWhatIsNotFinite) {
  auto h = Of({1.0f});
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    const float values[] = {5.0f, bad, 1.0f};
    EXPECT_FALSE(histogram_add(h.get(), values, 3));
  }
  EXPECT_TRUE(Same(*h, *Of({1.0f})));
}

} // namespace
