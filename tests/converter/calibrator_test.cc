#include "converter/calibrate/calibrator.h"

#include <gmock/gmock.h>

#include <cmath>
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
  const double found = Error(values, calibrator_mse(h.get()));
  EXPECT_LE(found, 1.03 * BruteForce(values, h->min, h->max));
  EXPECT_LE(found, 1.01 * Error(values, calibrator_min_max(h.get())));
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
  const value_range range = calibrator_mse(Of(values).get());
  const double k = 1000000.0 / (12.0 * 255.0 * 255.0);
  EXPECT_NEAR(range.max, (60.0 + k * (double)range.min) / (1.0 + k), 1.5);
  EXPECT_LT(range.min, -3.5f);
}

TEST(Mse, KeepsZeroAsTheLowerEndOfNonNegativeValues) {
  const value_range range = calibrator_mse(Of(Draw(5000, [](float x) { return x * x; })).get());
  EXPECT_EQ(range.min, 0.0f);
  EXPECT_EQ(scale_from_range(range).zero_point, -128);
}

TEST(Mse, TwoValuesAreExact) {
  /* Only 0 and 2: clipping to less than 2 costs, more than 2 too. */
  const value_range range = calibrator_mse(Of({0.0f, 2.0f, 2.0f, 0.0f}).get());
  EXPECT_NEAR(range.max, 2.0f, 2.0f / 128.0f);
}

TEST(Mse, DeadTensorGivesAnEmptyRange) {
  const value_range range = calibrator_mse(Of({0.0f, 0.0f}).get());
  EXPECT_EQ(range.min, 0.0f);
  EXPECT_EQ(range.max, 0.0f);
}

TEST(MinMax, IsAllThatWasSeen) {
  const value_range range = calibrator_min_max(Of({-3.0f, 0.5f, 9.0f}).get());
  EXPECT_EQ(range.min, -3.0f);
  EXPECT_EQ(range.max, 9.0f);
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
