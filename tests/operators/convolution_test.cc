#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

/* One convolution. */
struct Case {
  uint32_t height = 6, width = 5, channels = 3, outputs = 4, groups = 1;
  uint32_t kernel_height = 3, kernel_width = 3;
  uint32_t stride_height = 1, stride_width = 1;
  uint32_t dilation_height = 1, dilation_width = 1;
  uint32_t top = 1, left = 1, bottom = 1, right = 1;
  float clamp_min = -kInfinity, clamp_max = kInfinity;
  bool bias = true, per_channel = true;
  int32_t input_zero_point = -3, output_zero_point = 5;
  Fill fill = Fill::kExtremes; /* of the weights */
  uint32_t seed = 1;
};

octavo_attributes attributes_of(const Case &c) {
  octavo_attributes attributes = {};
  attributes.convolution = {c.kernel_height,
                            c.kernel_width,
                            c.stride_height,
                            c.stride_width,
                            c.dilation_height,
                            c.dilation_width,
                            c.top,
                            c.left,
                            c.bottom,
                            c.right,
                            c.groups,
                            c.clamp_min,
                            c.clamp_max,
                            {}};
  return attributes;
}

uint32_t extent(uint32_t size, uint32_t before, uint32_t after, uint32_t kernel, uint32_t dilation,
                uint32_t stride) {
  return (size + before + after - ((kernel - 1) * dilation + 1)) / stride + 1;
}

Shape output_shape(const Case &c) {
  return {1, extent(c.height, c.top, c.bottom, c.kernel_height, c.dilation_height, c.stride_height),
          extent(c.width, c.left, c.right, c.kernel_width, c.dilation_width, c.stride_width),
          c.outputs};
}

Shape weight_shape(const Case &c) {
  return {c.outputs, c.kernel_height, c.kernel_width, c.channels / c.groups};
}

uint32_t terms(const Case &c) {
  return c.kernel_height * c.kernel_width * c.channels / c.groups;
}

void build_int8(Builder &b, const Case &c) {
  Random random(c.seed);
  /* A typical sum spans the output's range a few times, so that clamping and rounding both show. */
  const float typical = std::sqrt(static_cast<float>(terms(c))) * 60.0f * 60.0f;
  std::vector<float> scales(c.per_channel ? c.outputs : 1);
  for (float &scale : scales)
    scale = 0.01f * random.real(0.3f, 3.0f);
  std::vector<int32_t> bias(c.outputs);
  for (int32_t &value : bias)
    value = static_cast<int32_t>(random.real(-1.0f, 1.0f) * typical);
  const int32_t x =
      b.input(OCTAVO_INT8, {1, c.height, c.width, c.channels}, 0.02f, c.input_zero_point);
  const int32_t w =
      b.weights(weight_shape(c), random.bytes(elements(weight_shape(c)), c.fill, -127), scales);
  const int32_t y = b.activation(OCTAVO_INT8, output_shape(c), 0.02f * 0.01f * typical / 100.0f,
                                 c.output_zero_point);
  b.add(OCTAVO_OP_CONVOLUTION, attributes_of(c),
        {x, w, c.bias ? b.integers({c.outputs}, bias) : -1}, y);
  b.output(y);
}

void expect_int8(const Case &c) {
  Builder b;
  build_int8(b, c);
  expect_engine_equals_reference_everywhere(b);
}

void expect_float(const Case &c) {
  Builder b;
  Random random(c.seed);
  const int32_t x = b.input(OCTAVO_FLOAT32, {1, c.height, c.width, c.channels});
  const int32_t w = b.reals(weight_shape(c), random.reals(elements(weight_shape(c))));
  const int32_t y = b.activation(OCTAVO_FLOAT32, output_shape(c));
  const int32_t bias = c.bias ? b.reals({c.outputs}, random.reals(c.outputs)) : -1;
  b.add(OCTAVO_OP_CONVOLUTION, attributes_of(c), {x, w, bias}, y);
  b.output(y);
  /* Each of the K products and sums, of magnitudes up to 1, rounds to 24 bits. */
  Options options;
  options.absolute = 4.0 * std::ldexp(static_cast<double>(terms(c) + 1), -24);
  expect_engine_equals_reference_everywhere(b, options);
}

void expect_both(const Case &c) {
  expect_int8(c);
  expect_float(c);
}

TEST(Convolution, EveryChannelTail) {
  for (uint32_t channels = 1; channels <= 33; ++channels) {
    Case c;
    c.channels = channels;
    c.outputs = 34 - channels;
    c.seed = channels;
    SCOPED_TRACE(channels);
    expect_both(c);
  }
}

