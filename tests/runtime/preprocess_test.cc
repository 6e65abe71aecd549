#include "runtime/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "runtime/memory.h"
#include "tests/common/allocation_failures.h"

namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::vector<uint8_t> Pattern(uint32_t width, uint32_t height) {
  std::vector<uint8_t> rgb;
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++)
      for (uint32_t c = 0; c < 3; c++)
        rgb.push_back(
            static_cast<uint8_t>(x * x * 7 + y * 31 * (c + 1) + x * y * (13 + c) + c * 57));
  return rgb;
}

// Pixels as they are: scale 1, mean 0, std 1.
octavo_preprocessing Rule(uint32_t width, uint32_t height, octavo_resize resize,
                          uint32_t resize_width, uint32_t resize_height) {
  octavo_preprocessing rule = {};
  rule.width = width;
  rule.height = height;
  rule.resize = resize;
  rule.resize_width = resize_width;
  rule.resize_height = resize_height;
  rule.channels = 3;
  rule.scale = 1.0F;
  std::fill_n(rule.std, 3, 1.0F);
  return rule;
}

octavo_tensor_info Input(const octavo_preprocessing &rule, octavo_type type, float scale = 1.0F,
                         int32_t zero_point = 0) {
  octavo_tensor_info info = {};
  info.name = "input";
  info.type = type;
  info.rank = 4;
  info.shape[0] = 1;
  info.shape[1] = rule.height;
  info.shape[2] = rule.width;
  info.shape[3] = rule.channels;
  info.scale = scale;
  info.zero_point = zero_point;
  return info;
}

octavo_preprocess Make(const octavo_preprocessing &rule, const octavo_tensor_info &input) {
  octavo_preprocess preprocess = {};
  octavo_error error = {};
  EXPECT_EQ(octavo_preprocess_init(&preprocess, &rule, &input, &error), OCTAVO_OK) << error.text;
  return preprocess;
}

std::vector<float> RunFloat(const octavo_preprocessing &rule, const std::vector<uint8_t> &rgb,
                            uint32_t width, uint32_t height) {
  const octavo_preprocess preprocess = Make(rule, Input(rule, OCTAVO_FLOAT32));
  std::vector<float> output(size_t{rule.width} * rule.height * rule.channels);
  octavo_error error = {};
  EXPECT_EQ(octavo_preprocess_image(&preprocess, rgb.data(), width, height, size_t{3} * width,
                                    output.data(), &error),
            OCTAVO_OK)
      << error.text;
  return output;
}

// Against the formula in double: the float table is within a few roundings of it, and the int8
// table is the nearest step wherever the value is not on the edge between two.
TEST(Preprocess, TablesFollowTheFormula) {
  octavo_preprocessing rule = Rule(1, 1, OCTAVO_RESIZE_STRETCH, 1, 1);
  rule.scale = 1.0F / 255.0F;
  const float mean[] = {0.485F, 0.456F, 0.406F};
  const float std_deviation[] = {0.229F, 0.224F, 0.225F};
  std::copy_n(mean, 3, rule.mean);
  std::copy_n(std_deviation, 3, rule.std);
  const octavo_preprocess real = Make(rule, Input(rule, OCTAVO_FLOAT32));
  const octavo_preprocess quantized = Make(rule, Input(rule, OCTAVO_INT8, 0.0186F, -14));
  int edges = 0;
  for (int c = 0; c < 3; c++) {
    for (int pixel = 0; pixel < 256; pixel++) {
      const double value =
          (pixel * static_cast<double>(rule.scale) - static_cast<double>(mean[c])) /
          static_cast<double>(std_deviation[c]);
      EXPECT_NEAR(static_cast<double>(real.table.real[c][pixel]), value, 1e-6);
      const double steps = value / static_cast<double>(0.0186F) - 14.0;
      const double expected = std::clamp(std::nearbyint(steps), -128.0, 127.0);
      if (std::abs(steps - std::floor(steps) - 0.5) < 1e-4)
        edges++;
      else
        EXPECT_EQ(quantized.table.quantized[c][pixel], static_cast<int>(expected))
            << c << ", " << pixel;
    }
  }
  EXPECT_LT(edges, 8);
}

