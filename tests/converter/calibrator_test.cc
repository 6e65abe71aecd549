#include "converter/calibrate/calibrator.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

std::unique_ptr<histogram> Of(const std::vector<float> &values) {
  auto h = std::make_unique<histogram>();
  histogram_init(h.get());
  EXPECT_TRUE(histogram_add(h.get(), values.data(), values.size()));
  return h;
}

value_range Choose(const char *name, const histogram *h, double percentile = 99.99) {
  const calibrator_input input = {h, {0.0f, 0.0f}, percentile};
  return calibrator_find(name)->choose(&input);
}

value_range Choose(const char *name, const std::vector<float> &values, double percentile = 99.99) {
  return Choose(name, Of(values).get(), percentile);
}

/* The squared error of really quantizing the values. */
double Error(const std::vector<float> &values, value_range range) {
  const quantization_parameters p = scale_from_range(range);
  double sum = 0.0;
  for (const float v : values) {
    const double error = (double)v - (double)p.scale * (scale_quantize(p, v) - p.zero_point);
    sum += error * error;
  }
  return sum;
}

/* The least error over a grid of both ends. */
double BruteForce(const std::vector<float> &values, float min, float max) {
  double least = INFINITY;
  const int low_steps = min < 0.0f ? 60 : 0;
  for (int i = 0; i <= low_steps; i++)
    for (int k = 0; k <= 60; k++) {
      const float low = low_steps == 0 ? 0.0f : min * (float)i / 60.0f;
      const float high = max * (float)k / 60.0f;
      if (high - low > 0.0f)
        least = std::min(least, Error(values, {low, high}));
    }
  return least;
}

std::vector<float> Draw(size_t count, float (*shape)(float)) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &v : values)
    v = shape(normal(random));
  return values;
}

void ExpectNearlyOptimal(const std::vector<float> &values) {
  auto h = Of(values);
  const double found = Error(values, Choose("mse", h.get()));
  EXPECT_LE(found, 1.03 * BruteForce(values, h->min, h->max));
  EXPECT_LE(found, 1.01 * Error(values, Choose("minmax", h.get())));
}

TEST(Mse, NearlyOptimalForNormalValues) {
  ExpectNearlyOptimal(Draw(3000, [](float x) { return x; }));
}

TEST(Mse, NearlyOptimalForReluOfNormalValues) {
  ExpectNearlyOptimal(Draw(3000, [](float x) { return std::fmax(x, 0.0f); }));
}

TEST(Mse, NearlyOptimalForLongTails) {
  ExpectNearlyOptimal(Draw(3000, [](float x) { return x * x * x; }));
}

TEST(Mse, NearlyOptimalForLopsidedValues) {
  ExpectNearlyOptimal(Draw(3000, [](float x) { return x > 0.0f ? 7.0f * x * x : 0.3f * x; }));
}

/* Clipping 60 at T costs (60 - T)^2, rounding N values costs N/12 · ((T - min) / 255)^2; the sum is
 * least at T = (60 + k·min) / (1 + k) with k = N / (12 · 255^2). */
TEST(Mse, ClipsALoneOutlierAsFarAsItPays) {
  std::vector<float> values = Draw(1000000, [](float x) { return x; });
  values.push_back(60.0f);
  const value_range range = Choose("mse", values);
  const double k = 1000000.0 / (12.0 * 255.0 * 255.0);
  EXPECT_NEAR(range.max, (60.0 + k * (double)range.min) / (1.0 + k), 1.5);
  EXPECT_LT(range.min, -3.5f);
}

TEST(Mse, KeepsZeroAsTheLowerEndOfNonNegativeValues) {
  const value_range range = Choose("mse", Draw(5000, [](float x) { return x * x; }));
  EXPECT_EQ(range.min, 0.0f);
  EXPECT_EQ(scale_from_range(range).zero_point, -128);
}

TEST(Mse, TwoValuesAreExact) {
  /* Only 0 and 2: clipping to less than 2 costs, more than 2 too. */
  const value_range range = Choose("mse", std::vector<float>{0.0f, 2.0f, 2.0f, 0.0f});
  EXPECT_NEAR(range.max, 2.0f, 2.0f / 128.0f);
}

TEST(Mse, DeadTensorGivesAnEmptyRange) {
  const value_range range = Choose("mse", std::vector<float>{0.0f, 0.0f});
  EXPECT_EQ(range.min, 0.0f);
  EXPECT_EQ(range.max, 0.0f);
}

TEST(MinMax, IsAllThatWasSeen) {
  const value_range range = Choose("minmax", std::vector<float>{-3.0f, 0.5f, 9.0f});
  EXPECT_EQ(range.min, -3.0f);
  EXPECT_EQ(range.max, 9.0f);
}

TEST(MovingAverage, MeanOfTheFirstHundredThenOneHundredthEach) {
  value_range average = {0.0f, 0.0f};
  for (uint32_t i = 0; i < 100; i++)
    calibrator_average_image(&average, i, {-(float)(i % 5), (float)i});
  EXPECT_NEAR(average.min, -2.0f, 1e-5f);
  EXPECT_NEAR(average.max, 49.5f, 1e-4f);
  calibrator_average_image(&average, 100, {-2.0f, 149.5f});
  EXPECT_NEAR(average.min, -2.0f, 1e-5f);
  EXPECT_NEAR(average.max, 50.5f, 1e-4f); /* 49.5 + (149.5 - 49.5) / 100 */
  const calibrator_input input = {nullptr, average, 0.0};
  EXPECT_EQ(calibrator_find("moving-average")->choose(&input).max, average.max);
}