TEST(Convolution, PointwiseEveryTail) {
  for (uint32_t channels = 1; channels <= 33; ++channels) {
    Case c;
    c.kernel_height = c.kernel_width = 1;
    c.top = c.left = c.bottom = c.right = 0;
    c.channels = 34 - channels;
    c.outputs = channels;
    c.height = 1 + channels % 7;
    SCOPED_TRACE(channels);
    expect_both(c);
  }
}

/* Kernels take up to 16 pixels at once, and XNNPACK has others for the rest. */
TEST(Convolution, EveryNumberOfPixels) {
  for (uint32_t pixels = 1; pixels <= 18; ++pixels) {
    Case c;
    c.height = 1;
    c.width = pixels;
    c.channels = 5;
    c.outputs = 19;
    SCOPED_TRACE(pixels);
    expect_both(c);
  }
}

TEST(Convolution, DepthwiseEveryTail) {
  for (uint32_t channels = 1; channels <= 33; ++channels) {
    Case c;
    c.channels = c.outputs = c.groups = channels;
    c.stride_height = c.stride_width = 1 + channels % 2;
    SCOPED_TRACE(channels);
    expect_both(c);
  }
}

TEST(Convolution, DepthwiseKernels) {
  for (uint32_t kernel = 1; kernel <= 7; ++kernel) {
    Case c;
    c.channels = c.outputs = c.groups = 19;
    c.kernel_height = c.kernel_width = kernel;
    c.height = c.width = 8;
    c.top = c.left = kernel / 2;
    SCOPED_TRACE(kernel);
    expect_both(c);
  }
}

TEST(Convolution, DepthwiseMultiplier) {
  for (uint32_t multiplier = 2; multiplier <= 4; ++multiplier) {
    Case c;
    c.channels = c.groups = 5;
    c.outputs = 5 * multiplier;
    SCOPED_TRACE(multiplier);
    expect_both(c);
  }
}

TEST(Convolution, Groups) {
  for (uint32_t groups : {2u, 3u, 4u, 6u}) {
    Case c;
    c.groups = groups;
    c.channels = 12;
    c.outputs = 24;
    c.stride_width = 2;
    SCOPED_TRACE(groups);
    expect_both(c);
    c.kernel_height = c.kernel_width = 1;
    c.stride_width = 1;
    c.top = c.left = c.bottom = c.right = 0;
    expect_both(c);
  }
}

TEST(Convolution, Windows) {
  Random random(7);
  for (uint32_t i = 0; i < 40; ++i) {
    Case c;
    c.kernel_height = 1 + random.below(5);
    c.kernel_width = 1 + random.below(5);
    c.stride_height = 1 + random.below(3);
    c.stride_width = 1 + random.below(3);
    c.dilation_height = 1 + random.below(3);
    c.dilation_width = 1 + random.below(3);
    c.top = random.below(4);
    c.left = random.below(4);
    c.bottom = random.below(4);
    c.right = random.below(4);
    c.height = (c.kernel_height - 1) * c.dilation_height + 1 + random.below(6);
    c.width = (c.kernel_width - 1) * c.dilation_width + 1 + random.below(6);
    c.channels = 1 + random.below(9);
    c.outputs = 1 + random.below(20);
    c.bias = random.below(2) != 0;
    c.per_channel = random.below(2) != 0;
    c.input_zero_point = static_cast<int32_t>(random.below(256)) - 128;
    c.output_zero_point = static_cast<int32_t>(random.below(256)) - 128;
    c.seed = i;
    SCOPED_TRACE(i);
    expect_both(c);
  }
}

TEST(Convolution, Clamps) {
  const float bounds[][2] = {{0, kInfinity}, {0, 6}, {-kInfinity, 1}, {-0.5f, 0.5f}, {3, 3}};
  for (const auto &bound : bounds) {
    Case c;
    c.clamp_min = bound[0];
    c.clamp_max = bound[1];
    SCOPED_TRACE(bound[1]);
    expect_both(c);
    c.channels = c.outputs = c.groups = 9;
    expect_both(c);
  }
}

TEST(Convolution, LargestSums) {
  for (Fill fill : {Fill::kLowest, Fill::kHighest, Fill::kExtremes}) {
    Case c;
    c.channels = 512;
    c.outputs = 17;
    c.height = c.width = 2;
    c.input_zero_point = fill == Fill::kLowest ? 127 : -128;
    c.fill = fill;
    expect_int8(c);
  }
}

/* 211 · 71 + 171 · 107 = 33278 does not fit 16 bits, which kernels made of vpmaddubsw would
 * saturate. 83 and 43 are 211 and 171 with the zero point -128 taken off. */
