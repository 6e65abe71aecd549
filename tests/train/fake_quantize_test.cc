// Networks with fake quantization, forward and backward, against plain C++ in double; and batch
// norm with fixed statistics, which they end with.
#include "tests/train/network_harness.h"
#include "train/qat/plan.h"

#include <algorithm>
#include <cmath>

namespace {

class FakeQuantize : public NetworkHarness {
protected:
  // Checks qat_plan's version of what `build` builds, with batch norm free and fixed.
  void CheckRounded(NetworkShape shape, const NetworkBuilder &build) {
    for (bool fixed : {false, true}) {
      SCOPED_TRACE(fixed ? "fixed" : "free");
      ASSERT_NO_FATAL_FAILURE(Make(shape, [&](architecture *a) { Plan(a, build); }));
      net_->phase.norm_fixed = reference_->norm_fixed = fixed;
      for (int pass = 0; pass < 2; pass++) {
        ASSERT_NO_FATAL_FAILURE(Train());
        CheckParameters();
      }
      CheckInference();
    }
  }

  // From the image that `a` has.
  static void Plan(architecture *a, const NetworkBuilder &build) {
    architecture plain = *a;
    octavo_error error{};
    build(&plain);
    ASSERT_EQ(qat_plan(&plain, a, &error), OCTAVO_OK) << error.text;
    architecture_free(&plain);
  }
};

uint32_t ConvolutionNorm(architecture *a, uint32_t x, const char *name, uint32_t channels,
                         uint32_t kernel, bool relu) {
  x = architecture_convolution(a, x, name, ".conv", channels, {kernel, 1, kernel / 2}, 1);
  return architecture_batch_norm(a, x, name, ".bn", relu);
}

TEST_P(FakeQuantize, ConvolutionsAndNorms) {
  for (uint32_t channels : {3u, 8u, 16u, 20u})
    CheckRounded({3, 4, 2}, [&](architecture *a) {
      uint32_t x = ConvolutionNorm(a, 0, "one", channels, 3, true);
      x = ConvolutionNorm(a, x, "two", 8, 1, false);
      architecture_linear(a, x, "fc", 5);
    });
}

// Late layers see one pixel: most of the kernel is left out, but not of its scale.
TEST_P(FakeQuantize, CroppedKernels) {
  CheckRounded({16, 1, 8}, [&](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "one", 8, 3, true);
    architecture_linear(a, x, "fc", 5);
  });
}

TEST_P(FakeQuantize, ResidualBlocks) {
  for (bool project : {false, true})
    CheckRounded({3, 3, 2}, [&](architecture *a) {
      const uint32_t x = ConvolutionNorm(a, 0, "stem", 16, 3, true);
      uint32_t y = ConvolutionNorm(a, x, "one", 16, 3, true);
      y = ConvolutionNorm(a, y, "two", 16, 3, false);
      const uint32_t other = project ? ConvolutionNorm(a, x, "down", 16, 1, false) : x;
      y = architecture_add(a, y, other, "add", "", true);
      y = architecture_pool(a, y, "pool", ARCHITECTURE_GLOBAL_AVERAGE, {0, 0, 0});
      architecture_linear(a, y, "fc", 5);
    });
}

TEST_P(FakeQuantize, DepthwiseWithRelu6) {
  CheckRounded({3, 3, 2}, [&](architecture *a) {
    uint32_t x = ConvolutionNorm(a, 0, "stem", 16, 3, false);
    x = architecture_activation(a, x, "relu6", "", ARCHITECTURE_RELU6);
    x = architecture_convolution(a, x, "depthwise", "", 16, {3, 1, 1}, 16);
    x = architecture_batch_norm(a, x, "bn", "", false);
    x = architecture_activation(a, x, "relu6b", "", ARCHITECTURE_RELU6);
    architecture_linear(a, x, "fc", 5);
  });
}

// As airbench94 has it: a bias, a maximum before the norm, a factor at the end.
TEST_P(FakeQuantize, BiasMaximumBeforeTheNormAndFactor) {
  CheckRounded({3, 4, 2}, [&](architecture *a) {
    uint32_t x = architecture_convolution(a, 0, "first", "", 8, {1, 1, 0}, 1);
    a->layers[x].bias = true;
    x = architecture_activation(a, x, "relu", "", ARCHITECTURE_RELU);
    x = architecture_convolution(a, x, "second", "", 8, {3, 1, 1}, 1);
    x = architecture_pool(a, x, "pool", ARCHITECTURE_MAX_POOL, {2, 2, 0});
    x = architecture_batch_norm(a, x, "bn", "", true);
    a->layers[x].frozen = true;
    x = architecture_linear(a, x, "fc", 5);
    x = architecture_activation(a, x, "scale", "", ARCHITECTURE_SCALE);
    a->layers[x].factor = 0.5f;
  });
}

// A scale of 0, in training as in a trained network, divides nothing by zero.
TEST_P(FakeQuantize, ScalesOfZero) {
  ASSERT_NO_FATAL_FAILURE(Make({3, 4, 2}, [&](architecture *a) {
    Plan(a, [](architecture *plain) {
      const uint32_t x = ConvolutionNorm(plain, 0, "one", 8, 3, false);
      architecture_linear(plain, x, "fc", 5);
    });
  }));
  parameter *scale = network_parameter(net_, "one.bn.weight");
  std::vector<float> numbers(8, 0.5f);
  numbers[2] = numbers[5] = 0.0f;
  ASSERT_EQ(parameter_set(net_, scale, numbers.data(), &error_), OCTAVO_OK);
  reference_->parameters["one.bn.weight"].assign(numbers.begin(), numbers.end());
  for (bool fixed : {false, true}) {
    net_->phase.norm_fixed = reference_->norm_fixed = fixed;
    ASSERT_NO_FATAL_FAILURE(Train());
    CheckParameters();
  }
}

