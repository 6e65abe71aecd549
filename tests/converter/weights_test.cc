#include "converter/quantize/weights.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Quantized {
  std::vector<int8_t> weights;
  std::vector<int32_t> bias;
  std::vector<float> scales;
  octavo_status status;
  octavo_error error;
};

Quantized Quantize(const std::vector<float> &weights, const std::vector<float> &bias,
                   uint32_t channels, float input_scale, float output_scale) {
  const uint64_t depth = weights.size() / channels;
  Quantized q{std::vector<int8_t>(weights.size()),
              std::vector<int32_t>(channels),
              std::vector<float>(channels),
              OCTAVO_OK,
              {}};
  const weights_source source = {"conv1",      weights.data(), bias.empty() ? nullptr : bias.data(),
                                 channels,     depth,          input_scale,
                                 output_scale, nullptr,        nullptr};
  const weights_result result = {q.weights.data(), q.bias.data(), q.scales.data()};
  q.status = weights_quantize(&source, &result, &q.error);
  return q;
}

TEST(Weights, PerChannelSymmetricByHand) {
  /* Channel 0: 12.7 / 127 = 0.1. Channel 1: 0.254 / 127 = 0.002. Bias at 0.5 · scale. */
  const Quantized q =
      Quantize({12.7f, -1.0f, 0.26f, 0.254f, -0.1f, 0.0031f}, {1.0f, -0.01f}, 2, 0.5f, 1.0f);
  ASSERT_EQ(q.status, OCTAVO_OK) << q.error.text;
  EXPECT_FLOAT_EQ(q.scales[0], 0.1f);
  EXPECT_FLOAT_EQ(q.scales[1], 0.002f);
  EXPECT_THAT(q.weights, ElementsAre(127, -10, 3, 127, -50, 2));
  EXPECT_THAT(q.bias, ElementsAre(20, -10));
}