TEST(Convolution, SixteenBitTrap) {
  Builder b;
  octavo_attributes attributes = {};
  attributes.convolution = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, -kInfinity, kInfinity, {}};
  const int32_t x = b.input(OCTAVO_INT8, {1, 1, 1, 2}, 1.0f, -128);
  const int32_t w = b.weights({1, 1, 1, 2}, {71, 107}, {1.0f});
  const int32_t y = b.activation(OCTAVO_INT8, {1, 1, 1, 1}, 512.0f, 0);
  b.add(OCTAVO_OP_CONVOLUTION, attributes, {x, w, -1}, y);
  b.output(y);
  Model model(b.finish());
  ASSERT_NE(model.get(), nullptr) << model.error();
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  int8_t *input = static_cast<int8_t *>(octavo_session_input(session, 0));
  input[0] = 83;
  input[1] = 43;
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  /* 33278 / 512 = 64.996; saturated, 32767 / 512 = 63.998. */
  EXPECT_EQ(*static_cast<const int8_t *>(octavo_session_output(session, 0)), 65);
  octavo_session_free(session);
}

std::string refusal_of(const Case &c) {
  Builder b;
  build_int8(b, c);
  return refusal(b);
}

TEST(Convolution, RefusesBadAttributes) {
  using testing::HasSubstr;
  Case c;
  c.groups = 1;
  EXPECT_EQ(refusal_of(c), "");
  c.stride_width = 1025;
  EXPECT_THAT(refusal_of(c), HasSubstr("stride in width: expected 1 to 1024, found 1025"));
  c = Case();
  c.clamp_min = 2;
  c.clamp_max = 1;
  EXPECT_THAT(refusal_of(c), HasSubstr("clamp: expected a minimum not above the maximum"));
  c = Case();
  c.clamp_max = NAN;
  EXPECT_THAT(refusal_of(c), HasSubstr("clamp"));
}

/* `change` spoils one thing in an otherwise right model. */
template <typename Change>
std::string refusal_after(Change change) {
  Case c;
  c.channels = 4;
  octavo_attributes attributes = attributes_of(c);
  std::vector<int8_t> weights(4 * 3 * 3 * 4, 1);
  std::vector<float> scales(4, 0.01f);
  std::vector<int32_t> bias(4, 0);
  Shape shape = output_shape(c);
  change(attributes, weights, scales, bias, shape);
  Builder b;
  const int32_t x = b.input(OCTAVO_INT8, {1, c.height, c.width, 4}, 0.02f, 0);
  const int32_t w = b.weights({4, 3, 3, 4}, weights, scales);
  const int32_t y = b.activation(OCTAVO_INT8, shape, 0.02f, 0);
  b.add(OCTAVO_OP_CONVOLUTION, attributes, {x, w, b.integers({4}, bias)}, y);
  b.output(y);
  return refusal(b);
}

TEST(Convolution, RefusesBadConstantsAndShapes) {
  using testing::HasSubstr;
  EXPECT_EQ(refusal_after([](auto &, auto &, auto &, auto &, auto &) {}), "");
  EXPECT_THAT(refusal_after([](auto &, auto &w, auto &, auto &, auto &) { w[77] = -128; }),
              HasSubstr("weight 77: expected -127 to 127, found -128"));
  EXPECT_THAT(refusal_after([](auto &, auto &, auto &s, auto &, auto &) { s[2] = 300.0f; }),
              HasSubstr("channel 2: expected less than 256"));
  /* 36 products of at most 32640 leave 2^31 - 1175040. */
  EXPECT_THAT(refusal_after([](auto &, auto &, auto &, auto &b, auto &) { b[3] = 2146308608; }),
              HasSubstr("bias of output channel 3: expected a magnitude below 2146308608"));
  EXPECT_EQ(refusal_after([](auto &, auto &, auto &, auto &b, auto &) { b[3] = -2146308607; }), "");
  EXPECT_THAT(
      refusal_after([](auto &a, auto &, auto &, auto &, auto &) { a.convolution.groups = 3; }),
      HasSubstr("groups: expected a divisor"));
  EXPECT_THAT(
      refusal_after([](auto &a, auto &, auto &, auto &, auto &) { a.convolution.groups = 2; }),
      HasSubstr("dimension 3 of the weights: expected 2, found 4"));
  EXPECT_THAT(
      refusal_after([](auto &a, auto &, auto &, auto &, auto &) { a.convolution.reserved[1] = 1; }),
      HasSubstr("reserved attribute byte 56: expected 0, found 1"));
  EXPECT_THAT(refusal_after([](auto &, auto &, auto &, auto &, auto &s) { s[2] = 4; }),
              HasSubstr("dimension 2 of the output: expected 5, found 4"));
  EXPECT_THAT(refusal_after([](auto &a, auto &, auto &, auto &, auto &) {
                a.convolution.dilation_height = 5;
              }),
              HasSubstr("kernel in height"));
}

} // namespace
} // namespace octavo_test
