#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octavo_test {
namespace {

struct Cut {
  uint32_t begin, length, step;
};

octavo_attributes cuts(const std::vector<Cut> &axes) {
  octavo_attributes attributes = {};
  attributes.slice.step[0] = 1;
  for (size_t i = 0; i < axes.size(); ++i) {
    attributes.slice.begin[i + 1] = axes[i].begin;
    attributes.slice.step[i + 1] = axes[i].step;
  }
  return attributes;
}

void expect_equal(const Shape &from, const std::vector<Cut> &axes) {
  for (octavo_type type : kTypes) {
    Builder b;
    Shape to = {1};
    for (const Cut &cut : axes)
      to.push_back(cut.length);
    const int32_t x = b.input(type, from, scale_of(type), zero_of(type));
    const int32_t y = b.activation(type, to, scale_of(type), zero_of(type));
    b.add(OCTAVO_OP_SLICE, cuts(axes), {x}, y);
    b.output(y);
    expect_engine_equals_reference_everywhere(b);
  }
}

TEST(Slice, HalvesOfTheChannels) {
  for (uint32_t channels : {2u, 30u, 58u, 116u}) {
    expect_equal({1, 7, 5, channels}, {{0, 7, 1}, {0, 5, 1}, {0, channels / 2, 1}});
    expect_equal({1, 7, 5, channels}, {{0, 7, 1}, {0, 5, 1}, {channels / 2, channels / 2, 1}});
  }
}

TEST(Slice, EveryAxisAndStep) {
  const Shape shape = {1, 5, 6, 7, 4, 3};
  for (uint32_t rank = 2; rank <= 6; ++rank)
    for (uint32_t cut = 1; cut < rank; ++cut)
      for (uint32_t step = 1; step <= 3; ++step)
        for (uint32_t begin = 0; begin < 3; ++begin) {
          std::vector<Cut> axes;
          for (uint32_t i = 1; i < rank; ++i)
            axes.push_back({0, shape[i], 1});
          axes[cut - 1] = {begin, (shape[cut] - 1 - begin) / step + 1, step};
          SCOPED_TRACE(testing::Message() << rank << " " << cut << " " << step << " " << begin);
          expect_equal(Shape(shape.begin(), shape.begin() + rank), axes);
        }
}

TEST(Slice, SeveralAxesAtOnce) {
  expect_equal({1, 9, 8, 7}, {{1, 3, 3}, {2, 6, 1}, {0, 4, 2}});
  expect_equal({1, 9, 8, 7}, {{8, 1, 16777216}, {0, 8, 1}, {1, 6, 1}});
  expect_equal({1, 4, 9, 8, 1}, {{1, 2, 2}, {1, 2, 1}, {0, 8, 1}, {0, 1, 1}});
}

TEST(Slice, Refuses) {
  using testing::HasSubstr;
  const auto refuse = [](Cut cut, float scale, uint32_t batch_begin = 0, uint32_t beyond = 0) {
    Builder b;
    octavo_attributes attributes = cuts({cut, {0, 2, 1}});
    attributes.slice.begin[0] = batch_begin;
    attributes.slice.step[3] = beyond;
    const int32_t x = b.input(OCTAVO_INT8, {1, 6, 2}, 0.1f, 0);
    const int32_t y = b.activation(OCTAVO_INT8, {1, cut.length, 2}, scale, 0);
    b.add(OCTAVO_OP_SLICE, attributes, {x}, y);
    b.output(y);
    return refusal(b);
  };
  EXPECT_EQ(refuse({1, 3, 2}, 0.1f), "");
  EXPECT_THAT(refuse({1, 3, 0}, 0.1f), HasSubstr("step: expected 1 to 16777216, found 0"));
  EXPECT_THAT(refuse({6, 1, 1}, 0.1f), HasSubstr("begin: expected 0 to 5, found 6"));
  EXPECT_THAT(refuse({2, 3, 2}, 0.1f),
              HasSubstr("dimension 1 of the output: expected at most 2, found 3"));
  EXPECT_THAT(refuse({1, 3, 2}, 0.1f, 1), HasSubstr("begin: expected 0 to 0, found 1"));
  EXPECT_THAT(refuse({1, 3, 2}, 0.1f, 0, 1), HasSubstr("step: expected 0 to 0, found 1"));
  EXPECT_THAT(refuse({1, 3, 2}, 0.2f), HasSubstr("scale and zero point"));
}

} // namespace
} // namespace octavo_test
