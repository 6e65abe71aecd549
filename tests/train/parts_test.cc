// The parts of the trainer that need no oneDNN, against arithmetic.
#include "train/augment.h"
#include "train/loader.h"
#include "train/loss.h"
#include "train/networks.h"
#include "train/schedule.h"

#include "tests/common/allocation_failures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace {

TEST(Loss, OfTwoClasses) {
  // Logits 0 and ln 3: probabilities 1/4 and 3/4.
  const float logits[] = {0, std::log(3.0f), 0, std::log(3.0f)};
  const uint32_t labels[] = {1, 0};
  float gradient[4];
  const loss_result plain = loss_cross_entropy(logits, labels, 2, 2, 2, 0, gradient);
  EXPECT_NEAR(plain.sum, -std::log(0.75) - std::log(0.25), 1e-6);
  EXPECT_EQ(plain.correct, 1u);
  // (p − t) / 2 images.
  const double expected[] = {0.125, -0.125, -0.375, 0.375};
  for (int i = 0; i < 4; i++)
    EXPECT_NEAR(gradient[i], expected[i], 1e-6) << i;
  // Smoothing 0.2 makes the targets 0.9 and 0.1.
  const loss_result smooth = loss_cross_entropy(logits, labels, 1, 2, 2, 0.2, gradient);
  EXPECT_NEAR(smooth.sum, -0.9 * std::log(0.75) - 0.1 * std::log(0.25), 1e-6);
  EXPECT_NEAR(gradient[1], 0.75 - 0.9, 1e-6);
  EXPECT_EQ(gradient[2], 0); // beyond `count`
}

// One image whose red channel is 10 · row + column, of size 4.
class Augment : public ::testing::Test {
protected:
  Augment() {
    for (uint32_t i = 0; i < 16; i++)
      pixels_[i] = static_cast<uint8_t>(10 * (i / 4) + i % 4);
    const double mean[] = {0, 0, 0}, deviation[] = {1 / 255.0, 1 / 255.0, 1 / 255.0};
    augment_normalise(&changes_, mean, deviation);
    set_.pixels = pixels_;
    set_.count = 1;
    set_.size = 4;
  }
  std::vector<int> Red(uint32_t epoch, bool random = true) {
    float output[48];
    augment_image(&changes_, &set_, 0, epoch, random, augment_format{}, output);
    std::vector<int> red;
    for (int i = 0; i < 16; i++)
      red.push_back(static_cast<int>(std::lround(output[i])));
    return red;
  }
  uint8_t pixels_[48] = {};
  image_set set_{};
  augment changes_{};
};

TEST_F(Augment, NothingAskedNothingChanged) {
  const std::vector<int> same(pixels_, pixels_ + 16);
  EXPECT_EQ(Red(0), same);
  changes_.translate = 2;
  changes_.flip = AUGMENT_FLIP_RANDOM;
  EXPECT_EQ(Red(0, false), same);
}

TEST_F(Augment, TranslatesWithReflection) {
  changes_.translate = 1;
  std::set<std::vector<int>> expected, found;
  for (int down = -1; down <= 1; down++)
    for (int right = -1; right <= 1; right++) {
      const int line[] = {1, 0, 1, 2, 3, 2}; // reflected at both ends
      std::vector<int> picture;
      for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
          picture.push_back(10 * line[y + down + 1] + line[x + right + 1]);
      expected.insert(picture);
    }
  for (uint32_t epoch = 0; epoch < 200; epoch++)
    found.insert(Red(epoch));
  EXPECT_EQ(found, expected);
}

TEST_F(Augment, AlternatingFlipTakesTurns) {
  changes_.flip = AUGMENT_FLIP_ALTERNATING;
  EXPECT_NE(Red(0), Red(1));
  EXPECT_EQ(Red(0), Red(2));
  EXPECT_EQ(Red(1), Red(3));
}

