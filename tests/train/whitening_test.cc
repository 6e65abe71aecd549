// Whitening filters: their answers to the images they come from, and what training does to them.
#include "train/whitening.h"

#include "common/random.h"
#include "train/loss.h"
#include "train/networks.h"
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

constexpr uint32_t kImages = 6, kSize = 32, kPatch = 12;

class Whitening : public ::testing::Test {
protected:
  void SetUp() override {
    // Each pixel is near its neighbours, as in photographs.
    random_state random;
    random_seed(&random, 5);
    pixels_.resize(kImages * 3 * kSize * kSize);
    for (size_t i = 0; i < pixels_.size(); i++) {
      const double before = i % kSize > 0 ? pixels_[i - 1] : 100;
      pixels_[i] = static_cast<uint8_t>(
          std::fmin(255, std::fmax(0, 10 + 0.9 * before + 20 * random_normal(&random))));
    }
    set_.pixels = pixels_.data();
    set_.count = kImages;
    set_.size = kSize;
    const double mean[] = {0.4, 0.4, 0.4}, deviation[] = {0.2, 0.25, 0.3};
    augment_normalise(&changes_, mean, deviation);
    const trainable_options options{kSize, 10, 0, ARCHITECTURE_NO_FUNCTION};
    ASSERT_EQ(onednn_open(&d_, 1, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(trainable_build(trainable_find("airbench94"), &options, &plan_, &error_), OCTAVO_OK);
    ASSERT_EQ(network_create(&d_, &plan_, kImages, false, &net_, &error_), OCTAVO_OK);
    ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK);
    ASSERT_EQ(whitening_set(net_, &set_, &changes_, &error_), OCTAVO_OK) << error_.text;
  }
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  std::vector<float> Get(const char *name) {
    const parameter *p = network_parameter(net_, name);
    EXPECT_NE(p, nullptr) << name;
    std::vector<float> plain(p->count);
    EXPECT_EQ(parameter_get(net_, p, plain.data(), &error_), OCTAVO_OK);
    return plain;
  }

  std::vector<uint8_t> pixels_;
  image_set set_{};
  augment changes_{};
  onednn d_{};
  octavo_error error_{};
  architecture plan_{};
  network *net_ = nullptr;
};

// Over all patches the products of two different filters' answers average to 0, and those of one
// filter to λ / (λ + 5e-4), which is a little less than 1.
TEST_F(Whitening, AnswersAreOfOneSizeAndNotCorrelated) {
  const std::vector<float> filters = Get("whiten.weight");
  std::vector<float> image(3 * kSize * kSize);
  std::vector<double> products(kPatch * kPatch);
  double patches = 0;
  for (uint32_t n = 0; n < kImages; n++) {
    augment_image(&changes_, &set_, n, 0, false, augment_format{}, image.data());
    for (size_t y = 0; y + 1 < kSize; y++)
      for (size_t x = 0; x + 1 < kSize; x++, patches++) {
        double answer[kPatch] = {};
        for (size_t f = 0; f < kPatch; f++)
          for (size_t k = 0; k < kPatch; k++)
            answer[f] +=
                static_cast<double>(filters[f * kPatch + k]) *
                static_cast<double>(image[(k / 4 * kSize + y + k / 2 % 2) * kSize + x + k % 2]);
        for (size_t i = 0; i < kPatch * kPatch; i++)
          products[i] += answer[i / kPatch] * answer[i % kPatch];
      }
  }
  for (size_t i = 0; i < kPatch; i++)
    for (size_t j = 0; j < kPatch; j++) {
      double length = 0; // squared, of filter i: 1 / (λ + 5e-4)
      for (size_t k = 0; k < kPatch; k++)
        length += std::pow(static_cast<double>(filters[i * kPatch + k]), 2);
      EXPECT_NEAR(products[i * kPatch + j] / patches, i == j ? 1 - 5e-4 * length : 0, 1e-5);
    }
}

TEST_F(Whitening, TheSecondHalfIsTheFirstNegated) {
  const std::vector<float> filters = Get("whiten.weight");
  ASSERT_EQ(filters.size(), 2u * kPatch * kPatch);
  for (size_t i = 0; i < kPatch * kPatch; i++)
    EXPECT_EQ(filters[i], -filters[kPatch * kPatch + i]);
}

TEST_F(Whitening, NetworksWithoutItAreLeftAlone) {
  const trainable_options options{kSize, 10, 0, ARCHITECTURE_NO_FUNCTION};
  architecture plan{};
  network *net = nullptr;
  ASSERT_EQ(trainable_build(trainable_find("resnet8"), &options, &plan, &error_), OCTAVO_OK);
  ASSERT_EQ(network_create(&d_, &plan, 1, false, &net, &error_), OCTAVO_OK);
  EXPECT_EQ(whitening_set(net, &set_, &changes_, &error_), OCTAVO_OK);
  EXPECT_EQ(static_cast<const float *>(net->parameters[0]->value.data)[0], 0);
  network_free(net);
  architecture_free(&plan);
}

// Neither the step nor weight decay touches what is frozen; the rest moves, shifts 64 times as far,
// of which weight decay makes no more than elsewhere.
TEST_F(Whitening, TrainingLeavesFrozenNumbers) {
  const std::vector<float> filters = Get("whiten.weight"), scale = Get("block1.norm1.weight");
  const std::vector<float> bias = Get("whiten.bias"), head = Get("head.weight");
  for (uint32_t i = 0; i < kImages; i++)
    augment_image(&changes_, &set_, i, 0, false, augment_format{},
                  static_cast<float *>(network_input(net_)->data) + i * 3 * kSize * kSize);
  parameter *shift = network_parameter(net_, "block1.norm1.bias");
  const std::vector<float> before(shift->count, 0.5f);
  ASSERT_EQ(parameter_set(net_, shift, before.data(), &error_), OCTAVO_OK);
  const uint32_t labels[kImages] = {0, 1, 2, 3, 4, 5};
  ASSERT_EQ(network_forward(net_, true, &error_), OCTAVO_OK);
  loss_cross_entropy(network_logits(net_), labels, kImages, kImages, 10, 0,
                     network_logits_gradient(net_));
  ASSERT_EQ(network_backward(net_, &error_), OCTAVO_OK);
  const sgd settings = {0.9, 0.1, false, true};
  ASSERT_EQ(sgd_step(net_, &settings, 0.01, &error_), OCTAVO_OK);
  EXPECT_EQ(Get("whiten.weight"), filters);
  EXPECT_EQ(Get("block1.norm1.weight"), scale);
  EXPECT_NE(Get("whiten.bias"), bias);
  EXPECT_NE(Get("head.weight"), head);
  std::vector<float> gradient(shift->count);
  ASSERT_EQ(parameter_get_gradient(net_, shift, gradient.data(), &error_), OCTAVO_OK);
  const std::vector<float> moved = Get("block1.norm1.bias");
  for (size_t i = 0; i < moved.size(); i++)
    EXPECT_NEAR(moved[i], 0.5 - 0.64 * static_cast<double>(gradient[i]) - 0.01 * 0.1 * 0.5, 3e-7);
}

} // namespace
