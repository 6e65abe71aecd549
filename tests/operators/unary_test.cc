/* Functions of one element. */
#include "tests/operators/test_model.h"

#include "tests/reference/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace octavo_test {
namespace {

octavo_attributes function(octavo_unary_function which, float alpha = 0, float beta = 0) {
  octavo_attributes attributes = {};
  attributes.unary.function = which;
  attributes.unary.alpha = alpha;
  attributes.unary.beta = beta;
  return attributes;
}

const octavo_attributes kFunctions[] = {
    function(OCTAVO_UNARY_SIGMOID),
    function(OCTAVO_UNARY_TANH),
    function(OCTAVO_UNARY_HARD_SIGMOID, 0.2f, 0.5f),
    function(OCTAVO_UNARY_HARD_SIGMOID, -1.5f, 0.25f),
    function(OCTAVO_UNARY_HARD_SWISH),
    function(OCTAVO_UNARY_SILU),
    function(OCTAVO_UNARY_GELU),
    function(OCTAVO_UNARY_GELU_TANH),
    function(OCTAVO_UNARY_LEAKY_RELU, 0.01f),
    function(OCTAVO_UNARY_LEAKY_RELU, -2.0f),
    function(OCTAVO_UNARY_LEAKY_RELU, 0.0f),
    function(OCTAVO_UNARY_ELU, 1.0f),
    function(OCTAVO_UNARY_ELU, 0.3f),
    function(OCTAVO_UNARY_ERF),
};

void build_float(Builder &b, const octavo_attributes &attributes, const Shape &shape) {
  const int32_t x = b.input(OCTAVO_FLOAT32, shape);
  const int32_t y = b.activation(OCTAVO_FLOAT32, shape);
  b.add(OCTAVO_OP_UNARY, attributes, {x}, y);
  b.output(y);
}

/* What FORMAT.md says about float32: 1e-4 between CPUs. XNNPACK's polynomials come to a few 1e-7.
 */
TEST(Unary, FloatFollowsTheFunction) {
  for (const octavo_attributes &attributes : kFunctions)
    for (const float range : {6.0f, 30.0f})
      for (const uint32_t size : {5u, 4099u}) {
        SCOPED_TRACE(testing::Message() << attributes.unary.function << " up to " << range);
        Builder b;
        build_float(b, attributes, {1, size});
        Options options;
        options.low = -range;
        options.high = range;
        options.absolute = 1e-6;
        options.relative = 1e-6;
        expect_engine_equals_reference_everywhere(b, options);
      }
}

TEST(Unary, KnownValues) {
  const struct {
    octavo_attributes attributes;
    float x, y;
  } values[] = {
      {function(OCTAVO_UNARY_SIGMOID), 0, 0.5f},
      {function(OCTAVO_UNARY_SIGMOID), -100, 0},
      {function(OCTAVO_UNARY_TANH), 100, 1},
      {function(OCTAVO_UNARY_HARD_SIGMOID, 0.2f, 0.5f), 1, 0.7f},
      {function(OCTAVO_UNARY_HARD_SWISH), -3, 0},
      {function(OCTAVO_UNARY_HARD_SWISH), 1, 4.0f / 6},
      {function(OCTAVO_UNARY_HARD_SWISH), 5, 5},
      {function(OCTAVO_UNARY_SILU), 2, 1.76159416f},
      {function(OCTAVO_UNARY_GELU), 1, 0.841344746f},
      {function(OCTAVO_UNARY_GELU), -100, 0},
      {function(OCTAVO_UNARY_GELU_TANH), 1, 0.841191991f},
      {function(OCTAVO_UNARY_LEAKY_RELU, 0.25f), -2, -0.5f},
      {function(OCTAVO_UNARY_ELU, 2), -1, -1.26424112f},
      {function(OCTAVO_UNARY_ERF), 1, 0.842700793f},
  };
  for (const auto &value : values) {
    Builder b;
    build_float(b, value.attributes, {1, 1});
    Model model(b.finish());
    octavo_session *session = nullptr;
    ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
    ASSERT_EQ(octavo_session_set_input_f32(session, 0, &value.x, 1, nullptr), OCTAVO_OK);
    ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
    EXPECT_NEAR(*static_cast<const float *>(octavo_session_output(session, 0)), value.y, 2e-6)
        << value.attributes.unary.function << " of " << value.x;
    octavo_session_free(session);
  }
}

/* Any table, so that a lookup at the wrong place shows. */
TEST(Unary, Int8LooksUp) {
  Random random(3);
  for (const uint32_t size : {1u, 31u, 64u, 65u, 256u, 9001u}) {
    const std::vector<int8_t> table = random.bytes(256, Fill::kUniform);
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, size}, 0.04f, -7);
    const int32_t y = b.activation(OCTAVO_INT8, {1, size}, 0.02f, 5);
    b.add(OCTAVO_OP_UNARY, kFunctions[size % std::size(kFunctions)],
          {x, b.weights({256}, table, {0.02f})}, y);
    b.output(y);
    expect_engine_equals_reference_everywhere(b);
  }
}

