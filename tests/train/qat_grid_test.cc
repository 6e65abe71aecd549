// The loops of fake quantization against plain C++ and PyTorch, every instruction set's variant.
#include "train/qat/grid.h"

#include "platforms/norm_loops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "tests/train/pytorch_quantize_values.h"

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr fake_clamp kNone = {-kInfinity, kInfinity};

// As numbers() in make_pytorch_values.py.
std::vector<float> Numbers(uint64_t stream, size_t count) {
  std::vector<float> result(count);
  for (size_t k = 0; k < count; k++) {
    uint64_t bits = (k * 2654435761u + stream * 40503u + 12345u) & 0xffffffffu;
    bits = ((bits ^ bits >> 15) * 2246822519u) & 0xffffffffu;
    bits ^= bits >> 13;
    result[k] = static_cast<float>(static_cast<double>(bits) / 2147483648.0 - 1.0);
  }
  return result;
}

std::vector<const fake_loops *> Variants() {
  const fake_loops *list[NORM_LOOPS_MOST];
  const size_t count = fake_loops_list(list);
  return {list, list + count};
}

// Word by word from loops.h; nearbyint rounds halves to the even one.
float Rounded(float x, const fake_grid &g, fake_clamp c) {
  const float clamped = std::fmin(std::fmax(x, c.low), c.high);
  const float steps = std::nearbyint(clamped * g.inverse);
  return std::fmin(std::fmax(steps, g.low), g.high) * g.scale;
}

bool Passes(float x, const fake_grid &g, fake_clamp c) {
  const float steps = std::nearbyint(x * g.inverse);
  return x > c.low && x < c.high && steps >= g.low && steps <= g.high;
}

TEST(FakeLoops, EqualPlainCodeAtEveryLength) {
  const fake_grid grids[] = {
      {0.01f, 1 / 0.01f, -133, 122}, {0.03125f, 32, 0, 255}, {0, 0, -127, 127}};
  const fake_clamp clamps[] = {kNone, {0, kInfinity}, {0, 6}};
  for (const fake_loops *loops : Variants())
    for (const fake_grid &g : grids)
      for (const fake_clamp &c : clamps)
        for (size_t count : {0u, 1u, 3u, 4u, 7u, 8u, 15u, 16u, 17u, 31u, 63u, 64u, 65u, 200u}) {
          std::vector<float> x = Numbers(count, count + 1), y(count + 1, 77.0f),
                             clamped(count + 1, 77.0f);
          std::vector<float> gradient(count + 1, 3.0f);
          std::vector<int8_t> passed(count + 1, 77);
          for (float &v : x)
            v = std::ldexp(v, static_cast<int>(&v - x.data()) % 9); // far beyond the ends too
          float least = 0.5f, greatest = -0.5f;
          loops->quantize(x.data(), count, &g, c, y.data(), passed.data());
          loops->clamp(x.data(), count, c, clamped.data());
          loops->range(x.data(), count, c, &least, &greatest);
          loops->mask(passed.data(), count, gradient.data());
          float low = 0.5f, high = -0.5f;
          for (size_t i = 0; i < count; i++) {
            const float within = std::fmin(std::fmax(x[i], c.low), c.high);
            ASSERT_EQ(y[i], Rounded(x[i], g, c)) << x[i];
            ASSERT_EQ(passed[i], Passes(x[i], g, c) ? -1 : 0) << x[i];
            ASSERT_EQ(gradient[i], Passes(x[i], g, c) ? 3.0f : 0.0f);
            ASSERT_EQ(clamped[i], within);
            low = std::fmin(low, within);
            high = std::fmax(high, within);
          }
          EXPECT_EQ(least, low);
          EXPECT_EQ(greatest, high);
          // Nothing is written behind the end.
          EXPECT_EQ(y[count], 77.0f);
          EXPECT_EQ(clamped[count], 77.0f);
          EXPECT_EQ(passed[count], 77);
          EXPECT_EQ(gradient[count], 3.0f);
        }
}

TEST(FakeLoops, WorkInPlaceAndWithoutTellingWhatPassed) {
  const fake_grid g = {0.01f, 1 / 0.01f, -128, 127};
  for (const fake_loops *loops : Variants()) {
    std::vector<float> x = Numbers(3, 50), y = x;
    loops->quantize(y.data(), y.size(), &g, kNone, y.data(), nullptr);
    for (size_t i = 0; i < x.size(); i++)
      EXPECT_EQ(y[i], Rounded(x[i], g, kNone));
  }
}

