#include "common/shapes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kSize = 32;

std::vector<uint8_t> Draw(uint32_t shape, uint64_t seed, uint32_t size = kSize) {
  random_state random;
  random_seed(&random, seed);
  std::vector<uint8_t> rgb(size_t{size} * size * 3);
  shapes_draw(shape, size, &random, rgb.data());
  return rgb;
}

double Brightness(const std::vector<uint8_t> &rgb, size_t pixel) {
  return 0.299 * rgb[3 * pixel] + 0.587 * rgb[3 * pixel + 1] + 0.114 * rgb[3 * pixel + 2];
}

TEST(Shapes, NamesAreSortedAndDifferent) {
  for (int i = 1; i < SHAPES_COUNT; i++)
    EXPECT_LT(std::string(shapes_names[i - 1]), shapes_names[i]);
}

TEST(Shapes, DependOnTheSeedAlone) {
  for (uint32_t shape = 0; shape < SHAPES_COUNT; shape++) {
    EXPECT_EQ(Draw(shape, 7), Draw(shape, 7));
    EXPECT_NE(Draw(shape, 7), Draw(shape, 8));
  }
}

// Of 2 splits, 10 classes and 100 pictures each, for several seeds, no two have the same seed.
TEST(Shapes, SetsOfOtherSeedsHaveOtherPictures) {
  std::set<uint64_t> seeds;
  for (uint64_t seed = 0; seed < 8; seed++)
    for (uint32_t split = 0; split < 2; split++)
      for (uint32_t shape = 0; shape < SHAPES_COUNT; shape++)
        for (uint32_t index = 0; index < 100; index++)
          seeds.insert(shapes_seed(seed, split, shape, index));
  EXPECT_EQ(seeds.size(), 8u * 2 * SHAPES_COUNT * 100);
}

// With the same seed all shapes share the scene, so that they differ where the shape is.
TEST(Shapes, DifferFromEachOtherInTheSameScene) {
  std::set<std::vector<uint8_t>> pictures;
  for (uint32_t shape = 0; shape < SHAPES_COUNT; shape++)
    pictures.insert(Draw(shape, 3));
  EXPECT_EQ(pictures.size(), static_cast<size_t>(SHAPES_COUNT));
}

// The shapes lie in a picture of area 4, scaled by s between 0.55 and 0.9, so with a mean square of
// 0.536: a ring (radii 0.55 and 0.95) and a circle (radius 0.85) differ in the hole and in the
// outer band, pi (0.55^2 + 0.95^2 - 0.85^2) 0.536 / 4 = 20 % of it, without the hole 8 %. That they
// differ in brightness there also means that a shape stands out from the background.
TEST(Shapes, RingHasAHole) {
  constexpr int kPictures = 50, kPixels = 64 * 64;
  int differing = 0;
  for (uint64_t seed = 0; seed < kPictures; seed++) {
    const std::vector<uint8_t> circle = Draw(2, seed, 64), ring = Draw(6, seed, 64);
    for (size_t pixel = 0; pixel < kPixels; pixel++)
      differing += std::fabs(Brightness(circle, pixel) - Brightness(ring, pixel)) > 40;
  }
  EXPECT_NEAR(differing, 0.2 * kPictures * kPixels, 0.04 * kPictures * kPixels);
}

// The circle's area is pi (0.85 s)^2 of the 4 that the picture spans, s between 0.55 and 0.9, and
// nothing of it is cut off: between 17 and 46 percent are neither background nor edge.
TEST(Shapes, CoverTheAreaTheyShould) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    const std::vector<uint8_t> circle = Draw(2, seed, 64), bar = Draw(1, seed, 64);
    // Pixels where a bar and a circle differ strongly are inside the circle; a bar adds its ends.
    int differing = 0;
    for (size_t pixel = 0; pixel < 64 * 64; pixel++)
      differing += std::fabs(Brightness(circle, pixel) - Brightness(bar, pixel)) > 45;
    EXPECT_GT(differing, 64 * 64 * 0.05) << seed;
    EXPECT_LT(differing, 64 * 64 * 0.46) << seed;
  }
}

} // namespace
