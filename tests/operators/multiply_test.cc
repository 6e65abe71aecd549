/* Multiplication, and the broadcasting that multiply, add and subtract share. */
#include "tests/operators/test_model.h"

#include "tests/reference/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

struct Quantization {
  float scale;
  int32_t zero_point;
};

const Quantization kA = {0.03f, -5}, kB = {0.05f, 17};

octavo_attributes clamp(float low = -kInfinity, float high = kInfinity) {
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = low;
  attributes.clamp.clamp_max = high;
  return attributes;
}

Shape broadcast(const Shape &a, const Shape &b) {
  Shape y = a;
  for (size_t i = 0; i < a.size(); ++i)
    y[i] = std::max(a[i], b[i]);
  return y;
}

void build(Builder &b, octavo_opcode opcode, const Shape &sa, const Shape &sb, Quantization qa,
           Quantization qb, Quantization qy, const octavo_attributes &attributes = clamp()) {
  const int32_t x = b.input(OCTAVO_INT8, sa, qa.scale, qa.zero_point);
  const int32_t z = b.input(OCTAVO_INT8, sb, qb.scale, qb.zero_point);
  const int32_t y = b.activation(OCTAVO_INT8, broadcast(sa, sb), qy.scale, qy.zero_point);
  b.add(opcode, attributes, {x, z}, y);
  b.output(y);
}

void build_float(Builder &b, octavo_opcode opcode, const Shape &sa, const Shape &sb,
                 const octavo_attributes &attributes = clamp()) {
  const int32_t x = b.input(OCTAVO_FLOAT32, sa);
  const int32_t z = b.input(OCTAVO_FLOAT32, sb);
  const int32_t y = b.activation(OCTAVO_FLOAT32, broadcast(sa, sb));
  b.add(opcode, attributes, {x, z}, y);
  b.output(y);
}

TEST(Multiply, EveryTail) {
  for (uint32_t size = 1; size <= 70; ++size) {
    SCOPED_TRACE(size);
    Builder b;
    build(b, OCTAVO_OP_MULTIPLY, {1, size}, {1, size}, kA, kB, {0.1f, -20});
    expect_engine_equals_reference_everywhere(b);
  }
}

/* All pairs of values, with scales that reach from all results the same to most of them cut. */
TEST(Multiply, EveryPair) {
  Random random(5);
  std::vector<int8_t> first(65536), second(65536);
  for (size_t i = 0; i < 65536; ++i) {
    first[i] = static_cast<int8_t>(i % 256);
    second[i] = static_cast<int8_t>(i / 256);
  }
  for (int round = 0; round < 25; ++round) {
    const auto zero = [&] { return static_cast<int32_t>(random.below(256)) - 128; };
    const Quantization qa = {std::exp2(random.real(-8.0f, 2.0f)), zero()};
    const Quantization qb = {std::exp2(random.real(-8.0f, 2.0f)), zero()};
    Builder b;
    build(b, OCTAVO_OP_MULTIPLY, {1, 65536}, {1, 65536}, qa, qb, {0.25f, zero()});
    Model model(b.finish());
    ASSERT_NE(model.get(), nullptr) << model.error();
    octavo_session *session = nullptr;
    ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
    memcpy(octavo_session_input(session, 0), first.data(), 65536);
    memcpy(octavo_session_input(session, 1), second.data(), 65536);
    ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
    const void *inputs[] = {first.data(), second.data()};
    reference_run expected = {};
    ASSERT_EQ(reference_run_model(model.get(), 1, inputs, &expected, nullptr), OCTAVO_OK);
    EXPECT_EQ(memcmp(octavo_session_output(session, 0), expected.data[2], 65536), 0) << round;
    reference_run_free(&expected);
    octavo_session_free(session);
  }
}

/* 0.5 · 1 and the like, by hand: 1.5 and 2.5 both become 2. */
TEST(Multiply, HalvesRoundToEven) {
  Builder b;
  build(b, OCTAVO_OP_MULTIPLY, {1, 6}, {1, 1}, {1, 0}, {0.5f, 10}, {1, 7});
  Model model(b.finish());
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  const int8_t values[6] = {1, 3, 5, -1, -3, -5};
  memcpy(octavo_session_input(session, 0), values, 6);
  *static_cast<int8_t *>(octavo_session_input(session, 1)) = 11;
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *found = static_cast<const int8_t *>(octavo_session_output(session, 0));
  EXPECT_THAT(std::vector<int>(found, found + 6), testing::ElementsAre(7, 9, 9, 7, 5, 5));
  octavo_session_free(session);
}

TEST(Multiply, Clamps) {
  const float bounds[][2] = {{0, kInfinity}, {0, 6}, {-1, 0.5f}, {2, 2}};
  for (const auto &bound : bounds) {
    const octavo_attributes attributes = clamp(bound[0], bound[1]);
    Builder b;
    build(b, OCTAVO_OP_MULTIPLY, {1, 3, 5, 7}, {1, 3, 5, 7}, kA, kB, {0.06f, 3}, attributes);
    expect_engine_equals_reference_everywhere(b);
    Builder f;
    build_float(f, OCTAVO_OP_MULTIPLY, {1, 3, 5, 7}, {1, 3, 5, 7}, attributes);
    expect_engine_equals_reference_everywhere(f);
  }
}