// Halves are rounded to even, and what is out of range is cut, however far.
TEST(Preprocess, RoundingAndClamping) {
  octavo_preprocessing rule = Rule(1, 1, OCTAVO_RESIZE_STRETCH, 1, 1);
  rule.scale = 0.5F;
  const octavo_preprocess halves = Make(rule, Input(rule, OCTAVO_INT8, 1.0F, 3));
  EXPECT_EQ(halves.table.quantized[0][0], 3);
  EXPECT_EQ(halves.table.quantized[0][1], 3);     // 0.5 → 0
  EXPECT_EQ(halves.table.quantized[0][3], 5);     // 1.5 → 2
  EXPECT_EQ(halves.table.quantized[0][5], 5);     // 2.5 → 2
  EXPECT_EQ(halves.table.quantized[0][255], 127); // 127.5 + 3
  rule.scale = 1e30F;
  rule.mean[1] = 1e37F;
  const octavo_preprocess huge = Make(rule, Input(rule, OCTAVO_INT8, 1e-3F, 0));
  EXPECT_EQ(huge.table.quantized[0][1], 127);
  EXPECT_EQ(huge.table.quantized[1][1], -128);
}

TEST(Preprocess, RightSizeAllocatesNothing) {
  const octavo_preprocessing rule = Rule(4, 3, OCTAVO_RESIZE_STRETCH, 4, 3);
  const octavo_preprocess preprocess = Make(rule, Input(rule, OCTAVO_INT8, 1.0F, -128));
  const std::vector<uint8_t> rgb = Pattern(4, 3);
  std::vector<int8_t> output(36);
  const size_t before = octavo_memory_count();
  ASSERT_EQ(octavo_preprocess_image(&preprocess, rgb.data(), 4, 3, 12, output.data(), nullptr),
            OCTAVO_OK);
  EXPECT_EQ(octavo_memory_count(), before);
  for (size_t i = 0; i < output.size(); i++)
    EXPECT_EQ(output[i] + 128, rgb[i]);
}

TEST(Preprocess, CropsFromTheCentreWithoutResizing) {
  // 5 − 2 = 3 over: the half 1.5 goes to even, 2. 4 − 3 = 1 over: 0.5 goes to 0.
  const octavo_preprocessing rule = Rule(2, 3, OCTAVO_RESIZE_STRETCH, 5, 4);
  const std::vector<uint8_t> rgb = Pattern(5, 4);
  std::vector<float> expected;
  for (size_t y = 0; y < 3; y++)
    for (size_t i = 6; i < 12; i++)
      expected.push_back(static_cast<float>(rgb[y * 15 + i]));
  const size_t before = octavo_memory_count();
  EXPECT_EQ(RunFloat(rule, rgb, 5, 4), expected);
  EXPECT_EQ(octavo_memory_count(), before);
}

// From PIL 9.4 on the pattern a of 11 × 7, as torchvision's Resize(6) and CenterCrop((4, 5)) do:
//   im = Image.fromarray(a).resize((int(6 * 11 / 7), 6), Image.BILINEAR)
//   left = int(round((9 - 5) / 2)), top = int(round((6 - 4) / 2))
TEST(Preprocess, ShortSideLikeTorchvision) {
  const octavo_preprocessing rule = Rule(5, 4, OCTAVO_RESIZE_SHORT_SIDE, 0, 6);
  EXPECT_THAT(RunFloat(rule, Pattern(11, 7), 11, 7),
              ElementsAreArray({131, 152, 77,  145, 101, 94,  70,  141, 152, 148, 145, 104,
                                142, 118, 101, 143, 85,  164, 78,  97,  105, 140, 169, 91,
                                143, 157, 148, 139, 112, 125, 71,  118, 167, 122, 82,  128,
                                123, 173, 117, 126, 137, 116, 139, 78,  145, 91,  86,  168,
                                90,  175, 163, 102, 154, 124, 97,  73,  73,  142, 124, 148}));
}

TEST(Preprocess, ShortSideOfAPortrait) {
  // 3 × 7: the width becomes 2, the height floor(2 · 7/3) = 4, of which the crop takes rows 1
  // and 2.
  const octavo_preprocessing small = Rule(2, 2, OCTAVO_RESIZE_SHORT_SIDE, 0, 2);
  const octavo_preprocessing full = Rule(2, 4, OCTAVO_RESIZE_STRETCH, 2, 4);
  const std::vector<float> whole = RunFloat(full, Pattern(3, 7), 3, 7);
  EXPECT_THAT(RunFloat(small, Pattern(3, 7), 3, 7),
              ElementsAreArray(whole.begin() + 6, whole.begin() + 18));
}

TEST(Preprocess, BlueFirst) {
  octavo_preprocessing rule = Rule(1, 1, OCTAVO_RESIZE_STRETCH, 1, 1);
  rule.bgr = true;
  rule.mean[0] = 100.0F; // in the network's order: blue
  EXPECT_THAT(RunFloat(rule, {10, 20, 30}, 1, 1), ElementsAre(-70.0F, 20.0F, 10.0F));
}