TEST_F(Augment, CutoutBlanksASquare) {
  changes_.cutout = 2;
  for (int i = 0; i < 16; i++)
    pixels_[i] = 1;
  for (uint32_t epoch = 0; epoch < 20; epoch++) {
    int sum = 0;
    for (int v : Red(epoch))
      sum += v;
    EXPECT_EQ(sum, 12);
  }
}

TEST(Loader, EveryImageOncePerEpochAndTheRestOfAResumedOne) {
  uint8_t pixels[7 * 3] = {};
  uint32_t labels[] = {0, 1, 2, 3, 4, 5, 6};
  image_set set{};
  set.pixels = pixels;
  set.labels = labels;
  set.count = 7;
  set.size = 1;
  const augment changes{};
  octavo_error error{};
  loader *l = nullptr;
  ASSERT_EQ(loader_open(&set, &changes, 2, true, augment_format{}, &l, &error), OCTAVO_OK)
      << error.text;
  EXPECT_EQ(loader_steps(l), 3u);
  const auto collect = [&](uint32_t epoch, uint32_t step) {
    EXPECT_EQ(loader_begin(l, epoch, step, &error), OCTAVO_OK);
    std::vector<uint32_t> seen;
    for (loader_batch b = loader_next(l); b.count > 0; b = loader_next(l))
      seen.insert(seen.end(), b.labels, b.labels + b.count);
    return seen;
  };
  const std::vector<uint32_t> first = collect(0, 0);
  EXPECT_EQ(first.size(), 6u);
  EXPECT_EQ(std::set<uint32_t>(first.begin(), first.end()).size(), 6u);
  EXPECT_NE(first, collect(1, 0));
  EXPECT_EQ(collect(0, 1), std::vector<uint32_t>(first.begin() + 2, first.end()));
  loader_close(l);
  ASSERT_EQ(loader_open(&set, &changes, 2, false, augment_format{}, &l, &error), OCTAVO_OK)
      << error.text;
  EXPECT_EQ(collect(0, 0), (std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6}));
  loader_close(l);
}

TEST(Loader, AllocationFailures) {
  uint8_t pixels[4 * 3] = {};
  uint32_t labels[] = {0, 1, 2, 3};
  image_set set{};
  set.pixels = pixels;
  set.labels = labels;
  set.count = 4;
  set.size = 1;
  const augment changes{};
  FailEachAllocation([&](octavo_error *error) {
    loader *l = nullptr;
    octavo_status status = loader_open(&set, &changes, 2, true, augment_format{}, &l, error);
    EXPECT_EQ(l == nullptr, status != OCTAVO_OK);
    if (status == OCTAVO_OK)
      status = loader_begin(l, 0, 0, error);
    loader_close(l);
    return status;
  });
}

TEST(Networks, ParametersAsPublished) {
  const struct {
    const char *name;
    uint32_t classes;
    uint64_t parameters;
  } rows[] = {{"resnet18", 1000, 11689512}, // torchvision's documentation
              {"resnet20", 10, 272474},     // with projections at the two strided blocks
              {"resnet18-cifar", 10, 11173962}};
  for (const auto &row : rows) {
    architecture a{};
    octavo_error error{};
    const trainable_options options{32, row.classes, 0, ARCHITECTURE_NO_FUNCTION};
    ASSERT_EQ(trainable_build(trainable_find(row.name), &options, &a, &error), OCTAVO_OK);
    EXPECT_EQ(architecture_parameters(&a), row.parameters) << row.name;
    architecture_free(&a);
  }
}

TEST(Networks, TooSmallAnImageIsRefused) {
  architecture a{};
  octavo_error error{};
  const trainable_options options{8, 10, 0, ARCHITECTURE_NO_FUNCTION};
  EXPECT_EQ(trainable_build(trainable_find("vgg11"), &options, &a, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error.text).find("too small"), std::string::npos) << error.text;
}

} // namespace
