/* Clip, quantize, dequantize. */
#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

octavo_attributes clamp(float low, float high) {
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = low;
  attributes.clamp.clamp_max = high;
  return attributes;
}

TEST(Clip, BoundsAndTails) {
  const float bounds[][2] = {{0, kInfinity},     {0, 6},         {-kInfinity, 1},
                             {-0.5f, 0.5f},      {1, 1},         {-kInfinity, kInfinity},
                             {1e30f, kInfinity}, {-5.44f, 7.39f} /* round to just outside int8 */};
  for (const auto &bound : bounds)
    for (uint32_t size : {1u, 2u, 31u, 64u, 65u, 4099u}) {
      Builder b;
      const int32_t x = b.input(OCTAVO_INT8, {1, size}, 0.05f, -20);
      const int32_t y = b.activation(OCTAVO_INT8, {1, size}, 0.05f, -20);
      b.add(OCTAVO_OP_CLIP, clamp(bound[0], bound[1]), {x}, y);
      b.output(y);
      expect_engine_equals_reference_everywhere(b);
      Builder f;
      const int32_t u = f.input(OCTAVO_FLOAT32, {1, size});
      const int32_t v = f.activation(OCTAVO_FLOAT32, {1, size});
      f.add(OCTAVO_OP_CLIP, clamp(bound[0], bound[1]), {u}, v);
      f.output(v);
      Options options;
      options.low = -8;
      options.high = 8;
      expect_engine_equals_reference_everywhere(f, options);
    }
}

TEST(Clip, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](float low, float scale, Shape shape) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, 4}, 0.05f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, shape, scale, 0);
    b.add(OCTAVO_OP_CLIP, clamp(low, 6), {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(0, 0.05f, {1, 4}), "");
  EXPECT_THAT(refuse(7, 0.05f, {1, 4}), HasSubstr("clamp"));
  EXPECT_THAT(refuse(NAN, 0.05f, {1, 4}), HasSubstr("clamp"));
  EXPECT_THAT(refuse(0, 0.06f, {1, 4}), HasSubstr("scale and zero point"));
  EXPECT_THAT(refuse(0, 0.05f, {1, 5}), HasSubstr("dimension 1 of the output"));
}

TEST(Quantize, FromFloat) {
  for (uint32_t size : {1u, 7u, 33u, 128u, 5000u})
    for (int32_t zero_point : {-128, -3, 127})
      for (float range : {1.0f, 8.0f, 1e30f}) {
        Builder b;
        const int32_t x = b.input(OCTAVO_FLOAT32, {1, size});
        const int32_t y = b.activation(OCTAVO_INT8, {1, size}, 0.037f, zero_point);
        b.add(OCTAVO_OP_QUANTIZE, {}, {x}, y);
        b.output(y);
        Options options;
        options.low = -range;
        options.high = range;
        expect_engine_equals_reference_everywhere(b, options);
      }
}

/* 0.5, 1.5, 2.5 and their negatives go to the even neighbour. */
TEST(Quantize, HalvesRoundToEven) {
  Builder b;
  const int32_t x = b.input(OCTAVO_FLOAT32, {1, 6});
  const int32_t y = b.activation(OCTAVO_INT8, {1, 6}, 0.25f, 10);
  b.add(OCTAVO_OP_QUANTIZE, {}, {x}, y);
  b.output(y);
  Model model(b.finish());
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  const float values[6] = {0.125f, 0.375f, 0.625f, -0.125f, -0.375f, -0.625f};
  ASSERT_EQ(octavo_session_set_input_f32(session, 0, values, 6, nullptr), OCTAVO_OK);
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *found = static_cast<const int8_t *>(octavo_session_output(session, 0));
  EXPECT_THAT(std::vector<int>(found, found + 6), testing::ElementsAre(10, 12, 12, 10, 8, 8));
  octavo_session_free(session);
}

TEST(Quantize, FromAnotherScale) {
  Random random(9);
  for (int i = 0; i < 30; ++i) {
    Builder b;
    const uint32_t size = 1 + random.below(9000);
    const int32_t x = b.input(OCTAVO_INT8, {1, size}, random.real(0.001f, 1.0f),
                              static_cast<int32_t>(random.below(256)) - 128);
    const int32_t y = b.activation(OCTAVO_INT8, {1, size}, random.real(0.001f, 1.0f),
                                   static_cast<int32_t>(random.below(256)) - 128);
    b.add(OCTAVO_OP_QUANTIZE, {}, {x}, y);
    b.output(y);
    expect_engine_equals_reference_everywhere(b);
  }
}

TEST(Dequantize, IsExact) {
  for (uint32_t size : {1u, 7u, 33u, 128u, 5000u})
    for (int32_t zero_point : {-128, -3, 127}) {
      Builder b;
      const int32_t x = b.input(OCTAVO_INT8, {1, size}, 0.037f, zero_point);
      const int32_t y = b.activation(OCTAVO_FLOAT32, {1, size});
      b.add(OCTAVO_OP_DEQUANTIZE, {}, {x}, y);
      b.output(y);
      Options options;
      options.relative = 0;
      expect_engine_equals_reference_everywhere(b, options);
    }
}

TEST(Conversions, RefuseTypes) {
  using testing::HasSubstr;
  const auto refuse = [](octavo_opcode opcode, octavo_type from, octavo_type to) {
    Builder b;
    const int32_t x = b.input(from, {1, 4}, from == OCTAVO_INT8 ? 0.1f : 0.0f);
    const int32_t y = b.activation(to, {1, 4}, to == OCTAVO_INT8 ? 0.1f : 0.0f);
    b.add(opcode, {}, {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(OCTAVO_OP_QUANTIZE, OCTAVO_FLOAT32, OCTAVO_INT8), "");
  EXPECT_THAT(refuse(OCTAVO_OP_QUANTIZE, OCTAVO_FLOAT32, OCTAVO_FLOAT32), HasSubstr("int8"));
  EXPECT_EQ(refuse(OCTAVO_OP_DEQUANTIZE, OCTAVO_INT8, OCTAVO_FLOAT32), "");
  EXPECT_THAT(refuse(OCTAVO_OP_DEQUANTIZE, OCTAVO_INT8, OCTAVO_INT8), HasSubstr("types"));
}

} // namespace
} // namespace octavo_test
