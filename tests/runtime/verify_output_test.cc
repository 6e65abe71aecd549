#include "runtime/verify_output.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

namespace {

template <typename T>
octavo_status Compare(octavo_type type, octavo_exactness exactness, const std::vector<T> &expected,
                      const std::vector<T> &found, octavo_error *error = nullptr) {
  octavo_tensor_info info = {};
  info.name = "y";
  info.type = type;
  info.zero_point = type == OCTAVO_INT8 ? -28 : 0;
  info.bytes = expected.size() * sizeof(T);
  return octavo_verify_output(&info, exactness, reinterpret_cast<const uint8_t *>(expected.data()),
                              found.data(), error);
}

octavo_status Floats(octavo_exactness exactness, const std::vector<float> &expected,
                     const std::vector<float> &found, octavo_error *error = nullptr) {
  return Compare(OCTAVO_FLOAT32, exactness, expected, found, error);
}

octavo_status Bytes(octavo_exactness exactness, const std::vector<int8_t> &expected,
                    const std::vector<int8_t> &found, octavo_error *error = nullptr) {
  return Compare(OCTAVO_INT8, exactness, expected, found, error);
}

// 5 % of 20 is 1.
TEST(VerifyOutput, LooseFloatsMayDifferByAShareOfTheLargest) {
  EXPECT_EQ(Floats(OCTAVO_LOOSE, {-20, 0, 3}, {-20, 0.99f, 2.01f}), OCTAVO_OK);
  octavo_error error = {};
  EXPECT_EQ(Floats(OCTAVO_LOOSE, {-20, 0, 3}, {-20, 1.01f, 3}, &error), OCTAVO_ERROR_MISMATCH);
  EXPECT_STREQ(error.text, "output y: value 1: expected 0 within 1, found 1.00999999");
  EXPECT_EQ(Floats(OCTAVO_LOOSE, {-20, 0, 3}, {-20, 0, NAN}), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Floats(OCTAVO_LOOSE, {INFINITY, 1}, {INFINITY, 2}), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Floats(OCTAVO_LOOSE, {0, 0}, {0, 0.001f}), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Floats(OCTAVO_CLOSE, {-20, 0, 3}, {-20, 0.99f, 3}), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Floats(OCTAVO_CLOSE, {-20, 0, 3}, {-20, 0.00009f, 3}), OCTAVO_OK);
}

// Without the zero point the largest is 112 - -28 = 140: 1 + 5 % of it is 8.
TEST(VerifyOutput, LooseInt8MayDifferBySteps) {
  EXPECT_EQ(Bytes(OCTAVO_LOOSE, {112, 0, -128}, {104, 8, -120}), OCTAVO_OK);
  octavo_error error = {};
  EXPECT_EQ(Bytes(OCTAVO_LOOSE, {112, 0, -128}, {112, 9, -128}, &error), OCTAVO_ERROR_MISMATCH);
  EXPECT_STREQ(error.text, "output y: value 1: expected 0 within 8, found 9");
  EXPECT_EQ(Bytes(OCTAVO_LOOSE, {-28, -28}, {-27, -29}), OCTAVO_OK) << "one step always";
  EXPECT_EQ(Bytes(OCTAVO_EXACT, {112, 0}, {112, 1}), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Bytes(OCTAVO_EXACT, {112, 0}, {112, 0}), OCTAVO_OK);
}

} // namespace
