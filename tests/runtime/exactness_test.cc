#include "runtime/exactness.h"
#include "runtime/memory.h"
#include "tests/operators/test_model.h"

#include <gmock/gmock.h>

namespace octavo_test {
namespace {

using testing::ElementsAre;

/* Of the operators' outputs in order. */
std::vector<octavo_exactness> outputs_of(Builder &b) {
  Model model(b.finish());
  EXPECT_NE(model.get(), nullptr) << model.error();
  octavo_exactness *tensors = nullptr;
  EXPECT_EQ(octavo_find_exactness(model.get(), &tensors, nullptr), OCTAVO_OK);
  std::vector<octavo_exactness> found;
  for (uint32_t i = 0; i < model->operator_count; ++i)
    found.push_back(tensors[octavo_model_operator_output(model.get(), &model->operators[i], 0) -
                            model->tensors]);
  octavo_memory_free(tensors);
  return found;
}

const Shape kShape = {1, 4};

/* A fully connected layer of float32 activations. */
int32_t connected(Builder &b, int32_t x, bool dynamic) {
  octavo_attributes clamp = {};
  clamp.clamp.clamp_min = -kInfinity;
  clamp.clamp.clamp_max = kInfinity;
  const int32_t y = b.activation(OCTAVO_FLOAT32, kShape);
  const int32_t w = dynamic ? b.weights({4, 4}, std::vector<int8_t>(16, 1), {0.5f})
                            : b.reals({4, 4}, std::vector<float>(16, 1));
  b.add(OCTAVO_OP_FULLY_CONNECTED, clamp, {x, w, -1}, y);
  return y;
}

int32_t quantize(Builder &b, int32_t x) {
  const int32_t y = b.activation(OCTAVO_INT8, kShape, 0.1f, 3);
  b.add(OCTAVO_OP_QUANTIZE, {}, {x}, y);
  return y;
}

int32_t dequantize(Builder &b, int32_t x) {
  const int32_t y = b.activation(OCTAVO_FLOAT32, kShape);
  b.add(OCTAVO_OP_DEQUANTIZE, {}, {x}, y);
  return y;
}

TEST(Exactness, OfInt8AndWhatIsMadeOfIt) {
  Builder b;
  const int32_t q = quantize(b, b.input(OCTAVO_FLOAT32, kShape));
  const int32_t again = quantize(b, q);
  const int32_t real = dequantize(b, again);
  const int32_t rounded = quantize(b, real);
  b.output(connected(b, dequantize(b, rounded), true));
  EXPECT_THAT(outputs_of(b), ElementsAre(OCTAVO_EXACT, OCTAVO_EXACT, OCTAVO_EXACT, OCTAVO_EXACT,
                                         OCTAVO_EXACT, OCTAVO_CLOSE));
}

TEST(Exactness, OfFloat) {
  Builder b;
  b.output(connected(b, connected(b, b.input(OCTAVO_FLOAT32, kShape), false), false));
  EXPECT_THAT(outputs_of(b), ElementsAre(OCTAVO_CLOSE, OCTAVO_CLOSE));
}

TEST(Exactness, OfRoundedSums) {
  Builder b;
  const int32_t first = connected(b, b.input(OCTAVO_FLOAT32, kShape), true);
  const int32_t second = connected(b, first, true);
  b.output(connected(b, second, false));
  EXPECT_THAT(outputs_of(b), ElementsAre(OCTAVO_CLOSE, OCTAVO_LOOSE, OCTAVO_LOOSE));
}

TEST(Exactness, OfInt8BehindFloat) {
  Builder b;
  const int32_t x = b.input(OCTAVO_FLOAT32, kShape);
  const int32_t loose = quantize(b, connected(b, x, false));
  const int32_t exact = quantize(b, x);
  octavo_attributes clamp = {};
  clamp.clamp.clamp_max = kInfinity;
  const int32_t sum = b.activation(OCTAVO_INT8, kShape, 0.1f, 3);
  b.add(OCTAVO_OP_ADD, clamp, {exact, loose}, sum);
  b.output(dequantize(b, sum));
  EXPECT_THAT(outputs_of(b),
              ElementsAre(OCTAVO_CLOSE, OCTAVO_LOOSE, OCTAVO_EXACT, OCTAVO_LOOSE, OCTAVO_LOOSE));
}

TEST(Exactness, ShortOfMemory) {
  Builder b;
  b.output(quantize(b, b.input(OCTAVO_FLOAT32, kShape)));
  Model model(b.finish());
  octavo_exactness *tensors = nullptr;
  octavo_error error = {};
  octavo_memory_fail_at(0, 0);
  EXPECT_EQ(octavo_find_exactness(model.get(), &tensors, &error), OCTAVO_ERROR_MEMORY);
  octavo_memory_fail_at(SIZE_MAX, 0);
  EXPECT_EQ(tensors, nullptr);
}

} // namespace
} // namespace octavo_test
