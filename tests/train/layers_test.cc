// Every layer's backward pass against finite differences of its forward pass, in float32.
#include "common/random.h"
#include "train/loss.h"
#include "train/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kBatch = 4;
constexpr architecture_window k3x3{3, 1, 1};

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

  void Multiply(const char *name, float factor) {
    parameter *p = network_parameter(network_, name);
    ASSERT_NE(p, nullptr) << name;
    std::vector<float> plain(p->count);
    ASSERT_EQ(parameter_get(network_, p, plain.data(), &error_), OCTAVO_OK) << error_.text;
    for (float &x : plain)
      x *= factor;
    Set(p, plain);
  }

  // The share of a layer's numbers, as its data lies in memory, that `chosen` holds for.
  double Share(const char *name, bool (*chosen)(float)) {
    for (uint32_t i = 0; i < plan_.count; i++) {
      const tensor &t = network_->values[i].data;
      if (std::string(plan_.layers[i].name) != name)
        continue;
      const auto *data = static_cast<const float *>(t.data);
      const size_t count = t.bytes / sizeof(float);
      return static_cast<double>(std::count_if(data, data + count, chosen)) /
             static_cast<double>(count);
    }
    ADD_FAILURE() << name;
    return 0;
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

TEST_F(Layers, ConvolutionWithBias) {
  Make(6, [](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 24, {2, 1, 0}, 1);
    a->layers[x].bias = true;
    x = architecture_convolution(a, x, "depthwise", "", 24, k3x3, 24);
    a->layers[x].bias = true;
    x = architecture_linear(a, x, "fc", 3);
    a->layers[x].bias = false;
  });
  EXPECT_EQ(network_->parameter_count, 5u);
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

// Behind a batch norm alone, where the output takes the input's place, and where it may not.
TEST_F(Layers, Relu6) {
  Make(6, [](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "first", 24, k3x3, 1, false);
    x = architecture_activation(a, x, "over", "", ARCHITECTURE_RELU6);
    const uint32_t y = ConvolutionNorm(a, x, "second", 24, k3x3, 24, false);
    x = architecture_activation(a, y, "beside", "", ARCHITECTURE_RELU6);
    x = architecture_add(a, x, y, "add", "", false);
    architecture_linear(a, x, "fc", 3);
  });
  Multiply("first.bn.weight", 6);
  Multiply("second.bn.weight", 6);
  const double here = Loss();
  EXPECT_GT(here, 0);
  for (const char *name : {"over", "beside"}) {
    EXPECT_EQ(Share(name, [](float x) { return x < 0 || x > 6; }), 0) << name;
    EXPECT_GT(Share(name, [](float x) { return x == 6; }), 0.05) << name;
    EXPECT_GT(Share(name, [](float x) { return x > 0 && x < 6; }), 0.2) << name;
  }
  EXPECT_GT(Share("second.bn", [](float x) { return x < 0 || x > 6; }), 0.3);
  EXPECT_EQ(network_->values[3].data.data, network_->values[2].data.data);
  EXPECT_NE(network_->values[6].data.data, network_->values[5].data.data);
  CheckGradients(0.03);
}

TEST_F(Layers, ReluGeluAndScaleOnTheirOwn) {
  Make(6, [](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 24, k3x3, 1);
    x = architecture_activation(a, x, "gelu1", "", ARCHITECTURE_GELU);
    x = ConvolutionNorm(a, x, "second", 24, k3x3, 1, false);
    x = architecture_activation(a, x, "gelu2", "", ARCHITECTURE_GELU);
    x = architecture_convolution(a, x, "third", "", 24, k3x3, 1);
    x = architecture_activation(a, x, "relu", "", ARCHITECTURE_RELU);
    x = architecture_linear(a, x, "hidden", 8);
    x = architecture_activation(a, x, "hidden.relu", "", ARCHITECTURE_RELU);
    x = architecture_linear(a, x, "fc", 3);
    x = architecture_activation(a, x, "scale", "", ARCHITECTURE_SCALE);
    a->layers[x].factor = -0.5f;
  });
  CheckGradients(0.02);
  const float *logits = network_logits(network_);
  const auto *before = static_cast<const float *>(network_->values[network_->count - 2].data.data);
  for (int i = 0; i < 12; i++)
    EXPECT_EQ(logits[i], -0.5f * before[i]);
}

// What is frozen has a gradient and no momentum.
TEST_F(Layers, FrozenWeightsAndScales) {
  Make(6, [](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 24, {2, 1, 0}, 1);
    a->layers[x].bias = true;
    a->layers[x].frozen = true;
    x = architecture_activation(a, x, "gelu", "", ARCHITECTURE_GELU);
    x = architecture_convolution(a, x, "second", "", 16, k3x3, 1);
    x = architecture_batch_norm(a, x, "bn", "", true);
    a->layers[x].frozen = true;
    architecture_linear(a, x, "fc", 3);
  });
  for (const char *name : {"first.weight", "bn.weight"}) {
    EXPECT_FALSE(parameter_trained(network_parameter(network_, name))) << name;
    EXPECT_EQ(network_parameter(network_, name)->momentum, nullptr) << name;
  }
  CheckGradients(0.03); // of first.bias and bn.bias among others
}

// An inverted residual as in MobileNetV2, down to its projection without a function.
TEST_F(Layers, InvertedResidual) {
  Make(6, [](architecture *a) {
    const uint32_t x = ConvolutionNorm(a, 0, "stem", 8, k3x3, 1, false);
    uint32_t y = ConvolutionNorm(a, x, "widen", 48, {1, 1, 0}, 1, false);
    y = architecture_activation(a, y, "widen.relu6", "", ARCHITECTURE_RELU6);
    y = ConvolutionNorm(a, y, "depthwise", 48, k3x3, 48, false);
    y = architecture_activation(a, y, "depthwise.relu6", "", ARCHITECTURE_RELU6);
    y = ConvolutionNorm(a, y, "narrow", 8, {1, 1, 0}, 1, false);
    y = architecture_add(a, y, x, "add", "", false);
    architecture_linear(a, y, "fc", 3);
  });
  Multiply("widen.bn.weight", 4);
  CheckGradients(0.03);
}

} // namespace
