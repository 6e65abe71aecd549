#include "converter/diagnosis/activation_statistics.h"
#include "converter/diagnosis/weight_statistics.h"

#include <gmock/gmock.h>

#include <vector>

namespace {

TEST(ValueHistogram, BinsAreEqualAndZerosApart) {
  value_histogram h;
  value_histogram_init(&h, {-32.0f, 32.0f});
  const float values[] = {-32.0f, -31.5f, 0.0f, 0.5f, 31.9f, 32.0f, 40.0f, -40.0f};
  value_histogram_add(&h, values, 8);
  EXPECT_EQ(h.count, 8u);
  EXPECT_EQ(h.zeros, 1u);
  EXPECT_EQ(h.bins[0], 3u);
  EXPECT_EQ(h.bins[32], 1u);
  EXPECT_EQ(h.bins[63], 3u);
  value_histogram other = h;
  value_histogram_merge(&h, &other);
  EXPECT_EQ(h.count, 16u);
  EXPECT_EQ(h.zeros, 2u);
  EXPECT_EQ(h.bins[0], 6u);
}

TEST(ValueHistogram, ARangeOfNothingHoldsEverything) {
  value_histogram h;
  value_histogram_init(&h, {2.0f, 2.0f});
  const float values[] = {2.0f, 2.0f, 0.0f};
  value_histogram_add(&h, values, 3);
  EXPECT_EQ(h.bins[0], 2u);
  EXPECT_EQ(h.zeros, 1u);
}

/* Steps of 1 from −10 to 245: half a step beyond is still rounded, more is clipped. */
TEST(ActivationStatistics, ClippedIsMoreThanHalfAStepOutside) {
  activation_statistics s, other;
  const quantization_parameters parameters = {1.0f, -118};
  octavo_error error = {};
  ASSERT_EQ(activation_statistics_init(&s, {-20.0f, 300.0f}, &parameters, 2, &error), OCTAVO_OK);
  ASSERT_EQ(activation_statistics_init(&other, {-20.0f, 300.0f}, &parameters, 2, &error),
            OCTAVO_OK);
  EXPECT_EQ(s.chosen.min, -10.0f);
  EXPECT_EQ(s.chosen.max, 245.0f);
  EXPECT_EQ(s.histogram.ends.min, -20.0f);
  EXPECT_EQ(s.histogram.ends.max, 300.0f);
  const float values[] = {-10.4f, 0.0f, -10.6f, 0.0f, 245.4f, 0.0f, 245.6f, 0.0f};
  activation_statistics_add(&s, values, 8);
  EXPECT_EQ(s.clipped, 2u);
  EXPECT_EQ(activation_statistics_clipped_share(&s), 0.25);
  EXPECT_EQ(activation_statistics_dead(&s), 1u) << "the second channel";
  const float alive[] = {0.0f, 1.0f};
  activation_statistics_add(&other, alive, 2);
  activation_statistics_merge(&s, &other);
  EXPECT_EQ(activation_statistics_dead(&s), 0u);
  EXPECT_EQ(s.histogram.count, 10u);
  activation_statistics_free(&s);
  activation_statistics_free(&other);
}

weight_statistics Of(const std::vector<float> &values, int64_t channels) {
  graph_tensor t = {};
  t.type = GRAPH_FLOAT32;
  t.rank = 2;
  t.shape[0] = channels;
  t.shape[1] = (int64_t)values.size() / channels;
  t.data = const_cast<float *>(values.data());
  return weight_statistics_of(&t);
}

TEST(WeightStatistics, SpreadAndDeadChannels) {
  const weight_statistics s = Of({0.1f, -0.2f, 0.0f, 0.0f, 4.0f, 8.0f}, 3);
  EXPECT_EQ(s.channels, 3u);
  EXPECT_EQ(s.dead, 1u);
  EXPECT_EQ(s.range.min, -0.2f);
  EXPECT_EQ(s.range.max, 8.0f);
  EXPECT_NEAR(weight_statistics_spread(&s), 40.0, 1e-5);
  const weight_statistics dead = Of({0.0f, 0.0f}, 2);
  EXPECT_EQ(weight_statistics_spread(&dead), 1.0);
  EXPECT_EQ(dead.dead, 2u);
}

} // namespace