// PIL: Image.fromarray(a of 4 × 2).convert("L")
TEST(Preprocess, LumaLikePil) {
  octavo_preprocessing rule = Rule(4, 2, OCTAVO_RESIZE_STRETCH, 4, 2);
  rule.channels = 1;
  EXPECT_THAT(RunFloat(rule, Pattern(4, 2), 4, 2),
              ElementsAre(46, 53, 74, 109, 103, 124, 129, 178));
  std::vector<uint8_t> white(24, 255);
  EXPECT_THAT(RunFloat(rule, white, 4, 2), testing::Each(255.0F));
}

TEST(Preprocess, RefusesImpossibleRules) {
  const octavo_preprocessing good = Rule(4, 4, OCTAVO_RESIZE_STRETCH, 8, 8);
  const octavo_tensor_info input = Input(good, OCTAVO_INT8);
  octavo_preprocess preprocess = {};
  octavo_error error = {};
  const auto refuse = [&](auto change, const char *message) {
    octavo_preprocessing rule = good;
    octavo_tensor_info info = input;
    change(&rule, &info);
    EXPECT_EQ(octavo_preprocess_init(&preprocess, &rule, &info, &error), OCTAVO_ERROR_ARGUMENT)
        << message;
    EXPECT_THAT(error.text, HasSubstr(message));
  };
  using R = octavo_preprocessing;
  using I = octavo_tensor_info;
  const float infinity = std::numeric_limits<float>::infinity();
  refuse([](R *r, I *) { r->channels = 2; }, "2 channels");
  refuse([](R *r, I *) { r->width = 0; }, "a side of 0");
  refuse([](R *r, I *) { r->resize_width = 70000; }, "a side of 70000");
  refuse([](R *r, I *) { r->resize_height = 3; }, "crop of 4 × 4 is larger");
  refuse([](R *r, I *) { memset(&r->resize, 1, sizeof r->resize); }, "resize rule 16843009");
  refuse([](R *r, I *) { r->resize = OCTAVO_RESIZE_SHORT_SIDE, r->resize_height = 3; }, "larger");
  refuse([](R *r, I *) { r->std[2] = 0.0F; }, "channel 2");
  refuse([&](R *r, I *) { r->mean[1] = infinity; }, "channel 1");
  refuse([&](R *r, I *) { r->scale = std::nanf(""); }, "scale is nan");
  refuse([](R *, I *i) { i->type = OCTAVO_INT32; }, "type 3");
  refuse([](R *, I *i) { i->shape[3] = 4; }, "not 1 × 4 × 4 × 3");
  refuse([](R *, I *i) { i->rank = 3; }, "not 1 × 4 × 4 × 3");
  refuse([](R *, I *i) { i->scale = 0.0F; }, "positive scale");
  refuse([](R *, I *i) { i->scale = 1e-45F; }, "positive scale"); // 1/scale overflows
  refuse([](R *, I *i) { i->zero_point = 128; }, "zero point 128");
}

TEST(Preprocess, RefusesImpossibleImages) {
  const octavo_preprocessing rule = Rule(40, 2, OCTAVO_RESIZE_SHORT_SIDE, 0, 4);
  const octavo_preprocess preprocess = Make(rule, Input(rule, OCTAVO_FLOAT32));
  const std::vector<uint8_t> rgb = Pattern(8, 8);
  std::vector<float> output(240);
  octavo_error error = {};
  const auto run = [&](uint32_t width, uint32_t height, size_t stride) {
    return octavo_preprocess_image(&preprocess, rgb.data(), width, height, stride, output.data(),
                                   &error);
  };
  EXPECT_EQ(run(8, 8, 24), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("is resized to 4 × 4, expected at least the network's 40 × 2"));
  EXPECT_EQ(run(0, 8, 24), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(run(8, 8, 23), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(run(70000, 1, 210000), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(run(65535, 1, 196605), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("too elongated"));
  EXPECT_EQ(octavo_preprocess_image(&preprocess, nullptr, 8, 8, 24, output.data(), &error),
            OCTAVO_ERROR_ARGUMENT);
}

TEST(Preprocess, AllocationFailures) {
  const octavo_preprocessing rule = Rule(4, 4, OCTAVO_RESIZE_STRETCH, 5, 5);
  const octavo_preprocess preprocess = Make(rule, Input(rule, OCTAVO_INT8));
  const std::vector<uint8_t> rgb = Pattern(9, 9);
  std::vector<int8_t> output(48);
  FailEachAllocation([&](octavo_error *error) {
    return octavo_preprocess_image(&preprocess, rgb.data(), 9, 9, 27, output.data(), error);
  });
}

} // namespace
