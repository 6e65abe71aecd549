#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/platform.h"
#include "runtime/kernels/convolution.h"
#include "runtime/operators/allocation_limit.h"

namespace octavo_test {
namespace {

octavo_status check_window(uint32_t kernel, uint32_t positions) {
  const octavo_window window = {{kernel, kernel}, {1, 1}, {1, 1}, {0, 0}, {0, 0}};
  octavo_format_tensor y = {};
  y.rank = 4;
  y.shape[0] = y.shape[1] = y.shape[3] = 1;
  y.shape[2] = positions;
  return octavo_allocation_limit_check_window(&window, &y, nullptr);
}

/* Bytes of a pointer · 2^16 taps · (positions + 64) against 2^31. */
TEST(AllocationLimit, WindowsAtTheLimit) {
  const uint32_t positions = (uint32_t{1} << 31) / (sizeof(void *) << 16) - 64;
  EXPECT_EQ(check_window(256, positions - 1), OCTAVO_OK);
  EXPECT_EQ(check_window(256, positions), OCTAVO_ERROR_MEMORY);
  EXPECT_EQ(check_window(1024, UINT32_MAX), OCTAVO_ERROR_MEMORY);
  EXPECT_EQ(check_window(3, 1u << 24), OCTAVO_OK); /* 4096×4096 */
}

octavo_status check_weights(const Shape &shape, octavo_type type, uint32_t groups) {
  octavo_format_tensor weights = {};
  weights.type = static_cast<uint8_t>(type);
  weights.rank = static_cast<uint8_t>(shape.size());
  std::copy(shape.begin(), shape.end(), weights.shape);
  return octavo_allocation_limit_check_weights(&weights, groups, nullptr);
}

/* (outputs + 64 · groups) · (taps · (inputs + 16) · bytes of one + 16) against 2^31. */
TEST(AllocationLimit, WeightsAtTheLimit) {
  EXPECT_EQ(check_weights({4096, 25088}, OCTAVO_FLOAT32, 1), OCTAVO_OK); /* VGG's largest */
  EXPECT_EQ(check_weights({4096, 7, 7, 512}, OCTAVO_FLOAT32, 1), OCTAVO_OK);
  EXPECT_EQ(check_weights({65472, 32735}, OCTAVO_INT8, 1), OCTAVO_OK);
  EXPECT_EQ(check_weights({65472, 32736}, OCTAVO_INT8, 1), OCTAVO_ERROR_MEMORY); /* 2^16 · 2^15 */
  EXPECT_EQ(check_weights({65472, 1, 1, 32736}, OCTAVO_INT8, 1), OCTAVO_ERROR_MEMORY);
  EXPECT_EQ(check_weights({1u << 23, 3, 3, 2}, OCTAVO_INT8, 1u << 23), OCTAVO_ERROR_MEMORY);
}

struct Window {
  uint32_t side, kernel;
};

octavo_attributes convolution_of(const Window &w) {
  octavo_attributes attributes = {};
  attributes.convolution = {w.kernel, w.kernel, 1, 1, 1,          1,         0,
                            0,        0,        0, 1, -kInfinity, kInfinity, {}};
  return attributes;
}

enum class Layer { kInt8, kFloat, kDynamic };

void build_convolution(Builder &b, Layer layer, const Window &w) {
  const octavo_type type = layer == Layer::kInt8 ? OCTAVO_INT8 : OCTAVO_FLOAT32;
  const Shape kernel = {1, w.kernel, w.kernel, 1};
  const uint32_t out = w.side - w.kernel + 1;
  const int32_t x = b.input(type, {1, w.side, w.side, 1}, scale_of(type), 0);
  const int32_t weights =
      layer == Layer::kFloat ? b.reals(kernel, std::vector<float>(elements(kernel), 1.0f))
                             : b.weights(kernel, std::vector<int8_t>(elements(kernel), 1), {0.01f});
  const int32_t y = b.activation(type, {1, out, out, 1}, scale_of(type), 0);
  b.add(OCTAVO_OP_CONVOLUTION, convolution_of(w), {x, weights, -1}, y);
  b.output(y);
}

void build_max_pool(Builder &b, octavo_type type, const Window &w) {
  const uint32_t out = w.side - w.kernel + 1;
  const int32_t x = b.input(type, {1, w.side, w.side, 1}, scale_of(type), zero_of(type));
  const int32_t y = b.activation(type, {1, out, out, 1}, scale_of(type), zero_of(type));
  octavo_attributes attributes = {};
  attributes.pool = {w.kernel, w.kernel, 1, 1, 1, 1, 0, 0, 0, 0, 0, {}};
  b.add(OCTAVO_OP_MAX_POOL, attributes, {x}, y);
  b.output(y);
}

void expect_refused(Builder &b) {
  Model model(b.finish());
  ASSERT_NE(model.get(), nullptr) << model.error();
  octavo_session *session = nullptr;
  octavo_error error = {};
  const size_t before = platform_memory_peak();
  octavo_kernels_own = false; /* they have no such tables */
  EXPECT_EQ(octavo_session_create(model.get(), nullptr, &session, &error), OCTAVO_ERROR_MEMORY);
  octavo_kernels_own = true;
  EXPECT_LT(platform_memory_peak(), before + (size_t{64} << 20));
  EXPECT_EQ(session, nullptr);
  octavo_session_free(session);
  EXPECT_THAT(error.text, testing::HasSubstr("the table of the window's positions: expected at "
                                             "most 2147483647 bytes, found up to "));
}

/* Without the check XNNPACK fills tables of 8 GB, and in 32-bit programs writes past the end of
 * those whose size was taken modulo 2^32. The files have some hundred kilobytes. */
TEST(AllocationLimit, HostileWindowsAreRefused) {
  const Window window = {383, 256}; /* 2^16 taps at 2^14 positions: of 4 bytes, 0 modulo 2^32 */
  for (const Layer layer : {Layer::kInt8, Layer::kFloat, Layer::kDynamic}) {
    Builder b;
    build_convolution(b, layer, window);
    expect_refused(b);
  }
  for (const octavo_type type : kTypes) {
    Builder b;
    build_max_pool(b, type, window);
    expect_refused(b);
  }
}

} // namespace
} // namespace octavo_test
