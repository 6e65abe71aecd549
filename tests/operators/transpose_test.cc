#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace octavo_test {
namespace {

octavo_attributes axes(const std::vector<uint32_t> &order) {
  octavo_attributes attributes = {};
  std::copy(order.begin(), order.end(), attributes.transpose.axes);
  return attributes;
}

// Every permutation of up to four axes beside the batch, and some of five.
TEST(Transpose, EveryPermutation) {
  for (octavo_type type : kTypes)
    for (uint32_t rank = 2; rank <= 6; ++rank) {
      const Shape lengths = {1, 3, 4, 1, 17, 2};
      std::vector<uint32_t> order(rank);
      for (uint32_t i = 0; i < rank; ++i)
        order[i] = i;
      uint32_t count = 0;
      do {
        if (rank == 6 && count++ % 17 != 0)
          continue;
        Builder b;
        Shape from(lengths.begin(), lengths.begin() + rank), to(rank);
        for (uint32_t i = 0; i < rank; ++i)
          to[i] = from[order[i]];
        const int32_t x = b.input(type, from, scale_of(type), zero_of(type));
        const int32_t y = b.activation(type, to, scale_of(type), zero_of(type));
        b.add(OCTAVO_OP_TRANSPOSE, axes(order), {x}, y);
        b.output(y);
        SCOPED_TRACE(testing::PrintToString(order));
        expect_engine_equals_reference_everywhere(b);
      } while (std::next_permutation(order.begin() + 1, order.end()));
    }
}

// As ShuffleNet has it: tiles of the kernels and what is left over.
TEST(Transpose, Shuffle) {
  for (octavo_type type : kTypes)
    for (uint32_t channels : {1u, 7u, 8u, 29u, 58u, 64u}) {
      Builder b;
      const int32_t x = b.input(type, {1, 30, 2, channels}, scale_of(type), zero_of(type));
      const int32_t y = b.activation(type, {1, 30, channels, 2}, scale_of(type), zero_of(type));
      b.add(OCTAVO_OP_TRANSPOSE, axes({0, 1, 3, 2}), {x}, y);
      b.output(y);
      expect_engine_equals_reference_everywhere(b);
    }
}

TEST(Transpose, PairsOfRows) {
  for (octavo_type type : kTypes)
    for (uint32_t rank = 3; rank <= 6; ++rank)
      for (uint32_t length : {1u, 2u, 15u, 16u, 33u}) {
        Builder b;
        Shape from = {1, 3, 2, 2, 2, 2};
        from.resize(rank);
        from[rank - 2] = 2;
        from[rank - 1] = length;
        Shape to = from;
        std::swap(to[rank - 2], to[rank - 1]);
        std::vector<uint32_t> order = {0, 1, 2, 3, 4, 5};
        order.resize(rank);
        std::swap(order[rank - 2], order[rank - 1]);
        const int32_t x = b.input(type, from, scale_of(type), zero_of(type));
        const int32_t y = b.activation(type, to, scale_of(type), zero_of(type));
        b.add(OCTAVO_OP_TRANSPOSE, axes(order), {x}, y);
        b.output(y);
        expect_engine_equals_reference_everywhere(b);
      }
}

TEST(Transpose, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](const std::vector<uint32_t> &order, uint32_t length, float scale) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, 3, 2}, 0.1f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, 2, length}, scale, 0);
    b.add(OCTAVO_OP_TRANSPOSE, axes(order), {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse({0, 2, 1}, 3, 0.1f), "");
  EXPECT_THAT(refuse({1, 0, 2}, 3, 0.1f), HasSubstr("axis: expected 0 to 0, found 1"));
  EXPECT_THAT(refuse({0, 0, 1}, 3, 0.1f), HasSubstr("axis: expected 1 to 2, found 0"));
  EXPECT_THAT(refuse({0, 2, 3}, 3, 0.1f), HasSubstr("axis: expected 1 to 2, found 3"));
  EXPECT_THAT(refuse({0, 2, UINT32_MAX}, 3, 0.1f), HasSubstr("axis: expected 1 to 2, found 42949"));
  EXPECT_THAT(refuse({0, 2, 2}, 3, 0.1f), HasSubstr("axes: expected each once, found 2 twice"));
  EXPECT_THAT(refuse({0, 2, 1, 3}, 3, 0.1f), HasSubstr("axis: expected 0 to 0, found 3"));
  EXPECT_THAT(refuse({0, 2, 1}, 4, 0.1f),
              HasSubstr("dimension 2 of the output: expected 3, found 4"));
  EXPECT_THAT(refuse({0, 2, 1}, 3, 0.2f), HasSubstr("scale and zero point"));
}

} // namespace
} // namespace octavo_test