// Moves of the range towards what was seen, before the rounding and behind the ReLU.
TEST_P(FakeQuantize, RangesFollowTheImages) {
  ASSERT_NO_FATAL_FAILURE(Make({3, 4, 2}, [&](architecture *a) {
    Plan(a, [](architecture *plain) {
      architecture_linear(plain, ConvolutionNorm(plain, 0, "one", 8, 3, true), "fc", 5);
    });
  }));
  ASSERT_NO_FATAL_FAILURE(Train());
  const float *image = static_cast<const float *>(network_input(net_)->data);
  const auto [least, greatest] = std::minmax_element(image, image + 2 * 3 * 4 * 4);
  const float *range =
      static_cast<const float *>(network_parameter(net_, "input.quantize.range")->value.data);
  const float *rectified =
      static_cast<const float *>(network_parameter(net_, "one.bn.quantize.range")->value.data);
  const float first = range[0], last = range[1], first_rectified = rectified[0];
  EXPECT_EQ(first, static_cast<float>(reference_->parameters.at("input.quantize.range")[0]));
  net_->phase.range_share = 0.25f;
  ASSERT_EQ(network_forward(net_, true, &error_), OCTAVO_OK);
  EXPECT_FLOAT_EQ(range[0], first + 0.25f * (*least - first));
  EXPECT_FLOAT_EQ(range[1], last + 0.25f * (*greatest - last));
  EXPECT_FLOAT_EQ(rectified[0], 0.75f * first_rectified); // towards 0, the least that ReLU gives
  net_->phase.range_share = 1;
  ASSERT_EQ(network_forward(net_, true, &error_), OCTAVO_OK);
  EXPECT_FLOAT_EQ(range[0], *least);
  EXPECT_FLOAT_EQ(range[1], *greatest);
  EXPECT_EQ(rectified[0], 0);
}

// What folding a norm into its convolution has as gradients: by differences of the logits, which
// are linear in each scale and shift as long as no value crosses a ReLU's kink.
TEST_P(FakeQuantize, GradientsOfFixedNormsAreDifferencesOfTheLoss) {
  ASSERT_NO_FATAL_FAILURE(Make({3, 5, 3}, [&](architecture *a) {
    const uint32_t x = ConvolutionNorm(a, 0, "one", 16, 3, true);
    architecture_linear(a, ConvolutionNorm(a, x, "two", 16, 3, false), "fc", 5);
  }));
  net_->phase.norm_fixed = reference_->norm_fixed = true;
  ASSERT_NO_FATAL_FAILURE(Train());
  std::vector<double> weights(15);
  for (size_t i = 0; i < weights.size(); i++)
    weights[i] = std::sin(static_cast<double>(i) + 1);
  const auto loss = [&] {
    EXPECT_EQ(network_forward(net_, true, &error_), OCTAVO_OK);
    const float *logits = network_logits(net_);
    double sum = 0;
    for (size_t i = 0; i < weights.size(); i++)
      sum += weights[i] * static_cast<double>(logits[i]);
    return sum;
  };
  loss();
  std::copy(weights.begin(), weights.end(), network_logits_gradient(net_));
  ASSERT_EQ(network_backward(net_, &error_), OCTAVO_OK);
  for (const char *name : {"two.bn.weight", "two.bn.bias"}) {
    const parameter *p = network_parameter(net_, name);
    float *value = static_cast<float *>(p->value.data);
    const float *gradient = static_cast<const float *>(p->gradient.data);
    for (size_t c = 0; c < p->count; c++) {
      const float kept = value[c];
      value[c] = kept + 0.5f;
      const double above = loss();
      value[c] = kept - 0.5f;
      const double below = loss();
      value[c] = kept;
      EXPECT_NEAR(gradient[c], above - below, 2e-5 + 1e-4 * std::fabs(above - below)) << name << c;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precision, FakeQuantize, ::testing::Values(false),
                         [](const auto &) { return "float32"; });

class FixedNorm : public NetworkHarness {};

TEST_P(FixedNorm, TrainsWithTheRunningStatistics) {
  for (bool sum : {false, true}) {
    ASSERT_NO_FATAL_FAILURE(Make({3, 5, 3}, [&](architecture *a) {
      const uint32_t x = ConvolutionNorm(a, 0, "one", 16, 3, !sum);
      const uint32_t y = ConvolutionNorm(a, x, "two", 16, 3, false);
      architecture_linear(a, sum ? architecture_add(a, y, x, "add", "", true) : y, "fc", 5);
    }));
    net_->phase.norm_fixed = reference_->norm_fixed = true;
    for (int pass = 0; pass < 2; pass++) {
      ASSERT_NO_FATAL_FAILURE(Train());
      CheckParameters();
    }
  }
}

OCTAVO_BOTH_PRECISIONS(FixedNorm);

// Bfloat16 would round what int8 inference does not.
TEST(FakeQuantizeTypes, Bfloat16IsRefused) {
  onednn d{};
  octavo_error error{};
  ASSERT_EQ(onednn_open(&d, 1, &error), OCTAVO_OK);
  if (onednn_has_bfloat16(&d)) {
    architecture plain{}, plan{};
    architecture_begin(&plain, 3, 4);
    architecture_linear(&plain, 0, "fc", 5);
    ASSERT_EQ(qat_plan(&plain, &plan, &error), OCTAVO_OK) << error.text;
    network *n = nullptr;
    EXPECT_EQ(network_create(&d, &plan, 2, true, &n, &error), OCTAVO_ERROR_UNSUPPORTED);
    EXPECT_EQ(n, nullptr);
    architecture_free(&plan);
    architecture_free(&plain);
  }
  onednn_close(&d);
}

} // namespace
