#include "runtime/resample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/common/allocation_failures.h"

namespace {

using testing::HasSubstr;

// The pattern that the PIL values below were made from.
std::vector<uint8_t> Pattern(uint32_t width, uint32_t height) {
  std::vector<uint8_t> rgb;
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++)
      for (uint32_t c = 0; c < 3; c++)
        rgb.push_back(
            static_cast<uint8_t>(x * x * 7 + y * 31 * (c + 1) + x * y * (13 + c) + c * 57));
  return rgb;
}

std::vector<uint8_t> Resize(const std::vector<uint8_t> &rgb, uint32_t width, uint32_t height,
                            const octavo_resample_window &window) {
  const octavo_resample_source source = {rgb.data(), width, height, size_t{3} * width};
  std::vector<uint8_t> output(size_t{3} * window.width * window.height);
  octavo_error error = {};
  EXPECT_EQ(octavo_resample(&source, &window, output.data(), &error), OCTAVO_OK) << error.text;
  return output;
}

octavo_resample_window Whole(uint32_t width, uint32_t height) {
  return {width, height, 0, 0, width, height};
}

// From PIL 9.4:
//   a[y, x, c] = (x*x*7 + y*31*(c+1) + x*y*(13+c) + c*57) % 256, of shape (height, width, 3)
//   Image.fromarray(a).resize((to_width, to_height), Image.BILINEAR)
const struct {
  uint32_t width, height, to_width, to_height;
  std::vector<uint8_t> expected;
} kPil[] = {
    {7,
     5,
     3,
     2,
     {51, 120, 137, 108, 130, 123, 131, 144, 118, 118, 127, 142, 107, 106, 140, 128, 156, 116}},
    {5, 4, 8, 6, {0,   57,  114, 3,   60,  117, 8,   65,  122, 21,  78,  135, 39,  96,  153, 61,
                  118, 175, 91,  148, 205, 112, 169, 226, 16,  88,  161, 22,  94,  167, 31,  104,
                  169, 48,  121, 107, 70,  143, 89,  96,  170, 116, 130, 132, 150, 154, 100, 175,
                  36,  129, 180, 46,  139, 191, 61,  152, 193, 83,  149, 84,  110, 163, 46,  142,
                  195, 79,  157, 115, 95,  166, 51,  106, 57,  171, 71,  70,  185, 86,  90,  193,
                  106, 118, 89,  110, 151, 56,  131, 187, 94,  170, 112, 115, 97,  51,  129, 37,
                  78,  212, 91,  95,  174, 110, 121, 122, 139, 154, 77,  175, 152, 76,  176, 114,
                  120, 142, 84,  99,  115, 64,  80,  97,  93,  243, 137, 113, 152, 160, 143, 40,
                  193, 180, 79,  234, 142, 123, 200, 28,  171, 90,  67,  83,  132, 105, 11,  173}},
    {6, 9, 6, 4, {26,  108, 140, 43,  127, 159, 75,  108, 83,  121, 155, 130, 130, 106, 141,
                  94,  180, 121, 88,  171, 136, 133, 112, 129, 128, 98,  175, 94,  117, 140,
                  105, 81,  107, 131, 178, 100, 160, 126, 143, 146, 112, 84,  72,  99,  182,
                  149, 131, 163, 90,  177, 145, 145, 118, 105, 222, 151, 174, 67,  97,  128,
                  181, 123, 161, 104, 149, 99,  100, 152, 94,  147, 60,  119}},
    {9, 3, 4, 3, {9,  66,  123, 63,  120, 171, 173, 161, 112, 159, 165, 127,
                  50, 139, 177, 125, 160, 76,  96,  114, 132, 137, 122, 71,
                  92, 162, 77,  137, 87,  130, 119, 173, 121, 151, 139, 162}},
    {2, 2, 5, 1, {16, 88, 161, 17, 90, 162, 23, 96, 168, 28, 101, 174, 29, 102, 175}},
    {40, 3, 2, 2, {127, 123, 128, 138, 126, 139, 134, 135, 116, 136, 109, 139}},
    {33, 47, 3, 3, {125, 125, 129, 130, 128, 131, 133, 117, 138, 129, 126, 128, 131, 131,
                    133, 131, 126, 135, 125, 127, 125, 123, 133, 123, 123, 132, 117}},
};

TEST(Resample, SameAsPil) {
  for (const auto &c : kPil)
    EXPECT_EQ(Resize(Pattern(c.width, c.height), c.width, c.height, Whole(c.to_width, c.to_height)),
              c.expected)
        << c.width << "×" << c.height << " to " << c.to_width << "×" << c.to_height;
}

