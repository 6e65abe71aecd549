#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

std::vector<int32_t> exp_table(double scale) {
  std::vector<int32_t> table(256);
  for (int d = 0; d < 256; ++d)
    table[static_cast<size_t>(d)] =
        static_cast<int32_t>(std::lrint(std::exp(-scale * d) * 8388608));
  return table;
}

void build(Builder &b, const Shape &shape, float scale, const std::vector<int32_t> &table) {
  const int32_t x = b.input(OCTAVO_INT8, shape, scale, 4);
  const int32_t y = b.activation(OCTAVO_INT8, shape, 1.0f / 256, -128);
  b.add(OCTAVO_OP_SOFTMAX, {}, {x, b.integers({static_cast<uint32_t>(table.size())}, table)}, y);
  b.output(y);
}

TEST(Softmax, Int8) {
  for (uint32_t classes : {1u, 2u, 3u, 10u, 100u, 1000u})
    for (float scale : {0.001f, 0.01f, 0.1f, 1.0f}) {
      Builder b;
      build(b, {1, 2, classes}, scale, exp_table(static_cast<double>(scale)));
      expect_engine_equals_reference_everywhere(b);
    }
}

/* Close to what softmax means: within a step of the real one. */
TEST(Softmax, Int8ApproximatesReal) {
  Builder b;
  build(b, {1, 10}, 0.05f, exp_table(0.05));
  Model model(b.finish());
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  Random random(1);
  for (int trial = 0; trial < 50; ++trial) {
    const auto x = random.bytes(10, Fill::kUniform);
    std::copy(x.begin(), x.end(), static_cast<int8_t *>(octavo_session_input(session, 0)));
    ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
    const int8_t *y = static_cast<const int8_t *>(octavo_session_output(session, 0));
    double sum = 0;
    for (int8_t value : x)
      sum += std::exp(0.05 * value);
    for (size_t i = 0; i < 10; ++i)
      EXPECT_NEAR((y[i] + 128) / 256.0, std::exp(0.05 * x[i]) / sum, 0.51 / 256 + 0.5 / 256);
  }
  octavo_session_free(session);
}

/* With 85 classes one below the largest and one two below, all sums and quotients are exact:
 * 128, 1.5 and 0.5. */
TEST(Softmax, Int8HalvesRoundToEven) {
  std::vector<int32_t> table(256, 0);
  table[0] = 1 << 23;
  table[1] = 3 << 15;
  table[2] = 1 << 15;
  Builder b;
  build(b, {1, 87}, 0.1f, table);
  Model model(b.finish());
  ASSERT_NE(model.get(), nullptr) << model.error();
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &session, nullptr), OCTAVO_OK);
  int8_t *x = static_cast<int8_t *>(octavo_session_input(session, 0));
  std::fill(x, x + 87, int8_t{6});
  x[3] = 7;
  x[40] = 5;
  ASSERT_EQ(octavo_session_run(session, nullptr), OCTAVO_OK);
  const int8_t *y = static_cast<const int8_t *>(octavo_session_output(session, 0));
  EXPECT_EQ(y[3], 0);
  EXPECT_EQ(y[0], -126);
  EXPECT_EQ(y[40], -128);
  octavo_session_free(session);
}

TEST(Softmax, Float) {
  for (uint32_t classes : {1u, 2u, 3u, 10u, 33u, 1000u}) {
    Builder b;
    const int32_t x = b.input(OCTAVO_FLOAT32, {1, 3, classes});
    const int32_t y = b.activation(OCTAVO_FLOAT32, {1, 3, classes});
    b.add(OCTAVO_OP_SOFTMAX, {}, {x}, y);
    b.output(y);
    Options options;
    options.low = -9;
    options.high = 9;
    options.relative = 1e-5;
    expect_engine_equals_reference_everywhere(b, options);
  }
}

TEST(Softmax, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](std::vector<int32_t> table) {
    Builder b;
    build(b, {1, 4}, 0.1f, table);
    return refusal(b);
  };
  auto table = exp_table(0.1);
  EXPECT_EQ(refuse(table), "");
  table[0] = 1;
  EXPECT_THAT(refuse(table), HasSubstr("exp table: expected to begin with 2^23, found 1"));
  table = exp_table(0.1);
  table[9] = -1;
  EXPECT_THAT(refuse(table), HasSubstr("exp table at 9"));
  table = exp_table(0.1);
  table[9] = table[8] + 1;
  EXPECT_THAT(refuse(table), HasSubstr("exp table at 9"));
  table.pop_back();
  EXPECT_THAT(refuse(table), HasSubstr("elements of the exp table: expected 256"));
  Builder b;
  const int32_t x = b.input(OCTAVO_INT8, {1, 4}, 0.1f, 0);
  const int32_t y = b.activation(OCTAVO_INT8, {1, 4}, 1.0f / 256, -128);
  b.add(OCTAVO_OP_SOFTMAX, {}, {x}, y);
  b.output(y);
  EXPECT_THAT(refusal(b), HasSubstr("inputs of an int8 softmax: expected 2, found 1"));
}

} // namespace
} // namespace octavo_test
