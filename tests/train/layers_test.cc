// Every layer's backward pass against finite differences of its forward pass, in float32.
#include "common/random.h"
#include "train/loss.h"
#include "train/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kBatch = 4;

class Layers : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 2, &error_), OCTAVO_OK) << error_.text;
    random_seed(&random_, 7);
  }
  void TearDown() override {
    network_free(network_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  // Builds the network, fills image and parameters with random numbers.
  void Make(uint32_t size, const std::function<void(architecture *)> &build,
            bool bfloat16 = false) {
    architecture_begin(&plan_, 3, size);
    build(&plan_);
    ASSERT_EQ(architecture_check(&plan_, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(network_create(&d_, &plan_, kBatch, bfloat16, &network_, &error_), OCTAVO_OK)
        << error_.text;
    auto *image = static_cast<float *>(network_input(network_)->data);
    for (size_t i = 0; !bfloat16 && i < network_input(network_)->bytes / sizeof(float); i++)
      image[i] = static_cast<float>(random_normal(&random_));
    for (uint32_t i = 0; i < network_->parameter_count; i++) {
      parameter *p = network_->parameters[i];
      std::vector<float> plain(p->count);
      const double deviation = p->fan_in > 0 ? std::sqrt(2.0 / p->fan_in) : 0.3;
      const double mean = p->kind == PARAMETER_NORM_SCALE ? 1.0 : 0.0;
      for (float &x : plain)
        x = static_cast<float>(mean + deviation * random_normal(&random_));
      Set(p, plain);
    }
    for (uint32_t i = 0; i < kBatch; i++)
      labels_.push_back(i % network_classes(network_));
  }

  void Set(parameter *p, const std::vector<float> &plain) {
    ASSERT_EQ(parameter_set(network_, p, plain.data(), &error_), OCTAVO_OK) << error_.text;
  }

  // The mean loss, and the logits' gradient in its place.
  double Loss() {
    EXPECT_EQ(network_refresh(network_, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(network_forward(network_, true, &error_), OCTAVO_OK) << error_.text;
    return loss_cross_entropy(network_logits(network_), labels_.data(), kBatch, kBatch,
                              network_classes(network_), 0.1, network_logits_gradient(network_))
               .sum /
           kBatch;
  }

  // Compares the gradients of up to twelve numbers of each parameter with
  // (loss(x + h) − loss(x − h)) / 2h.
  void CheckGradients(double tolerance) {
    ASSERT_NE(network_, nullptr);
    const double here = Loss();
    ASSERT_EQ(network_backward(network_, &error_), OCTAVO_OK) << error_.text;
    std::vector<std::vector<float>> gradients;
    for (uint32_t i = 0; i < network_->parameter_count; i++) {
      const parameter *p = network_->parameters[i];
      gradients.emplace_back(p->count);
      if (!parameter_trained(p))
        continue;
      ASSERT_EQ(parameter_get_gradient(network_, p, gradients[i].data(), &error_), OCTAVO_OK);
    }
    for (uint32_t i = 0; i < network_->parameter_count; i++)
      if (parameter_trained(network_->parameters[i]))
        CheckParameter(network_->parameters[i], gradients[i], here, tolerance);
  }

  void CheckParameter(parameter *p, const std::vector<float> &gradient, double here,
                      double tolerance) {
    std::vector<float> plain(p->count);
    ASSERT_EQ(parameter_get(network_, p, plain.data(), &error_), OCTAVO_OK);
    double largest = 0;
    for (float g : gradient)
      largest = std::max(largest, std::fabs(static_cast<double>(g)));
    EXPECT_GT(largest, 0) << p->name;
    for (int trial = 0; trial < 12; trial++) {
      const size_t at = random_below(&random_, p->count);
      const float kept = plain[at];
      constexpr float kStep = 1e-3f;
      plain[at] = kept + kStep;
      Set(p, plain);
      const double above = Loss();
      plain[at] = kept - kStep;
      Set(p, plain);
      const double below = Loss();
      plain[at] = kept;
      Set(p, plain);
      const double expected = (above - below) / (2 * static_cast<double>(kStep));
      // Where ReLU or a maximum switches between the three, the slopes left and right differ.
      const double kink = std::fabs(above - 2 * here + below) / (2 * static_cast<double>(kStep));
      EXPECT_NEAR(gradient[at], expected, tolerance * (largest + 0.01) + kink)
          << p->name << " at " << at;
    }
  }

  onednn d_{};
  octavo_error error_{};
  random_state random_{};
  architecture plan_{};
  network *network_ = nullptr;
  std::vector<uint32_t> labels_;
};

constexpr architecture_window k3x3{3, 1, 1};

uint32_t ConvolutionNorm(architecture *a, uint32_t x, const char *name, uint32_t channels,
                         architecture_window window, uint32_t groups, bool relu) {
  x = architecture_convolution(a, x, name, ".conv", channels, window, groups);
  return architecture_batch_norm(a, x, name, ".bn", relu);
}

TEST_F(Layers, Linear) {
  Make(5, [](architecture *a) {
    architecture_linear(a, architecture_linear(a, 0, "first", 7), "second", 3);
  });
  CheckGradients(0.02);
}

TEST_F(Layers, Convolution) {
  Make(6, [](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 16, {3, 1, 1}, 1);
    x = architecture_convolution(a, x, "strided", "", 16, {3, 2, 1}, 1);
    x = architecture_convolution(a, x, "point", "", 5, {1, 1, 0}, 1);
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.02);
}

TEST_F(Layers, GroupedAndDepthwiseConvolution) {
  Make(6, [](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 32, k3x3, 1);
    x = architecture_convolution(a, x, "depthwise", "", 32, {3, 2, 1}, 32);
    x = architecture_convolution(a, x, "grouped", "", 32, k3x3, 2);
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.02);
}

TEST_F(Layers, BatchNormWithoutAndWithRelu) {
  Make(6, [](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "first", 16, k3x3, 1, false);
    x = ConvolutionNorm(a, x, "second", 16, k3x3, 1, true);
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.03);
}

TEST_F(Layers, ChannelsThatFillNoBlock) {
  Make(6, [](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "first", 24, k3x3, 1, true);
    x = ConvolutionNorm(a, x, "second", 24, k3x3, 1, true);
    x = ConvolutionNorm(a, x, "depthwise", 24, k3x3, 24, true);
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.03);
}

// The blocks of a residual network: the identity's gradient and the branch's come together at x.
TEST_F(Layers, AddWithReluOfABranchAndTheIdentity) {
  Make(6, [](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "stem", 16, k3x3, 1, true);
    for (const char *name : {"one", "two"}) {
      const uint32_t y = ConvolutionNorm(a, x, name, 16, k3x3, 1, false);
      x = architecture_add(a, y, x, name, ".add", true);
    }
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.03);
}

TEST_F(Layers, AddOfTwoBranchesWithoutRelu) {
  Make(6, [](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "stem", 16, k3x3, 1, true);
    const uint32_t y = ConvolutionNorm(a, x, "branch", 32, {3, 2, 1}, 1, false);
    x = ConvolutionNorm(a, x, "projection", 32, {1, 2, 0}, 1, false);
    x = architecture_add(a, y, x, "add", "", false);
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.03);
}

TEST_F(Layers, Pooling) {
  Make(12, [](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "stem", 16, k3x3, 1, false);
    x = architecture_pool(a, x, "max", ARCHITECTURE_MAX_POOL, {3, 2, 1});
    x = ConvolutionNorm(a, x, "middle", 16, k3x3, 1, false);
    x = architecture_pool(a, x, "average", ARCHITECTURE_AVERAGE_POOL, {3, 2, 1});
    x = ConvolutionNorm(a, x, "last", 16, k3x3, 1, false);
    x = architecture_pool(a, x, "global", ARCHITECTURE_GLOBAL_AVERAGE, {});
    architecture_linear(a, x, "fc", 3);
  });
  CheckGradients(0.03);
}

} // namespace