// The definition in resample.h in plain double arithmetic, without separating rows and columns.
double Reference(const std::vector<uint8_t> &rgb, uint32_t width, uint32_t height,
                 uint32_t to_width, uint32_t to_height, uint32_t x, uint32_t y, uint32_t c) {
  const double step_x = static_cast<double>(width) / to_width;
  const double step_y = static_cast<double>(height) / to_height;
  double sum = 0.0;
  double weights = 0.0;
  for (uint32_t j = 0; j < height; j++) {
    for (uint32_t i = 0; i < width; i++) {
      const double dx = std::abs(i + 0.5 - (x + 0.5) * step_x) / std::max(1.0, step_x);
      const double dy = std::abs(j + 0.5 - (y + 0.5) * step_y) / std::max(1.0, step_y);
      const double weight = std::max(0.0, 1.0 - dx) * std::max(0.0, 1.0 - dy);
      sum += weight * rgb[3 * (size_t{j} * width + i) + c];
      weights += weight;
    }
  }
  return sum / weights;
}

TEST(Resample, WithinRoundingOfTheDefinition) {
  const uint32_t sizes[][4] = {{31, 17, 8, 8}, {9, 40, 13, 7}, {3, 3, 20, 20},
                               {64, 5, 64, 3}, {1, 1, 4, 4},   {50, 50, 1, 1}};
  for (const auto &s : sizes) {
    const std::vector<uint8_t> rgb = Pattern(s[0], s[1]);
    const std::vector<uint8_t> output = Resize(rgb, s[0], s[1], Whole(s[2], s[3]));
    for (uint32_t y = 0; y < s[3]; y++)
      for (uint32_t x = 0; x < s[2]; x++)
        for (uint32_t c = 0; c < 3; c++)
          // Half a step of rounding after each direction.
          ASSERT_NEAR(output[3 * (size_t{y} * s[2] + x) + c],
                      Reference(rgb, s[0], s[1], s[2], s[3], x, y, c), 1.001)
              << s[0] << "×" << s[1] << " at " << x << ", " << y;
  }
}

TEST(Resample, AWindowIsPartOfTheWhole) {
  const std::vector<uint8_t> rgb = Pattern(23, 19);
  const uint32_t sizes[][2] = {{11, 9}, {23, 9}, {11, 19}, {40, 30}, {23, 19}};
  for (const auto &s : sizes) {
    const std::vector<uint8_t> whole = Resize(rgb, 23, 19, Whole(s[0], s[1]));
    const octavo_resample_window window = {s[0], s[1], 3, 2, 5, 6};
    const std::vector<uint8_t> part = Resize(rgb, 23, 19, window);
    for (size_t y = 0; y < 6; y++)
      for (size_t i = 0; i < 15; i++)
        ASSERT_EQ(part[y * 15 + i], whole[(y + 2) * 3 * s[0] + 9 + i]) << s[0] << "×" << s[1];
  }
}

TEST(Resample, ExtremesStayExtreme) {
  for (int value : {0, 255}) {
    const std::vector<uint8_t> rgb(size_t{3} * 37 * 29, static_cast<uint8_t>(value));
    for (uint8_t pixel : Resize(rgb, 37, 29, Whole(10, 50)))
      ASSERT_EQ(pixel, value);
  }
}

TEST(Resample, RowsMayBeApart) {
  const std::vector<uint8_t> rgb = Pattern(4, 3);
  std::vector<uint8_t> padded(3 * 20, 99);
  for (size_t y = 0; y < 3; y++)
    std::copy_n(rgb.begin() + static_cast<long>(y * 12), 12,
                padded.begin() + static_cast<long>(y * 20));
  const octavo_resample_source source = {padded.data(), 4, 3, 20};
  const octavo_resample_window window = Whole(3, 2);
  std::vector<uint8_t> output(18);
  ASSERT_EQ(octavo_resample(&source, &window, output.data(), nullptr), OCTAVO_OK);
  EXPECT_EQ(output, Resize(rgb, 4, 3, window));
}

TEST(Resample, RefusesWhatCannotBe) {
  const std::vector<uint8_t> rgb = Pattern(4, 4);
  uint8_t output[3] = {};
  octavo_error error = {};
  const octavo_resample_source good = {rgb.data(), 4, 4, 12};
  octavo_resample_source source = good;
  octavo_resample_window window = {8, 8, 8, 0, 1, 1};
  EXPECT_EQ(octavo_resample(&source, &window, output, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("not inside 8 × 8"));
  window = {8, 8, 0, UINT32_MAX, 1, 1};
  EXPECT_EQ(octavo_resample(&source, &window, output, &error), OCTAVO_ERROR_ARGUMENT);
  window = {0, 8, 0, 0, 1, 1};
  EXPECT_EQ(octavo_resample(&source, &window, output, &error), OCTAVO_ERROR_ARGUMENT);
  window = {65536, 8, 0, 0, 1, 1};
  EXPECT_EQ(octavo_resample(&source, &window, output, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("65536"));
  window = {8, 8, 0, 0, 1, 1};
  source.stride = 11;
  EXPECT_EQ(octavo_resample(&source, &window, output, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("at least 12"));
}

TEST(Resample, AllocationFailures) {
  const std::vector<uint8_t> rgb = Pattern(9, 9);
  const octavo_resample_source source = {rgb.data(), 9, 9, 27};
  const octavo_resample_window window = Whole(4, 4);
  std::vector<uint8_t> output(48);
  FailEachAllocation(
      [&](octavo_error *error) { return octavo_resample(&source, &window, output.data(), error); });
}

} // namespace
