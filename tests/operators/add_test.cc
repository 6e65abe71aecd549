#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace octavo_test {
namespace {

struct Quantization {
  float scale;
  int32_t zero_point;
};

void build(Builder &b, const Shape &shape, Quantization qa, Quantization qb, Quantization qy,
           float low = -kInfinity, float high = kInfinity, octavo_type type = OCTAVO_INT8,
           octavo_opcode opcode = OCTAVO_OP_ADD) {
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = low;
  attributes.clamp.clamp_max = high;
  const int32_t a = b.input(type, shape, qa.scale, qa.zero_point);
  const int32_t c = b.input(type, shape, qb.scale, qb.zero_point);
  const int32_t y = b.activation(type, shape, qy.scale, qy.zero_point);
  b.add(opcode, attributes, {a, c}, y);
  b.output(y);
}

TEST(Add, EveryTail) {
  for (uint32_t size = 1; size <= 70; ++size) {
    SCOPED_TRACE(size);
    Builder b;
    build(b, {1, size}, {0.03f, -5}, {0.05f, 17}, {0.06f, -128}, 0);
    expect_engine_equals_reference_everywhere(b);
    Builder s;
    build(s, {1, size}, {0.03f, -5}, {0.05f, 17}, {0.06f, -10}, -kInfinity, kInfinity, OCTAVO_INT8,
          OCTAVO_OP_SUBTRACT);
    expect_engine_equals_reference_everywhere(s);
  }
}

TEST(Add, ManyScales) {
  Random random(3);
  for (int i = 0; i < 120; ++i) {
    const Quantization a = {std::exp2(random.real(-9.0f, 7.0f)),
                            static_cast<int32_t>(random.below(256)) - 128};
    const Quantization c = {std::exp2(random.real(-9.0f, 7.0f)),
                            static_cast<int32_t>(random.below(256)) - 128};
    const Quantization y = {1.0f, static_cast<int32_t>(random.below(256)) - 128};
    Builder b;
    build(b, {1, 1021}, a, c, y, -kInfinity, kInfinity, OCTAVO_INT8,
          i % 2 == 0 ? OCTAVO_OP_ADD : OCTAVO_OP_SUBTRACT);
    Model model(b.finish());
    ASSERT_NE(model.get(), nullptr) << model.error();
    Options options;
    options.fill = Fill::kUniform;
    options.seed = static_cast<uint32_t>(i);
    SCOPED_TRACE(testing::Message() << a.scale << " " << c.scale);
    expect_engine_equals_reference(model, options);
  }
}

TEST(Add, EqualScalesAddExactly) {
  Builder b;
  build(b, {1, 65536}, {0.1f, 3}, {0.1f, -4}, {0.1f, 9});
  Model model(b.finish());
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  int8_t *a = static_cast<int8_t *>(octavo_session_input(session, 0));
  int8_t *c = static_cast<int8_t *>(octavo_session_input(session, 1));
  for (int i = 0; i < 65536; ++i) {
    a[i] = static_cast<int8_t>(i % 256 - 128);
    c[i] = static_cast<int8_t>(i / 256 - 128);
  }
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *y = static_cast<const int8_t *>(octavo_session_output(session, 0));
  for (int i = 0; i < 65536; ++i)
    ASSERT_EQ(y[i], std::min(127, std::max(-128, a[i] - 3 + c[i] + 4 + 9)));
  octavo_session_free(session);
}

TEST(Subtract, EqualScalesSubtractExactly) {
  Builder b;
  build(b, {1, 65536}, {0.1f, 3}, {0.1f, -4}, {0.1f, 9}, -kInfinity, kInfinity, OCTAVO_INT8,
        OCTAVO_OP_SUBTRACT);
  Model model(b.finish());
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  int8_t *a = static_cast<int8_t *>(octavo_session_input(session, 0));
  int8_t *c = static_cast<int8_t *>(octavo_session_input(session, 1));
  for (int i = 0; i < 65536; ++i) {
    a[i] = static_cast<int8_t>(i % 256 - 128);
    c[i] = static_cast<int8_t>(i / 256 - 128);
  }
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *y = static_cast<const int8_t *>(octavo_session_output(session, 0));
  for (int i = 0; i < 65536; ++i)
    ASSERT_EQ(y[i], std::min(127, std::max(-128, a[i] - 3 - (c[i] + 4) + 9)));
  octavo_session_free(session);
}

TEST(Add, Clamps) {
  const float bounds[][2] = {{0, kInfinity}, {0, 6}, {-1, 0.5f}, {2, 2}};
  for (const auto &bound : bounds) {
    Builder b;
    build(b, {1, 3, 5, 7}, {0.03f, -5}, {0.05f, 17}, {0.06f, 3}, bound[0], bound[1]);
    expect_engine_equals_reference_everywhere(b);
    Builder f;
    build(f, {1, 3, 5, 7}, {}, {}, {}, bound[0], bound[1], OCTAVO_FLOAT32);
    expect_engine_equals_reference_everywhere(f);
    Builder s;
    build(s, {1, 3, 5, 7}, {}, {}, {}, bound[0], bound[1], OCTAVO_FLOAT32, OCTAVO_OP_SUBTRACT);
    expect_engine_equals_reference_everywhere(s);
  }
  Builder f;
  build(f, {1, 3, 5, 7}, {}, {}, {}, -kInfinity, kInfinity, OCTAVO_FLOAT32);
  expect_engine_equals_reference_everywhere(f);
}

TEST(Add, LargeOnTwoThreads) {
  Builder b;
  build(b, {1, 56, 56, 64}, {0.03f, -5}, {0.05f, 17}, {0.06f, -20}, 0);
  Model model(b.finish());
  Options options;
  options.threads = 2;
  options.batch = 2;
  expect_engine_equals_reference(model, options);
}

TEST(Add, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](float a, float c, float y) {
    Builder b;
    build(b, {1, 4}, {a, 0}, {c, 0}, {y, 0});
    return refusal(b);
  };
  EXPECT_EQ(refuse(1, 1.0f / 1024, 1), "");
  EXPECT_THAT(refuse(1, 1.0f / 1025, 1), HasSubstr("scale of input 1 over that of the output"));
  EXPECT_THAT(refuse(256, 1, 1), HasSubstr("scale of input 0 over that of the output"));
  Builder b;
  const int32_t a = b.input(OCTAVO_INT8, {1, 4}, 1, 0);
  const int32_t c = b.input(OCTAVO_INT8, {1, 5}, 1, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 4}, 1, 0);
  b.add(OCTAVO_OP_ADD, {}, {a, c}, y);
  b.output(y);
  EXPECT_THAT(refusal(b), HasSubstr("dimension 1 of the second input: expected 4 or 1, found 5"));
}

} // namespace
} // namespace octavo_test
