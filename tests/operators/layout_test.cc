/* Concatenation, reshape, pad. */
#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

octavo_attributes axis(uint32_t value) {
  octavo_attributes attributes = {};
  attributes.axis.axis = value;
  return attributes;
}

TEST(Concatenation, EveryAxis) {
  for (octavo_type type : kTypes)
    for (uint32_t along = 1; along < 4; ++along) {
      Builder b;
      std::vector<int32_t> inputs;
      Shape shape = {1, 3, 4, 5};
      uint32_t length = 0;
      for (uint32_t size : {1u, 17u, 2u}) {
        shape[along] = size;
        length += size;
        inputs.push_back(b.input(type, shape, scale_of(type), zero_of(type)));
      }
      shape[along] = length;
      const int32_t y = b.activation(type, shape, scale_of(type), zero_of(type));
      b.add(OCTAVO_OP_CONCATENATION, axis(along), inputs, y);
      b.output(y);
      expect_engine_equals_reference_everywhere(b);
    }
}

TEST(Concatenation, OneTensorTwice) {
  Builder b;
  const int32_t x = b.input(OCTAVO_INT8, {1, 3}, 0.1f, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 6}, 0.1f, 0);
  b.add(OCTAVO_OP_CONCATENATION, axis(1), {x, x}, y);
  b.output(y);
  expect_engine_equals_reference_everywhere(b);
}

TEST(Concatenation, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](uint32_t along, uint32_t length, float scale) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, 3, 2}, 0.1f, 0);
    const int32_t u = b.input(OCTAVO_INT8, {1, 3, 4}, scale, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, 3, length}, 0.1f, 0);
    b.add(OCTAVO_OP_CONCATENATION, axis(along), {x, u}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(2, 6, 0.1f), "");
  EXPECT_THAT(refuse(0, 6, 0.1f), HasSubstr("axis: expected 1 to 2, found 0"));
  EXPECT_THAT(refuse(3, 6, 0.1f), HasSubstr("axis: expected 1 to 2, found 3"));
  EXPECT_THAT(refuse(1, 6, 0.1f), HasSubstr("dimension 2 of input 0"));
  EXPECT_THAT(refuse(2, 7, 0.1f), HasSubstr("length of the output's axis"));
  EXPECT_THAT(refuse(2, 6, 0.2f), HasSubstr("scale and zero point"));
}

TEST(Reshape, KeepsTheBytes) {
  for (octavo_type type : kTypes) {
    Builder b;
    const int32_t x = b.input(type, {1, 3, 4, 5}, scale_of(type), zero_of(type));
    const int32_t y = b.activation(type, {1, 60}, scale_of(type), zero_of(type));
    b.add(OCTAVO_OP_RESHAPE, {}, {x}, y);
    b.output(y);
    expect_engine_equals_reference_everywhere(b);
  }
}

TEST(Reshape, Refuses) {
  using testing::HasSubstr;
  Builder b;
  const int32_t x = b.input(OCTAVO_INT8, {1, 3, 4}, 0.1f, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 13}, 0.1f, 0);
  b.add(OCTAVO_OP_RESHAPE, {}, {x}, y);
  b.output(y);
  EXPECT_THAT(refusal(b), HasSubstr("bytes of the output: expected 12 to 12, found 13"));
}

TEST(Pad, EveryAxis) {
  for (octavo_type type : kTypes)
    for (uint32_t rank = 2; rank <= 6; ++rank) {
      Builder b;
      Random random(rank);
      Shape shape = {1, 4, 3, 5, 2, 3};
      shape.resize(rank);
      Shape padded = shape;
      octavo_attributes attributes = {};
      attributes.pad.value = -1.23f;
      for (uint32_t i = 1; i < rank; ++i) {
        attributes.pad.before[i] = random.below(3);
        attributes.pad.after[i] = random.below(4);
        padded[i] += attributes.pad.before[i] + attributes.pad.after[i];
      }
      const int32_t x = b.input(type, shape, scale_of(type), zero_of(type));
      const int32_t y = b.activation(type, padded, scale_of(type), zero_of(type));
      b.add(OCTAVO_OP_PAD, attributes, {x}, y);
      b.output(y);
      SCOPED_TRACE(rank);
      expect_engine_equals_reference_everywhere(b);
    }
}

TEST(Pad, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](uint32_t batch, uint32_t beyond, uint32_t length, float value) {
    Builder b;
    octavo_attributes attributes = {};
    attributes.pad.before[0] = batch;
    attributes.pad.before[1] = 2;
    attributes.pad.after[2] = beyond;
    attributes.pad.value = value;
    const int32_t x = b.input(OCTAVO_INT8, {1, 3}, 0.1f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, length}, 0.1f, 0);
    b.add(OCTAVO_OP_PAD, attributes, {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(0, 0, 5, 1e30f), "");
  EXPECT_THAT(refuse(1, 0, 5, 0), HasSubstr("padding before: expected 0 to 0, found 1"));
  EXPECT_THAT(refuse(0, 1, 5, 0), HasSubstr("padding after: expected 0 to 0, found 1"));
  EXPECT_THAT(refuse(0, 0, 6, 0), HasSubstr("dimension 1 of the output: expected 5, found 6"));
  EXPECT_THAT(refuse(0, 0, 5, NAN), HasSubstr("value: expected a number"));
}

} // namespace
} // namespace octavo_test
