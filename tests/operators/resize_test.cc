#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

octavo_attributes resize(uint32_t mode, uint32_t coordinates, uint32_t rounding, float height,
                         float width) {
  octavo_attributes attributes = {};
  attributes.resize.mode = mode;
  attributes.resize.coordinates = coordinates;
  attributes.resize.rounding = rounding;
  attributes.resize.scale_height = height;
  attributes.resize.scale_width = width;
  return attributes;
}

void expect_equal(uint32_t mode, uint32_t coordinates, uint32_t rounding, const Shape &from,
                  const Shape &to) {
  for (octavo_type type : kTypes) {
    Builder b;
    const int32_t x = b.input(type, from, scale_of(type), zero_of(type));
    const int32_t y = b.activation(type, to, scale_of(type), zero_of(type));
    b.add(OCTAVO_OP_RESIZE,
          resize(mode, coordinates, rounding,
                 static_cast<float>(to[1]) / static_cast<float>(from[1]),
                 static_cast<float>(to[2]) / static_cast<float>(from[2])),
          {x}, y);
    b.output(y);
    Options options;
    options.absolute = 1e-6;
    SCOPED_TRACE(testing::Message() << mode << " " << coordinates << " " << rounding);
    expect_engine_equals_reference_everywhere(b, options);
  }
}

const Shape kFrom[] = {{1, 5, 7, 3}, {1, 1, 1, 17}, {1, 8, 6, 1}};
const Shape kTo[] = {{1, 10, 14, 3}, {1, 4, 3, 17}, {1, 3, 1, 1}};

TEST(Resize, Nearest) {
  for (uint32_t coordinates = 0; coordinates < 4; ++coordinates)
    for (uint32_t rounding = 0; rounding < 4; ++rounding)
      for (size_t i = 0; i < 3; ++i)
        expect_equal(OCTAVO_RESIZE_NEAREST, coordinates, rounding, kFrom[i], kTo[i]);
}

TEST(Resize, Linear) {
  for (uint32_t coordinates = 0; coordinates < 4; ++coordinates)
    for (size_t i = 0; i < 3; ++i)
      expect_equal(OCTAVO_RESIZE_LINEAR, coordinates, 0, kFrom[i], kTo[i]);
}

TEST(Resize, LinearAtManyScales) {
  for (uint32_t size = 1; size < 40; size += 3)
    expect_equal(OCTAVO_RESIZE_LINEAR, OCTAVO_RESIZE_HALF_PIXEL, 0, {1, 13, 11, 4},
                 {1, size, 41 - size, 4});
}

// Up and down, so that pixels lie on others, between them, and at the borders.
TEST(Resize, LinearOfEveryNumberOfChannels) {
  for (uint32_t channels = 1; channels <= 50; ++channels) {
    SCOPED_TRACE(channels);
    expect_equal(OCTAVO_RESIZE_LINEAR, OCTAVO_RESIZE_HALF_PIXEL, 0, {1, 3, 5, channels},
                 {1, 7, 4, channels});
  }
}

// A scale that is not the quotient of the lengths, as ONNX allows.
TEST(Resize, ScaleOfItsOwn) {
  for (uint32_t mode : {OCTAVO_RESIZE_NEAREST, OCTAVO_RESIZE_LINEAR}) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, 5, 5, 2}, 0.1f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, 6, 3, 2}, 0.1f, 0);
    b.add(OCTAVO_OP_RESIZE, resize(mode, OCTAVO_RESIZE_HALF_PIXEL, 0, 1.3f, 0.7f), {x}, y);
    b.output(y);
    expect_engine_equals_reference_everywhere(b);
  }
}

TEST(Resize, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](const octavo_attributes &attributes, uint32_t channels = 2) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, 3, 3, 2}, 0.1f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, 6, 6, channels}, 0.1f, 0);
    b.add(OCTAVO_OP_RESIZE, attributes, {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(resize(0, 3, 3, 2, 2)), "");
  EXPECT_THAT(refuse(resize(2, 0, 0, 2, 2)), HasSubstr("mode: expected 0 to 1, found 2"));
  EXPECT_THAT(refuse(resize(0, 4, 0, 2, 2)), HasSubstr("coordinates: expected 0 to 3, found 4"));
  EXPECT_THAT(refuse(resize(0, 0, 4, 2, 2)), HasSubstr("rounding: expected 0 to 3, found 4"));
  EXPECT_THAT(refuse(resize(1, 0, 1, 2, 2)), HasSubstr("rounding: expected 0 to 0, found 1"));
  for (float scale : {0.0f, -1.0f, NAN, INFINITY, 1e-30f, 1e30f})
    for (bool width : {false, true})
      EXPECT_THAT(refuse(resize(0, 0, 0, width ? 2 : scale, width ? scale : 2)),
                  HasSubstr("scale: expected 2^-24 to 2^24, found"));
  EXPECT_THAT(refuse(resize(0, 0, 0, 2, 2), 3),
              HasSubstr("channels of the output: expected 2 to 2, found 3"));
}

} // namespace
} // namespace octavo_test