/* 1..1000 and -1..-1000: 1 % of 2000 values is 20, 10 at each end. */
TEST(Percentile, CutsHalfOfTheRestOffEachEnd) {
  std::vector<float> values;
  for (int i = 1; i <= 1000; i++) {
    values.push_back((float)i);
    values.push_back((float)-i);
  }
  const value_range range = Choose("percentile", values, 99.0);
  EXPECT_NEAR(range.max, 990.5f, 0.6f);
  EXPECT_NEAR(range.min, -990.5f, 0.6f);
}

TEST(Percentile, ZerosCountAsValues) {
  /* 900 zeros and 1..100: 0.5 % of 1000 values are 5. */
  std::vector<float> values(900, 0.0f);
  for (int i = 1; i <= 100; i++)
    values.push_back((float)i);
  const value_range range = Choose("percentile", values, 99.0);
  EXPECT_NEAR(range.max, 95.5f, 0.6f);
  EXPECT_EQ(range.min, 0.0f);
}

TEST(Percentile, AllOfThemIsWhatWasSeen) {
  const std::vector<float> values = {-3.0f, 0.5f, 9.0f};
  const value_range range = Choose("percentile", values, 100.0);
  EXPECT_EQ(range.min, -3.0f);
  EXPECT_EQ(range.max, 9.0f);
}

/* The divergence of the values' own histogram (2^11 bins a side, as histogram.h has it) and what a
 * grid over [-low, high] bins makes of it, straight from the definition. */
double Divergence(const histogram &h, int low, int high) {
  std::map<int, double> inside, p;
  double all = 0.0, kept = 0.0;
  for (int i = -HISTOGRAM_BINS; i < HISTOGRAM_BINS; i++) {
    const double n = (double)(i < 0 ? h.negative[-i - 1] : h.positive[i]);
    if (n == 0.0)
      continue;
    all += n;
    p[std::min(std::max(i, -low), high - 1)] += n;
    if (i >= -low && i < high) {
      inside[i] += n;
      kept += n;
    }
  }
  const double step = (low + high) / 255.0; /* bins per level */
  std::map<long, std::pair<double, int>> levels;
  for (const auto &[bin, n] : inside) {
    auto &level = levels[(long)std::floor((bin + 0.5) / step + 0.5)];
    level.first += n;
    level.second++;
  }
  double sum = 0.0;
  for (const auto &[bin, n] : p) {
    double q = 0.0;
    if (inside.count(bin) != 0) {
      const auto &level = levels[(long)std::floor((bin + 0.5) / step + 0.5)];
      q = level.first / level.second / kept;
    }
    sum += n / all * std::log(n / all / std::max(q, 1e-4 / (low + high)));
  }
  return sum;
}

void ExpectLeastDivergence(const std::vector<float> &values) {
  const auto h = Of(values);
  const double width = histogram_width(h.get());
  const int low = (int)std::ceil(-(double)std::fmin(h->min, 0.0f) / width);
  const int high = (int)std::floor((double)h->max / width) + 1;
  const value_range range = Choose("entropy", h.get());
  const int chosen_low = std::min(low, (int)std::lround(-(double)range.min / width + 0.4));
  const int chosen_high = std::min(high, (int)std::lround((double)range.max / width + 0.4));
  const double found = Divergence(*h, chosen_low, chosen_high);
  for (int clip = 130; clip < std::max(low, high); clip += 13) {
    const int below = std::min(low, clip), above = std::min(high, clip);
    if (below + above > 255) {
      EXPECT_LE(found, Divergence(*h, below, above) + 2e-3) << clip;
    }
  }
}

TEST(Entropy, LeastDivergenceOfNormalValues) {
  ExpectLeastDivergence(Draw(100000, [](float x) { return x; }));
}

TEST(Entropy, LeastDivergenceOfLongTails) {
  ExpectLeastDivergence(Draw(100000, [](float x) { return x * x * x; }));
}

TEST(Entropy, LeastDivergenceOfLopsidedValues) {
  ExpectLeastDivergence(Draw(100000, [](float x) { return x > 0.0f ? 7.0f * x : 0.5f * x; }));
}

TEST(Entropy, ClipsALoneOutlier) {
  std::vector<float> values = Draw(100000, [](float x) { return std::fmax(x, 0.0f); });
  values.push_back(60.0f);
  const value_range range = Choose("entropy", values);
  EXPECT_LT(range.max, 20.0f);
  EXPECT_EQ(range.min, 0.0f);
}

TEST(Entropy, DeadTensorGivesAnEmptyRange) {
  const value_range range = Choose("entropy", std::vector<float>{0.0f, 0.0f});
  EXPECT_EQ(range.min, 0.0f);
  EXPECT_EQ(range.max, 0.0f);
}

TEST(CalibratorTable, NamesMatch) {
  size_t count = 0;
  const calibrator *table = calibrator_table(&count);
  for (size_t i = 0; i < count; i++) {
    EXPECT_STREQ(calibrator_names[i], table[i].name);
    EXPECT_EQ(calibrator_find(table[i].name), &table[i]);
  }
  EXPECT_EQ(calibrator_names[count], nullptr);
  EXPECT_EQ(calibrator_find("kl"), nullptr);
  EXPECT_STREQ(calibrator_names[0], "mse") << "the default";
}

} // namespace