TEST(Multiply, LargeOnTwoThreads) {
  Builder b;
  build(b, OCTAVO_OP_MULTIPLY, {1, 56, 56, 64}, {1, 1, 1, 64}, kA, kB, {0.06f, -20});
  Model model(b.finish());
  Options options;
  options.threads = 2;
  options.batch = 2;
  expect_engine_equals_reference(model, options);
}

const std::pair<Shape, Shape> kBroadcasts[] = {
    {{1, 5, 6, 7}, {1, 1, 1, 7}}, // squeeze and excitation
    {{1, 1, 1, 7}, {1, 5, 6, 7}},
    {{1, 5, 6, 33}, {1, 5, 6, 1}}, // a mask for all channels
    {{1, 5, 6, 1}, {1, 5, 6, 33}},
    {{1, 5, 6, 7}, {1, 1, 1, 1}}, // one number per image
    {{1, 1}, {1, 100}},
    {{1, 5, 1, 7}, {1, 1, 6, 1}}, // both
    {{1, 5, 1, 7}, {1, 1, 6, 7}},
    {{1, 4, 1}, {1, 1, 5}},
    {{1, 2, 1, 3, 1, 4}, {1, 1, 3, 1, 5, 4}},
    {{1}, {1}},
    {{1, 1, 1, 1}, {1, 1, 1, 1}},
};

TEST(Broadcast, EveryKind) {
  for (const octavo_opcode opcode : {OCTAVO_OP_MULTIPLY, OCTAVO_OP_ADD, OCTAVO_OP_SUBTRACT})
    for (const auto &shapes : kBroadcasts) {
      SCOPED_TRACE(testing::Message() << opcode << " " << testing::PrintToString(shapes));
      Builder b;
      build(b, opcode, shapes.first, shapes.second, kA, kB, {0.06f, -20});
      expect_engine_equals_reference_everywhere(b);
      Builder f;
      build_float(f, opcode, shapes.first, shapes.second);
      expect_engine_equals_reference_everywhere(f);
    }
}

/* Only files that need it say 1.1. */
TEST(Broadcast, OfAnAddNeedsVersion1_1) {
  const auto minor = [](octavo_opcode opcode, const Shape &other) {
    Builder b;
    build(b, opcode, {1, 4, 4, 2}, other, kA, kB, {0.06f, 0});
    Model model(b.finish());
    EXPECT_NE(model.get(), nullptr) << model.error();
    return model->header.minor;
  };
  EXPECT_EQ(minor(OCTAVO_OP_ADD, {1, 4, 4, 2}), 0);
  EXPECT_EQ(minor(OCTAVO_OP_ADD, {1, 1, 1, 2}), 1);
  EXPECT_EQ(minor(OCTAVO_OP_MULTIPLY, {1, 4, 4, 2}), 1);
}

TEST(Multiply, Refuses) {
  using testing::HasSubstr;
  const auto scales = [](float a, float b, float y) {
    Builder builder;
    build(builder, OCTAVO_OP_MULTIPLY, {1, 4}, {1, 4}, {a, 0}, {b, 0}, {y, 0});
    return refusal(builder);
  };
  EXPECT_EQ(scales(0x1p-60f, 0x1p-60f, 1), "");
  EXPECT_THAT(scales(0x1p-70f, 0x1p-70f, 0x1p-70f), HasSubstr("normal numbers"));
  EXPECT_THAT(scales(0x1p-60f, 0x1p-60f, 0x1p+60f), HasSubstr("normal numbers"));
  EXPECT_THAT(scales(0x1p+70f, 0x1p+70f, 1), HasSubstr("normal numbers"));
  EXPECT_THAT(scales(0x1p+60f, 0x1p+60f, 0x1p-60f), HasSubstr("normal numbers"));
  for (const octavo_opcode opcode : {OCTAVO_OP_MULTIPLY, OCTAVO_OP_ADD, OCTAVO_OP_SUBTRACT}) {
    const auto shapes = [=](const Shape &a, const Shape &b, const Shape &y) {
      Builder builder;
      const int32_t x = builder.input(OCTAVO_INT8, a, 1, 0);
      const int32_t z = builder.input(OCTAVO_INT8, b, 1, 0);
      const int32_t out = builder.activation(OCTAVO_INT8, y, 1, 0);
      builder.add(opcode, clamp(), {x, z}, out);
      builder.output(out);
      return refusal(builder);
    };
    EXPECT_EQ(shapes({1, 4}, {1, 4}, {1, 4}), "");
    EXPECT_THAT(shapes({1, 4}, {1, 5}, {1, 5}),
                HasSubstr("second input: expected 4 or 1, found 5"));
    EXPECT_THAT(shapes({1, 4}, {1, 1, 4}, {1, 4}), HasSubstr("rank of the second input"));
    EXPECT_THAT(shapes({1, 4}, {1, 1}, {1, 1}), HasSubstr("dimension 1 of the output: expected 4"));
  }
}

} // namespace
} // namespace octavo_test