TEST(FakeLoops, WhatIsNoNumberStaysNoneAndDoesNotCount) {
  const fake_grid g = {0.01f, 1 / 0.01f, -128, 127};
  for (const fake_loops *loops : Variants()) {
    std::vector<float> x(70, 0.25f), y(70);
    x[3] = x[68] = std::nanf("");
    x[5] = kInfinity;
    std::vector<int8_t> passed(70);
    loops->quantize(x.data(), x.size(), &g, kNone, y.data(), passed.data());
    for (size_t i : {3u, 68u}) {
      EXPECT_TRUE(std::isnan(y[i]));
      EXPECT_EQ(passed[i], 0);
    }
    EXPECT_EQ(y[5], Rounded(1e9f, g, kNone));
    EXPECT_EQ(passed[5], 0);
    x[5] = 0.5f;
    float least = 1, greatest = 0;
    loops->range(x.data(), x.size(), kNone, &least, &greatest);
    EXPECT_EQ(least, 0.25f);
    EXPECT_EQ(greatest, 0.5f);
  }
}

TEST(FakeGrid, EqualsPytorchPerTensor) {
  std::vector<float> x = Numbers(1, 48);
  for (float &v : x)
    v *= 2;
  const float ties[] = {0.5f, 1.5f, 2.5f, 254.5f};
  for (int i = 0; i < 4; i++)
    x[static_cast<size_t>(i)] = ties[i] * 0.0078125f;
  for (size_t k = 0; k < 3; k++) {
    const quantization_parameters parameters = {static_cast<float>(kTensorScales[k]),
                                                kTensorZeroPoints[k]};
    const fake_grid g = fake_grid_of(parameters);
    for (const fake_loops *loops : Variants()) {
      std::vector<float> y(x.size());
      std::vector<int8_t> passed(x.size());
      loops->quantize(x.data(), x.size(), &g, kNone, y.data(), passed.data());
      for (size_t i = 0; i < x.size(); i++) {
        EXPECT_EQ(y[i], static_cast<float>(kTensorOutputs[k][i])) << k << " " << x[i];
        EXPECT_EQ(passed[i] != 0, kTensorPassed[k][i] != 0) << k << " " << x[i];
      }
    }
  }
}

TEST(FakeGrid, EqualsPytorchPerChannel) {
  std::vector<float> w = Numbers(2, 48);
  const float sizes[] = {1, 1e-3f, 40};
  for (size_t i = 0; i < w.size(); i++)
    w[i] *= sizes[i / 16];
  float scales[3];
  fake_quantize_rows(w.data(), 3, 16, scales);
  for (size_t i = 0; i < w.size(); i++)
    EXPECT_EQ(w[i], static_cast<float>(kRowOutputs[i])) << i;
}

// The property that batch norm is left unfolded for (qat/plan.h).
TEST(FakeGrid, FactorsOfAChannelMoveItsGridAlong) {
  const std::vector<float> w = Numbers(4, 64);
  for (float factor : {3.0f, -0.37f, 1e-4f}) {
    std::vector<float> folded(w), rounded(w);
    for (float &v : folded)
      v *= factor;
    float scale[2];
    fake_quantize_rows(folded.data(), 1, folded.size(), &scale[0]);
    fake_quantize_rows(rounded.data(), 1, rounded.size(), &scale[1]);
    EXPECT_NEAR(scale[0], std::fabs(factor) * scale[1], 1e-6f * scale[0]);
    for (size_t i = 0; i < w.size(); i++)
      EXPECT_EQ(std::lround(folded[i] / scale[0]),
                std::lround(rounded[i] / scale[1]) * (factor < 0 ? -1 : 1))
          << i;
  }
}

TEST(FakeGrid, WeightsOfZerosStayZeros) {
  std::vector<float> w(20, 0.0f);
  w[7] = 1e-35f; // its scale would not be a normal number
  float scale = 1;
  fake_quantize_rows(w.data(), 1, w.size(), &scale);
  EXPECT_EQ(scale, 0.0f);
  for (float v : w)
    EXPECT_EQ(v, 0.0f);
  EXPECT_EQ(fake_round_bias(0.3f, 0.0f), 0.3f);
  EXPECT_EQ(fake_round_bias(0.3f, 0.125f), 0.25f);
  EXPECT_EQ(fake_round_bias(-0.3125f, 0.125f), -0.25f); // halves to the even one
}

} // namespace
