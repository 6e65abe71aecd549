// What happens to images, against arithmetic.
#include "train/augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>
#include <vector>

namespace {

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
  std::vector<int> Red(uint32_t epoch, bool random = true, uint32_t index = 0) {
    float output[48];
    augment_image(&changes_, &set_, index, epoch, random, augment_format{}, output);
    std::vector<int> red;
    for (int i = 0; i < 16; i++)
      red.push_back(static_cast<int>(std::lround(output[i])));
    return red;
  }
  // So many images like the first.
  void Repeat(uint32_t count) {
    many_.clear();
    for (uint32_t i = 0; i < count; i++)
      many_.insert(many_.end(), pixels_, pixels_ + sizeof pixels_);
    set_.pixels = many_.data();
    set_.count = count;
  }
  uint8_t pixels_[48] = {};
  std::vector<uint8_t> many_;
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

// Of 200 throws of a coin, 100 ± 7.
TEST_F(Augment, RandomFlipFlipsHalf) {
  changes_.flip = AUGMENT_FLIP_RANDOM;
  const std::vector<int> same(pixels_, pixels_ + 16);
  std::set<std::vector<int>> pictures;
  int flipped = 0;
  for (uint32_t epoch = 0; epoch < 200; epoch++) {
    pictures.insert(Red(epoch));
    flipped += Red(epoch) != same;
  }
  EXPECT_EQ(pictures.size(), 2u);
  EXPECT_NEAR(flipped, 100, 35);
}

TEST_F(Augment, AlternatingFlipStartsWithHalfOfTheImages) {
  changes_.flip = AUGMENT_FLIP_ALTERNATING;
  Repeat(200);
  const std::vector<int> same(pixels_, pixels_ + 16);
  int flipped = 0;
  for (uint32_t i = 0; i < 200; i++)
    flipped += Red(0, true, i) != same;
  EXPECT_NEAR(flipped, 100, 35);
}

TEST_F(Augment, DependsOnSeedImageAndEpochAlone) {
  changes_.translate = 3; // 49 pictures
  Repeat(40);
  std::set<std::vector<int>> of_images, of_epochs, of_seeds;
  for (uint32_t i = 0; i < 40; i++) {
    changes_.seed = i;
    of_seeds.insert(Red(0));
    changes_.seed = 1;
    of_images.insert(Red(0, true, i));
    of_epochs.insert(Red(i));
    EXPECT_EQ(Red(i), Red(i));
  }
  EXPECT_GT(of_images.size(), 15u);
  EXPECT_GT(of_epochs.size(), 15u);
  EXPECT_GT(of_seeds.size(), 15u);
}

TEST_F(Augment, EachChannelHasItsMeanAndDeviation) {
  const double mean[] = {0.5, 0.25, 0.125}, deviation[] = {0.5, 0.25, 2};
  augment_normalise(&changes_, mean, deviation);
  std::memset(pixels_, 51, sizeof pixels_); // 0.2
  float output[48];
  augment_image(&changes_, &set_, 0, 0, false, augment_format{}, output);
  for (int i = 0; i < 16; i++) {
    EXPECT_FLOAT_EQ(output[i], -0.6f);
    EXPECT_FLOAT_EQ(output[16 + i], -0.2f);
    EXPECT_FLOAT_EQ(output[32 + i], 0.0375f);
  }
}

// bfloat16 is the upper half of a float32, rounded to the nearer of two, of equals to the even one.
TEST_F(Augment, Bfloat16IsRoundedToNearest) {
  const double mean[] = {0.4914, 0, 0.4}, deviation[] = {0.247, 1, 1.7};
  augment_normalise(&changes_, mean, deviation);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 256; i++) {
      uint32_t bits;
      std::memcpy(&bits, &changes_.table[c][i], sizeof bits);
      const uint32_t below = bits >> 16, rest = bits & 0xffff;
      const uint32_t expected = below + (rest > 0x8000 || (rest == 0x8000 && below % 2 == 1));
      EXPECT_EQ(changes_.table16[c][i], expected) << c << " " << i;
    }
}

TEST_F(Augment, FormatsHoldTheSameNumbers) {
  changes_.translate = 1;
  for (int i = 0; i < 48; i++)
    pixels_[i] = static_cast<uint8_t>(5 * i);
  float plain[48], last[48];
  uint16_t plain16[48], last16[48];
  augment_image(&changes_, &set_, 0, 3, true, {false, false}, plain);
  augment_image(&changes_, &set_, 0, 3, true, {false, true}, last);
  augment_image(&changes_, &set_, 0, 3, true, {true, false}, plain16);
  augment_image(&changes_, &set_, 0, 3, true, {true, true}, last16);
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < 16; i++) {
      EXPECT_EQ(last[i * 3 + c], plain[c * 16 + i]);
      EXPECT_EQ(last16[i * 3 + c], plain16[c * 16 + i]);
      // Whole numbers below 256 have eight bits.
      uint32_t bits;
      std::memcpy(&bits, &plain[c * 16 + i], sizeof bits);
      EXPECT_EQ(plain16[c * 16 + i], (bits + 0x8000) >> 16);
    }
}

} // namespace
