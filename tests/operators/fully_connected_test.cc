#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

octavo_attributes clamp(float low = -kInfinity, float high = kInfinity) {
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = low;
  attributes.clamp.clamp_max = high;
  return attributes;
}

void build_int8(Builder &b, const Shape &input, uint32_t outputs, bool bias, Fill fill,
                const octavo_attributes &attributes = clamp()) {
  const uint32_t inputs = static_cast<uint32_t>(elements(input));
  Random random(inputs);
  const float typical = std::sqrt(static_cast<float>(inputs)) * 60.0f * 60.0f;
  std::vector<float> scales(outputs);
  for (float &scale : scales)
    scale = 0.01f * random.real(0.3f, 3.0f);
  std::vector<int32_t> offsets(outputs);
  for (int32_t &value : offsets)
    value = static_cast<int32_t>(random.real(-1.0f, 1.0f) * typical);
  const int32_t x = b.input(OCTAVO_INT8, input, 0.02f, 11);
  const int32_t w =
      b.weights({outputs, inputs}, random.bytes(size_t{outputs} * inputs, fill, -127), scales);
  const int32_t y = b.activation(OCTAVO_INT8, {1, outputs}, 0.02f * 0.01f * typical / 100.0f, -7);
  b.add(OCTAVO_OP_FULLY_CONNECTED, attributes, {x, w, bias ? b.integers({outputs}, offsets) : -1},
        y);
  b.output(y);
}

void expect_float(uint32_t inputs, uint32_t outputs, const octavo_attributes &attributes) {
  Builder b;
  Random random(inputs);
  const int32_t x = b.input(OCTAVO_FLOAT32, {1, inputs});
  const int32_t w = b.reals({outputs, inputs}, random.reals(size_t{outputs} * inputs));
  const int32_t y = b.activation(OCTAVO_FLOAT32, {1, outputs});
  b.add(OCTAVO_OP_FULLY_CONNECTED, attributes, {x, w, b.reals({outputs}, random.reals(outputs))},
        y);
  b.output(y);
  Options options;
  options.absolute = 4.0 * std::ldexp(static_cast<double>(inputs + 1), -24);
  expect_engine_equals_reference_everywhere(b, options);
}

TEST(FullyConnected, EveryTail) {
  for (uint32_t size = 1; size <= 33; ++size) {
    SCOPED_TRACE(size);
    Builder b;
    build_int8(b, {1, size}, 34 - size, size % 2 == 0, Fill::kExtremes);
    expect_engine_equals_reference_everywhere(b);
    expect_float(34 - size, size, clamp());
  }
}

TEST(FullyConnected, ManyTermsAtTheExtremes) {
  for (Fill fill : {Fill::kLowest, Fill::kHighest, Fill::kExtremes}) {
    Builder b;
    build_int8(b, {1, 25088}, 3, true, fill);
    expect_engine_equals_reference_everywhere(b);
  }
}

TEST(FullyConnected, FlattensAnImage) {
  Builder b;
  build_int8(b, {1, 3, 4, 5}, 10, true, Fill::kExtremes);
  expect_engine_equals_reference_everywhere(b);
}

TEST(FullyConnected, Clamps) {
  Builder b;
  build_int8(b, {1, 64}, 20, true, Fill::kExtremes, clamp(0, 1));
  expect_engine_equals_reference_everywhere(b);
  expect_float(64, 20, clamp(0, 6));
  expect_float(64, 20, clamp(0, kInfinity));
}

TEST(FullyConnected, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](uint32_t inputs, uint32_t outputs, Shape y_shape, float low, float high) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, 8}, 0.1f, 0);
    const int32_t w =
        b.weights({outputs, inputs}, std::vector<int8_t>(outputs * inputs, 3), {0.1f});
    const int32_t y = b.activation(OCTAVO_INT8, y_shape, 0.1f, 0);
    b.add(OCTAVO_OP_FULLY_CONNECTED, clamp(low, high), {x, w, -1}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(8, 2, {1, 2}, 0, 1), "");
  EXPECT_THAT(refuse(7, 2, {1, 2}, 0, 1), HasSubstr("expected the input's 8 elements, found 7"));
  EXPECT_THAT(refuse(8, 2, {1, 3}, 0, 1), HasSubstr("dimension 1 of the output"));
  EXPECT_THAT(refuse(8, 2, {1, 2, 1}, 0, 1), HasSubstr("rank of the output: expected 2, found 3"));
  EXPECT_THAT(refuse(8, 2, {1, 2}, 1, 0), HasSubstr("clamp"));
}

/* 65794 · 255 · 128 = 2^31 + 32512. */
TEST(FullyConnected, RefusesSumsThatOverflow) {
  Builder b;
  const uint32_t inputs = 65794;
  const int32_t x = b.input(OCTAVO_INT8, {1, inputs}, 0.1f, 0);
  const int32_t w = b.weights({1, inputs}, std::vector<int8_t>(inputs, 1), {0.1f});
  const int32_t y = b.activation(OCTAVO_INT8, {1, 1}, 0.1f, 0);
  b.add(OCTAVO_OP_FULLY_CONNECTED, clamp(), {x, w, -1}, y);
  b.output(y);
  EXPECT_THAT(refusal(b), testing::HasSubstr("products per output: expected at most 65793"));
}

} // namespace
} // namespace octavo_test
