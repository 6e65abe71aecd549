#include "converter/quantize/scale.h"

#include <gmock/gmock.h>

#include <cmath>

namespace {

TEST(ScaleFromRange, OneSided) {
  /* 0..6 (ReLU6): 6 / 255, zero at the lower end. */
  const quantization_parameters p = scale_from_range({0.0f, 6.0f});
  EXPECT_FLOAT_EQ(p.scale, 6.0f / 255.0f);
  EXPECT_EQ(p.zero_point, -128);
  EXPECT_EQ(scale_quantize(p, 6.0f), 127);
  EXPECT_EQ(scale_quantize(p, 0.0f), -128);
  const quantization_parameters n = scale_from_range({-6.0f, 0.0f});
  EXPECT_EQ(n.zero_point, 127);
}

TEST(ScaleFromRange, TwoSided) {
  /* -1..3: scale 4/255; zero point -128 + 255/4 = -64.25, rounded. */
  const quantization_parameters p = scale_from_range({-1.0f, 3.0f});
  EXPECT_FLOAT_EQ(p.scale, 4.0f / 255.0f);
  EXPECT_EQ(p.zero_point, -64);
  EXPECT_EQ(scale_quantize(p, 0.0f), -64);
  EXPECT_EQ(scale_quantize(p, 100.0f), 127);
  EXPECT_EQ(scale_quantize(p, -100.0f), -128);
}

TEST(ScaleFromRange, AlwaysHoldsZero) {
  const quantization_parameters p = scale_from_range({2.0f, 5.1f});
  EXPECT_EQ(p.zero_point, -128);
  EXPECT_FLOAT_EQ(p.scale, 0.02f);
  EXPECT_EQ(scale_from_range({-5.0f, -1.0f}).zero_point, 127);
}

TEST(ScaleFromRange, DeadAndTinyTensorsStayFinite) {
  for (const float max : {0.0f, 1e-45f, 1e-30f}) {
    const quantization_parameters p = scale_from_range({-max, max});
    EXPECT_GE(p.scale, SCALE_MIN);
    EXPECT_TRUE(std::isfinite(1.0f / p.scale));
    EXPECT_GE(p.zero_point, -128);
    EXPECT_LE(p.zero_point, 127);
  }
  EXPECT_FLOAT_EQ(scale_from_range({0.0f, 0.0f}).scale, 1.0f / 255.0f);
}

TEST(ScaleToRange, IsWhatTheEndsStandFor) {
  const value_range r = scale_to_range({0.5f, -28});
  EXPECT_FLOAT_EQ(r.min, -50.0f);
  EXPECT_FLOAT_EQ(r.max, 77.5f);
}

TEST(ScaleQuantize, RoundsHalfToEven) {
  const quantization_parameters p = {1.0f, 3};
  EXPECT_EQ(scale_quantize(p, 0.5f), 3);
  EXPECT_EQ(scale_quantize(p, 1.5f), 5);
  EXPECT_EQ(scale_quantize(p, -0.5f), 3);
  EXPECT_EQ(scale_quantize(p, 2.5f), 5);
}

TEST(RangeUnion, HoldsBoth) {
  const value_range r = range_union({-1.0f, 2.0f}, {0.0f, 5.0f});
  EXPECT_EQ(r.min, -1.0f);
  EXPECT_EQ(r.max, 5.0f);
}

} // namespace
