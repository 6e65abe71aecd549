// The plain C++ layers against finite differences of their forward pass, in double.
#include "common/random.h"
#include "tests/train/reference_network.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

constexpr size_t kBatch = 3;

class Reference : public ::testing::Test {
protected:
  void TearDown() override {
    architecture_free(&plan_);
  }

  // A bit of everything.
  void SetUp() override {
    random_seed(&random_, 5);
    architecture_begin(&plan_, 3, 7);
    const uint32_t stem = Norm(Convolve(0, "stem", 4, {3, 1, 1}, 1), "stem.bn", true);
    uint32_t x = Norm(Convolve(stem, "grouped", 4, {3, 1, 1}, 2), "grouped.bn", false);
    x = architecture_add(&plan_, x, stem, "add", "", true);
    x = architecture_pool(&plan_, x, "max", ARCHITECTURE_MAX_POOL, {3, 2, 1});
    x = Norm(Convolve(x, "depthwise", 4, {3, 2, 1}, 4), "depthwise.bn", true);
    x = architecture_pool(&plan_, x, "average", ARCHITECTURE_AVERAGE_POOL, {3, 1, 1});
    for (const auto function : {ARCHITECTURE_SCALE, ARCHITECTURE_RELU6, ARCHITECTURE_GELU}) {
      x = architecture_activation(&plan_, x, "activation", "", function);
      plan_.layers[x].factor = 7;
    }
    x = Convolve(x, "wide", 6, {1, 1, 0}, 1);
    plan_.layers[x].bias = true;
    Fill("wide.bias", 6, 0, 1);
    x = architecture_pool(&plan_, x, "global", ARCHITECTURE_GLOBAL_AVERAGE, {});
    architecture_linear(&plan_, x, "fc", 5);
    octavo_error error{};
    ASSERT_EQ(architecture_check(&plan_, &error), OCTAVO_OK) << error.text;
  }

  uint32_t Convolve(uint32_t x, const std::string &name, uint32_t channels,
                    architecture_window window, uint32_t groups) {
    const uint32_t inputs = plan_.layers[x].channels / groups;
    Fill(name + ".weight", channels * inputs * window.kernel * window.kernel, 0,
         1 / std::sqrt(inputs * window.kernel * window.kernel));
    return architecture_convolution(&plan_, x, name.c_str(), "", channels, window, groups);
  }

  uint32_t Norm(uint32_t x, const std::string &name, bool relu) {
    const uint32_t channels = plan_.layers[x].channels;
    Fill(name + ".weight", channels, 1, 0.2);
    Fill(name + ".bias", channels, 0, 0.2);
    Fill(name + ".running_mean", channels, 0, 0.2);
    Fill(name + ".running_var", channels, 1, 0.1);
    return architecture_batch_norm(&plan_, x, name.c_str(), "", relu);
  }

  void Fill(const std::string &name, size_t count, double mean, double deviation) {
    for (size_t i = 0; i < count; i++)
      net_.parameters[name].push_back(mean + deviation * random_normal(&random_));
  }

  double Loss() {
    const reference::Numbers &logits = net_.Forward(image_, true);
    gradient_.resize(logits.size());
    return reference::CrossEntropy(logits, {0, 3, 4}, 5, 0.1, &gradient_);
  }

  random_state random_{};
  architecture plan_{};
  reference::Network net_{&plan_, kBatch};
  reference::Numbers image_, gradient_;
};

TEST_F(Reference, GradientsAreTheLossesSlopes) {
  Fill("fc.weight", 5 * 6, 0, 1);
  Fill("fc.bias", 5, 0, 1);
  for (size_t i = 0; i < kBatch * 3 * 7 * 7; i++)
    image_.push_back(random_normal(&random_));
  Loss();
  ASSERT_GT(net_.margin(), 2e-5); // a step moves no value so far
  net_.Backward(gradient_);
  const auto gradients = net_.gradients;
  EXPECT_EQ(gradients.size(), 4u + 3u * 2u + 1u + 2u);
  constexpr double kStep = 1e-6; // errors are kStep² and 1e-16 / kStep
  for (const auto &[name, gradient] : gradients)
    for (size_t i = 0; i < gradient.size(); i++) {
      double &x = net_.parameters.at(name)[i];
      const double kept = x;
      x = kept + kStep;
      const double above = Loss();
      x = kept - kStep;
      const double below = Loss();
      x = kept;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-8) << name << " at " << i;
    }
}

// 1 and 3: mean 2, variance 1, unbiased 2. A tenth of the way from 10 and 10.
TEST(ReferenceNorm, RunningStatistics) {
  reference::Numbers mean{10}, variance{10};
  architecture_layer shape{};
  shape.channels = 1;
  shape.height = 1;
  shape.width = 2;
  reference::Volume x(1, shape);
  x.numbers = {1, 3};
  const reference::NormStatistics s = reference::Statistics(x);
  EXPECT_DOUBLE_EQ(s.mean[0], 2);
  EXPECT_DOUBLE_EQ(s.variance[0], 1);
  reference::MoveRunning(s, 2, 0.1, &mean, &variance);
  EXPECT_DOUBLE_EQ(mean[0], 9.2);
  EXPECT_DOUBLE_EQ(variance[0], 9.2);
}

TEST(ReferenceWindow, TapsThatMeetTheImage) {
  architecture_layer window{};
  window.kernel = 3;
  window.stride = 2;
  window.padding = 1;
  const bool of_one[] = {false, true, false}, of_two[] = {false, true, true};
  for (size_t tap = 0; tap < 3; tap++) {
    EXPECT_EQ(reference::TapMeetsImage(window, 1, 1, tap), of_one[tap]) << tap;
    EXPECT_EQ(reference::TapMeetsImage(window, 2, 1, tap), of_two[tap]) << tap;
    EXPECT_TRUE(reference::TapMeetsImage(window, 4, 2, tap)) << tap;
  }
}

} // namespace
