// Twenty training steps of ResNet-8 against PyTorch's (make_pytorch_values.py).
#include "train/loss.h"
#include "train/networks.h"
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "tests/train/pytorch_values.h"

namespace {

constexpr uint32_t kBatch = 16, kSize = 16, kClasses = 10;
constexpr trainable_options kOptions{kSize, kClasses, 0, ARCHITECTURE_NO_FUNCTION};

// As numbers() in the script.
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

class Pytorch : public ::testing::TestWithParam<bool> {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 2, &error_), OCTAVO_OK) << error_.text;
    if (GetParam() && !onednn_has_bfloat16(&d_))
      GTEST_SKIP() << "this CPU has no bfloat16";
    ASSERT_EQ(trainable_build(trainable_find("resnet8"), &kOptions, &plan_, &error_), OCTAVO_OK)
        << error_.text;
    ASSERT_EQ(network_create(&d_, &plan_, kBatch, GetParam(), &net_, &error_), OCTAVO_OK)
        << error_.text;
    SetWeights();
  }
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  void SetWeights() {
    ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK); // the running statistics' 0 and 1
    std::vector<parameter *> sorted(net_->parameters, net_->parameters + net_->parameter_count);
    sorted.erase(std::remove_if(sorted.begin(), sorted.end(),
                                [](const parameter *p) { return !parameter_trained(p); }),
                 sorted.end());
    std::sort(sorted.begin(), sorted.end(), [](const parameter *a, const parameter *b) {
      return std::string(a->name) < b->name;
    });
    for (size_t i = 0; i < sorted.size(); i++) {
      parameter *p = sorted[i];
      const bool matrix = p->rank > 1;
      const double scale =
          matrix ? std::sqrt(3.0 / static_cast<double>(p->count / p->dims[0])) : 0.1;
      const float shift = p->kind == PARAMETER_NORM_SCALE ? 1.0f : 0.0f;
      std::vector<float> values = Numbers(i, p->count);
      for (float &v : values)
        v = shift + static_cast<float>(scale) * v;
      ASSERT_EQ(parameter_set(net_, p, values.data(), &error_), OCTAVO_OK);
    }
    ASSERT_EQ(network_refresh(net_, &error_), OCTAVO_OK);
  }

  void SetImage(uint64_t step) {
    const std::vector<float> image = Numbers(1000 + step % 4, kBatch * 3 * kSize * kSize);
    tensor from{};
    const dnnl_dims_t dims = {kBatch, 3, kSize, kSize};
    ASSERT_EQ(tensor_plain(&from, &d_, 4, dims, dnnl_f32, &error_), OCTAVO_OK);
    std::memcpy(from.data, image.data(), image.size() * sizeof(float));
    EXPECT_EQ(tensor_copy(&d_, &from, network_input(net_), &error_), OCTAVO_OK);
    tensor_free(&from);
  }

  // Of the same images with the running statistics.
  void CheckLogits() {
    ASSERT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
    for (uint32_t c = 0; c < kClasses; c++)
      EXPECT_NEAR(network_logits(net_)[c], kLogits[c], GetParam() ? 0.1 : 2e-3) << "class " << c;
  }

  onednn d_{};
  octavo_error error_{};
  architecture plan_{};
  network *net_ = nullptr;
};

TEST_P(Pytorch, TwentyStepsGiveItsLosses) {
  const sgd settings = {0.9, 5e-4, true, false};
  uint32_t labels[kBatch];
  for (uint32_t i = 0; i < kBatch; i++)
    labels[i] = i % kClasses;
  // float32 differs by the order of sums, which training magnifies from step to step; bfloat16 has
  // 8 bits.
  for (uint32_t step = 0; step < 20; step++) {
    SetImage(step);
    ASSERT_EQ(network_forward(net_, true, &error_), OCTAVO_OK) << error_.text;
    const loss_result loss = loss_cross_entropy(network_logits(net_), labels, kBatch, kBatch,
                                                kClasses, 0.1, network_logits_gradient(net_));
    const double tolerance = GetParam() ? 0.03 : step < 7 ? 1e-5 : 5e-3;
    EXPECT_NEAR(loss.sum / kBatch, kLosses[step], tolerance) << "step " << step;
    ASSERT_EQ(network_backward(net_, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(sgd_step(net_, &settings, 0.05, &error_), OCTAVO_OK) << error_.text;
    if (step == 1)
      CheckLogits();
  }
}

INSTANTIATE_TEST_SUITE_P(Precision, Pytorch, ::testing::Values(false, true),
                         [](const auto &p) { return p.param ? "bfloat16" : "float32"; });

} // namespace