TEST(Unary, Int8TableBeginsAtMinus128) {
  std::vector<int8_t> table(256);
  std::iota(table.begin(), table.end(), static_cast<int8_t>(-100)); // wraps around
  Builder b;
  const int32_t x = b.input(OCTAVO_INT8, {1, 3}, 1, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 3}, 1, 0);
  b.add(OCTAVO_OP_UNARY, function(OCTAVO_UNARY_TANH), {x, b.weights({256}, table, {1})}, y);
  b.output(y);
  Model model(b.finish());
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  const int8_t values[3] = {-128, 0, 99};
  memcpy(octavo_session_input(session, 0), values, 3);
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *found = static_cast<const int8_t *>(octavo_session_output(session, 0));
  EXPECT_THAT(std::vector<int>(found, found + 3), testing::ElementsAre(-100, 28, 127));
  octavo_session_free(session);
}

TEST(Unary, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](const octavo_attributes &attributes, uint32_t table = 0,
                         float scale = 0.5f, Shape shape = {1, 4}) {
    Builder b;
    const bool int8 = table != 0;
    const octavo_type type = int8 ? OCTAVO_INT8 : OCTAVO_FLOAT32;
    const int32_t x = b.input(type, {1, 4}, int8 ? 0.1f : 0, 0);
    const int32_t y = b.activation(type, shape, int8 ? 0.5f : 0, 0);
    std::vector<int32_t> inputs = {x};
    if (int8)
      inputs.push_back(b.weights({table}, std::vector<int8_t>(table), {scale}));
    b.add(OCTAVO_OP_UNARY, attributes, inputs, y);
    b.output(y);
    return refusal(b);
  };
  const octavo_attributes tanh = function(OCTAVO_UNARY_TANH);
  EXPECT_EQ(refuse(tanh), "");
  EXPECT_EQ(refuse(tanh, 256), "");
  EXPECT_THAT(refuse(tanh, 255), HasSubstr("elements of the table: expected 256"));
  EXPECT_THAT(refuse(tanh, 256, 0.25f), HasSubstr("scale of the table: expected that of the out"));
  EXPECT_THAT(refuse(tanh, 0, 0, {1, 5}), HasSubstr("dimension 1 of the output"));
  EXPECT_THAT(refuse({}), HasSubstr("function: expected one that this library knows, found 0"));
  EXPECT_THAT(refuse(function(static_cast<octavo_unary_function>(11))), HasSubstr("found 11"));
  EXPECT_THAT(refuse(function(OCTAVO_UNARY_TANH, 0.5f)), HasSubstr("alpha: expected 0, as the"));
  EXPECT_THAT(refuse(function(OCTAVO_UNARY_ELU, 1, 1)), HasSubstr("beta: expected 0, as the"));
  EXPECT_THAT(refuse(function(OCTAVO_UNARY_ELU, NAN)), HasSubstr("alpha: expected a finite"));
  EXPECT_THAT(refuse(function(OCTAVO_UNARY_HARD_SIGMOID, 1, kInfinity)), HasSubstr("beta"));
  octavo_attributes reserved = tanh;
  reserved.unary.reserved[0] = 1;
  EXPECT_THAT(refuse(reserved), HasSubstr("reserved attribute byte 12"));
  Builder b; /* int8 without a table */
  const int32_t x = b.input(OCTAVO_INT8, {1, 4}, 0.1f, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 4}, 0.1f, 0);
  b.add(OCTAVO_OP_UNARY, tanh, {x}, y);
  b.output(y);
  EXPECT_THAT(refusal(b), HasSubstr("inputs of an int8 function: expected 2, found 1"));
}

} // namespace
} // namespace octavo_test
