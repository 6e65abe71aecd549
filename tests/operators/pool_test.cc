/* Max, average and global average pools. */
#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

struct Case {
  uint32_t height = 7, width = 6, channels = 5;
  uint32_t kernel_height = 3, kernel_width = 2;
  uint32_t stride_height = 2, stride_width = 1;
  uint32_t dilation_height = 1, dilation_width = 1;
  uint32_t top = 1, left = 1, bottom = 0, right = 1;
  uint32_t count_padding = 0;
};

octavo_attributes attributes_of(const Case &c) {
  octavo_attributes attributes = {};
  attributes.pool = {c.kernel_height,   c.kernel_width,   c.stride_height, c.stride_width,
                     c.dilation_height, c.dilation_width, c.top,           c.left,
                     c.bottom,          c.right,          c.count_padding, {}};
  return attributes;
}

uint32_t extent(uint32_t size, uint32_t padding, uint32_t kernel, uint32_t dilation,
                uint32_t stride) {
  return (size + padding - ((kernel - 1) * dilation + 1)) / stride + 1;
}

Shape output_shape(const Case &c) {
  return {1,
          extent(c.height, c.top + c.bottom, c.kernel_height, c.dilation_height, c.stride_height),
          extent(c.width, c.left + c.right, c.kernel_width, c.dilation_width, c.stride_width),
          c.channels};
}

void build(Builder &b, const Case &c, octavo_opcode opcode, octavo_type type) {
  const bool quantized = type == OCTAVO_INT8;
  const bool average = opcode == OCTAVO_OP_AVERAGE_POOL;
  const int32_t x = b.input(type, {1, c.height, c.width, c.channels}, quantized ? 0.05f : 0.0f,
                            quantized ? -9 : 0);
  const int32_t y = b.activation(type, output_shape(c),
                                 !quantized ? 0.0f
                                 : average  ? 0.04f
                                            : 0.05f,
                                 !quantized ? 0
                                 : average  ? 12
                                            : -9);
  b.add(opcode, attributes_of(c), {x}, y);
  b.output(y);
}

void expect_pools(const Case &c, octavo_opcode opcode) {
  for (octavo_type type : {OCTAVO_INT8, OCTAVO_FLOAT32}) {
    Builder b;
    build(b, c, opcode, type);
    Options options;
    options.absolute = 4.0 * std::ldexp(static_cast<double>(c.kernel_height * c.kernel_width), -24);
    expect_engine_equals_reference_everywhere(b, options);
  }
}

Case random_case(Random *random, bool dilated) {
  Case c;
  c.kernel_height = 1 + random->below(4);
  c.kernel_width = 1 + random->below(4);
  c.stride_height = 1 + random->below(4);
  c.stride_width = 1 + random->below(4);
  if (dilated) {
    c.dilation_height = 1 + random->below(3);
    c.dilation_width = 1 + random->below(3);
  }
  c.top = random->below(c.kernel_height);
  c.left = random->below(c.kernel_width);
  c.bottom = random->below(c.kernel_height);
  c.right = random->below(c.kernel_width);
  c.height = (c.kernel_height - 1) * c.dilation_height + 1 + random->below(8);
  c.width = (c.kernel_width - 1) * c.dilation_width + 1 + random->below(8);
  c.channels = 1 + random->below(70);
  return c;
}

TEST(MaxPool, EveryTail) {
  for (uint32_t channels = 1; channels <= 33; ++channels) {
    Case c;
    c.channels = channels;
    SCOPED_TRACE(channels);
    expect_pools(c, OCTAVO_OP_MAX_POOL);
  }
}

TEST(MaxPool, Windows) {
  Random random(5);
  for (int i = 0; i < 25; ++i) {
    SCOPED_TRACE(i);
    expect_pools(random_case(&random, i % 2 == 0), OCTAVO_OP_MAX_POOL);
  }
}

TEST(MaxPool, LargeWindows) {
  Case c;
  c.height = c.width = 10;
  c.kernel_height = c.kernel_width = 9;
  c.stride_height = c.stride_width = 1;
  expect_pools(c, OCTAVO_OP_MAX_POOL);
}

TEST(AveragePool, EveryTailAcrossTheBlock) {
  for (uint32_t channels = 1; channels <= 130; channels += channels < 34 ? 1 : 31) {
    Case c;
    c.channels = channels;
    c.count_padding = channels % 2;
    SCOPED_TRACE(channels);
    expect_pools(c, OCTAVO_OP_AVERAGE_POOL);
  }
}

TEST(AveragePool, Windows) {
  Random random(6);
  for (int i = 0; i < 25; ++i) {
    Case c = random_case(&random, false);
    c.count_padding = random.below(2);
    SCOPED_TRACE(i);
    expect_pools(c, OCTAVO_OP_AVERAGE_POOL);
  }
}