TEST(Weights, DecisionsAreTakenAtTheirScale) {
  const float weights[] = {0.24f, -0.26f, 1.0f, 1.0f}, scales[] = {0.1f, 0.01f},
              bias[] = {0.0f, 3e5f};
  const int8_t decided[] = {3, -3, 99, 98};
  weights_source source = {"conv1", weights, bias, 2, 2, 0.5f, 1.0f, scales, decided};
  int8_t q[4];
  int32_t b[2];
  float s[2];
  const weights_result result = {q, b, s};
  octavo_error error = {};
  ASSERT_EQ(weights_quantize(&source, &result, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(q[0], 3);
  EXPECT_EQ(q[1], -3);
  EXPECT_EQ(s[0], 0.1f);
  EXPECT_EQ(s[1], 0.01f);
  EXPECT_EQ(q[2], 99);
  source.bias = nullptr;
  source.decided = nullptr;
  ASSERT_EQ(weights_quantize(&source, &result, &error), OCTAVO_OK);
  EXPECT_THAT(q, ElementsAre(2, -3, 100, 100));
}

/* The bias of 1e9 needs a larger scale than 0.01: what was decided for that is void. */
TEST(Weights, DecisionsAreVoidAtARaisedScale) {
  const float weights[] = {1.0f, -1.0f}, scales[] = {0.01f}, bias[] = {2e7f};
  const int8_t decided[] = {99, -99};
  const weights_source source = {"conv1", weights, bias, 1, 2, 0.5f, 1.0f, scales, decided};
  int8_t q[2];
  int32_t b[1];
  float s[1];
  const weights_result result = {q, b, s};
  octavo_error error = {};
  ASSERT_EQ(weights_quantize(&source, &result, &error), OCTAVO_OK) << error.text;
  EXPECT_GT(s[0], 0.01f);
  EXPECT_THAT(q, ElementsAre(std::lrint(1.0f / s[0]), -std::lrint(1.0f / s[0])));
}

TEST(Weights, RoundingStaysWithinTheGrid) {
  EXPECT_EQ(weights_round(1.0f, 0.001f), 127);
  EXPECT_EQ(weights_round(-1.0f, 0.001f), -127);
  EXPECT_EQ(weights_round(0.25f, 0.1f), 2) << "half to even";
  EXPECT_EQ(weights_channel_scale(nullptr, 0), 0.0f);
}

TEST(Weights, NeverMinus128) {
  const Quantized q = Quantize({-1.0f, 1.0f, -0.999f, -1e-3f}, {}, 1, 0.1f, 0.1f);
  EXPECT_THAT(q.weights, ElementsAre(-127, 127, -127, 0));
  EXPECT_THAT(q.bias, ElementsAre(0));
}

TEST(Weights, AChannelOfZerosKeepsItsBias) {
  /* Scale so that s_in · s_w = s_out / 256. */
  const Quantized q = Quantize({0.0f, 0.0f}, {0.773f}, 1, 0.01f, 0.05f);
  ASSERT_EQ(q.status, OCTAVO_OK);
  EXPECT_THAT(q.weights, ElementsAre(0, 0));
  EXPECT_NEAR(q.bias[0] * 0.01 * (double)q.scales[0], 0.773, 0.05 / 256);
  EXPECT_TRUE(std::isfinite(q.scales[0]));
  EXPECT_GT(q.scales[0], 0.0f);
}

TEST(Weights, ABiasTooLargeForItsScaleRaisesIt) {
  /* 1e-9 / 127 · 1e-3 would need a bias of about 1e15. */
  const Quantized q = Quantize({1e-9f, -1e-9f}, {10.0f}, 1, 1e-3f, 0.1f);
  ASSERT_EQ(q.status, OCTAVO_OK) << q.error.text;
  EXPECT_LT(std::llabs(q.bias[0]) + 2LL * 255 * 128, 1LL << 31);
  EXPECT_GT(std::llabs(q.bias[0]), 1LL << 30) << "and is used well";
  EXPECT_NEAR(q.bias[0] * 1e-3 * q.scales[0], 10.0, 1e-5);
}

TEST(Weights, ATinyRatioRaisesTheScale) {
  const Quantized q = Quantize({1e-20f}, {}, 1, 1e-3f, 1.0f);
  ASSERT_EQ(q.status, OCTAVO_OK) << q.error.text;
  EXPECT_GE(1e-3f * q.scales[0] / 1.0f, REQUANTIZATION_MIN);
}

TEST(Weights, AHugeRatioIsRefused) {
  const Quantized q = Quantize({127e6f}, {}, 1, 1.0f, 1.0f);
  EXPECT_EQ(q.status, OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(q.error.text, HasSubstr("conv1"));
}

TEST(Weights, SumsThatCannotFitAreRefused) {
  /* 65793 · 255 · 128 is the last product below 2^31. */
  EXPECT_EQ(Quantize(std::vector<float>(65793, 0.1f), {}, 1, 0.1f, 1.0f).status, OCTAVO_OK);
  const Quantized q = Quantize(std::vector<float>(65794, 0.1f), {}, 1, 0.1f, 1.0f);
  EXPECT_EQ(q.status, OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(q.error.text, HasSubstr("65794"));
}

TEST(Weights, NotFiniteIsRefusedWithItsChannel) {
  const Quantized w = Quantize({1.0f, 2.0f, NAN, 1.0f}, {}, 2, 0.1f, 1.0f);
  EXPECT_EQ(w.status, OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(w.error.text, HasSubstr("channel 1"));
  const Quantized b = Quantize({1.0f, 2.0f}, {1.0f, INFINITY}, 2, 0.1f, 1.0f);
  EXPECT_THAT(b.error.text, HasSubstr("bias"));
}

TEST(Weights, AbsoluteMax) {
  const float values[] = {0.5f, -2.0f, 1.0f};
  EXPECT_EQ(weights_absolute_max(values, 3), 2.0f);
  EXPECT_EQ(weights_absolute_max(values, 0), 0.0f);
}

} // namespace
