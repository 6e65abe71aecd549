// The views of test-time augmentation, pixel by pixel and batch by batch.
#include "train/tta.h"

#include "train/loader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

// Images whose red channel is 100 · index + 10 · row + column, of size 4; no other channel.
class Tta : public ::testing::Test {
protected:
  static constexpr uint32_t kCount = 2, kSize = 4;
  Tta() {
    for (uint32_t i = 0; i < kCount; i++)
      for (uint32_t k = 0; k < 16; k++)
        pixels_[i * 48 + k] = static_cast<uint8_t>(100 * i + 10 * (k / 4) + k % 4);
    const double mean[] = {0, 0, 0}, deviation[] = {1 / 255.0, 1 / 255.0, 1 / 255.0};
    augment_normalise(&changes_, mean, deviation);
    set_.pixels = pixels_;
    set_.labels = labels_;
    set_.count = kCount;
    set_.size = kSize;
  }
  static std::vector<int> Rounded(const float *values, size_t count) {
    std::vector<int> result;
    for (size_t i = 0; i < count; i++)
      result.push_back(static_cast<int>(std::lround(values[i])));
    return result;
  }
  // The red channel that is expected: rows and columns as they are taken from the image.
  static std::vector<int> Picture(const int (&rows)[4], const int (&columns)[4]) {
    std::vector<int> result;
    for (int y : rows)
      for (int x : columns)
        result.push_back(10 * y + x);
    return result;
  }
  std::vector<int> View(uint32_t view) {
    float output[48];
    augment_image_view(&changes_, &set_, 0, &tta_views[view].view, augment_format{}, output);
    return Rounded(output, 16);
  }
  uint8_t pixels_[kCount * 48] = {};
  uint32_t labels_[kCount] = {5, 6};
  image_set set_{};
  augment changes_{};
};

// As airbench94 takes them from images padded by one with reflection: [0, size) and [2, size + 2).
TEST_F(Tta, ViewsOfAnImage) {
  const int same[] = {0, 1, 2, 3}, later[] = {1, 2, 3, 2}, earlier[] = {1, 0, 1, 2};
  const int mirrored[] = {3, 2, 1, 0}, later_mirrored[] = {2, 3, 2, 1},
            earlier_mirrored[] = {2, 1, 0, 1};
  EXPECT_EQ(View(0), Picture(same, same));
  EXPECT_EQ(View(1), Picture(same, mirrored));
  EXPECT_EQ(View(2), Picture(later, later));
  EXPECT_EQ(View(3), Picture(later, later_mirrored));
  EXPECT_EQ(View(4), Picture(earlier, earlier));
  EXPECT_EQ(View(5), Picture(earlier, earlier_mirrored));
}

TEST_F(Tta, ShiftsNoFurtherThanAnImageReaches) {
  set_.size = 1;
  float output[3];
  const augment_view far = {5, -5, true};
  augment_image_view(&changes_, &set_, 1, &far, augment_format{}, output);
  EXPECT_EQ(Rounded(output, 3), (std::vector<int>{3, 4 - 4 + pixels_[4], pixels_[5]}));
}

TEST_F(Tta, MeanOfLogits) {
  const float logits[TTA_VIEWS][2] = {{8, 0}, {0, 16}, {-8, 8}, {0, 8}, {16, 0}, {0, 0}};
  float mean[] = {1000, NAN}; // what an earlier batch left
  for (uint32_t view = 0; view < TTA_VIEWS; view++)
    tta_add(mean, logits[view], 2, view);
  EXPECT_EQ(mean[0], 0.5f * (8 + 0) / 2 + 0.25f * (-8 + 0) / 2 + 0.25f * (16 + 0) / 2);
  EXPECT_EQ(mean[1], 0.5f * (0 + 16) / 2 + 0.25f * (8 + 8) / 2 + 0.25f * (0 + 0) / 2);
}

TEST_F(Tta, LoaderGivesEachBatchInAllViews) {
  changes_.translate = 2; // for training; views do not heed it
  changes_.flip = AUGMENT_FLIP_RANDOM;
  octavo_error error{};
  loader *l = nullptr;
  ASSERT_EQ(loader_open(&set_, &changes_, 1, false, augment_format{}, &l, &error), OCTAVO_OK)
      << error.text;
  loader_use_views(l);
  EXPECT_EQ(loader_steps(l), kCount * TTA_VIEWS);
  for (int epoch = 0; epoch < 2; epoch++) {
    ASSERT_EQ(loader_begin(l, 0, 0, &error), OCTAVO_OK);
    for (uint32_t i = 0; i < kCount; i++)
      for (uint32_t view = 0; view < TTA_VIEWS; view++) {
        const loader_batch batch = loader_next(l);
        ASSERT_EQ(batch.count, 1u);
        EXPECT_EQ(batch.view, view);
        EXPECT_EQ(batch.labels[0], labels_[i]);
        std::vector<int> expected = View(view);
        for (int &pixel : expected)
          pixel += 100 * static_cast<int>(i);
        EXPECT_EQ(Rounded(static_cast<const float *>(batch.images), 16), expected);
      }
    EXPECT_EQ(loader_next(l).count, 0u);
  }
  loader_close(l);
}

TEST_F(Tta, LastBatchOfALoaderMayBeShort) {
  octavo_error error{};
  loader *l = nullptr;
  set_.count = 1;
  ASSERT_EQ(loader_open(&set_, &changes_, 2, false, augment_format{}, &l, &error), OCTAVO_OK)
      << error.text;
  loader_use_views(l);
  ASSERT_EQ(loader_begin(l, 0, 0, &error), OCTAVO_OK);
  for (uint32_t view = 0; view < TTA_VIEWS; view++)
    EXPECT_EQ(loader_next(l).count, 1u);
  EXPECT_EQ(loader_next(l).count, 0u);
  loader_close(l);
}

} // namespace