/* 2 × 2 averages of quarters: 0.5, 1.5, -0.5, -1.5 round to even. */
TEST(AveragePool, HalvesRoundToEven) {
  Builder b;
  Case c;
  c.height = 2;
  c.width = 8;
  c.channels = 1;
  c.kernel_height = c.kernel_width = c.stride_height = c.stride_width = 2;
  c.top = c.left = c.right = 0;
  const int32_t x = b.input(OCTAVO_INT8, {1, 2, 8, 1}, 1.0f, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 1, 4, 1}, 1.0f, 0);
  b.add(OCTAVO_OP_AVERAGE_POOL, attributes_of(c), {x}, y);
  b.output(y);
  Model model(b.finish());
  ASSERT_NE(model.get(), nullptr) << model.error();
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  const int8_t values[16] = {2, 0, 3, 1, -1, 0, -4, 0, 0, 0, 2, 0, 0, -1, 0, -2};
  std::copy(values, values + 16, static_cast<int8_t *>(octavo_session_input(session, 0)));
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *found = static_cast<const int8_t *>(octavo_session_output(session, 0));
  EXPECT_THAT(std::vector<int>(found, found + 4), testing::ElementsAre(0, 2, 0, -2));
  octavo_session_free(session);
}

void expect_global(uint32_t height, uint32_t width, uint32_t channels, float scale_out) {
  for (octavo_type type : {OCTAVO_INT8, OCTAVO_FLOAT32}) {
    const bool quantized = type == OCTAVO_INT8;
    Builder b;
    const int32_t x =
        b.input(type, {1, height, width, channels}, quantized ? 0.05f : 0.0f, quantized ? -128 : 0);
    const Shape flat = {1, channels}, image = {1, 1, 1, channels};
    const int32_t y = b.activation(type, channels % 2 == 0 ? flat : image,
                                   quantized ? scale_out : 0.0f, quantized ? -128 : 0);
    b.add(OCTAVO_OP_GLOBAL_AVERAGE_POOL, {}, {x}, y);
    b.output(y);
    Options options;
    options.absolute = std::ldexp(static_cast<double>(height * width), -24);
    expect_engine_equals_reference_everywhere(b, options);
  }
}

TEST(GlobalAveragePool, EveryTail) {
  for (uint32_t channels = 1; channels <= 140; channels += channels < 34 ? 1 : 35) {
    SCOPED_TRACE(channels);
    expect_global(7, 7, channels, 0.05f);
    expect_global(3, 5, channels, 0.021f);
  }
}

TEST(GlobalAveragePool, ManyPixels) {
  expect_global(1, 1, 3, 0.05f);
  expect_global(40, 37, 3, 0.01f);
}

TEST(Pools, Refuse) {
  using testing::HasSubstr;
  const auto refuse = [](const Case &c, octavo_opcode opcode) {
    Builder b;
    build(b, c, opcode, OCTAVO_INT8);
    return refusal(b);
  };
  Case c;
  EXPECT_EQ(refuse(c, OCTAVO_OP_MAX_POOL), "");
  c.count_padding = 1;
  EXPECT_THAT(refuse(c, OCTAVO_OP_MAX_POOL), HasSubstr("reserved attribute byte"));
  EXPECT_EQ(refuse(c, OCTAVO_OP_AVERAGE_POOL), "");
  c.count_padding = 2;
  EXPECT_THAT(refuse(c, OCTAVO_OP_AVERAGE_POOL), HasSubstr("count_padding: expected 0 to 1"));
  c = Case();
  c.left = 2;
  EXPECT_THAT(refuse(c, OCTAVO_OP_MAX_POOL), HasSubstr("position 0 covers padding alone"));
  c = Case();
  c.dilation_width = 2;
  EXPECT_THAT(refuse(c, OCTAVO_OP_AVERAGE_POOL), HasSubstr("dilation in width: expected 1 to 1"));
  /* Taps at -2 and 2 of an input of 1. */
  c = Case();
  c.width = 1;
  c.dilation_width = 4;
  c.left = c.right = 2;
  EXPECT_THAT(refuse(c, OCTAVO_OP_MAX_POOL), HasSubstr("covers padding alone"));
}

TEST(Pools, RefuseOtherScales) {
  Builder b;
  const Case c;
  const int32_t x = b.input(OCTAVO_INT8, {1, c.height, c.width, c.channels}, 0.05f, 0);
  const int32_t y = b.activation(OCTAVO_INT8, output_shape(c), 0.06f, 0);
  b.add(OCTAVO_OP_MAX_POOL, attributes_of(c), {x}, y);
  b.output(y);
  EXPECT_THAT(refusal(b), testing::HasSubstr("scale and zero point: expected the same"));
}

} // namespace
} // namespace octavo_test
