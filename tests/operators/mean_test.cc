#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

octavo_attributes over(uint32_t axes) {
  octavo_attributes attributes = {};
  attributes.mean.axes = axes;
  return attributes;
}

TEST(Mean, EverySetOfAxes) {
  for (octavo_type type : kTypes)
    for (uint32_t rank = 2; rank <= 6; ++rank)
      for (uint32_t axes = 2; axes < 1u << rank; axes += 2) {
        Builder b;
        const Shape lengths = {1, 3, 7, 1, 5, 2};
        Shape from(lengths.begin(), lengths.begin() + rank), to = from;
        for (uint32_t i = 0; i < rank; ++i)
          to[i] = (axes >> i & 1) != 0 ? 1 : from[i];
        const int32_t x = b.input(type, from, scale_of(type), type == OCTAVO_INT8 ? -70 : 0);
        const int32_t y = b.activation(type, to, type == OCTAVO_INT8 ? 0.037f : 0.0f,
                                       type == OCTAVO_INT8 ? 5 : 0);
        b.add(OCTAVO_OP_MEAN, over(axes), {x}, y);
        b.output(y);
        SCOPED_TRACE(testing::Message() << rank << " " << axes);
        Options options;
        options.absolute = 1e-6;
        expect_engine_equals_reference_everywhere(b, options);
      }
}

TEST(Mean, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](uint32_t axes, uint32_t length, uint32_t most = 6) {
    Builder b;
    const int32_t x = b.input(OCTAVO_INT8, {1, most, 2}, 0.1f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, length, 2}, 0.2f, 1);
    b.add(OCTAVO_OP_MEAN, over(axes), {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse(2, 1), "");
  for (uint32_t axes : {0u, 1u, 3u, 8u, 10u, UINT32_MAX})
    EXPECT_THAT(refuse(axes, 1), HasSubstr("axes: expected one or more of 1 to 2"));
  EXPECT_THAT(refuse(2, 6), HasSubstr("dimension 1 of the output: expected 1, found 6"));
  EXPECT_THAT(refuse(2, 1, 1u << 23), HasSubstr("elements averaged: expected 1 to 4194304"));
}

} // namespace
} // namespace octavo_test
