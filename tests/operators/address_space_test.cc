#include "tests/operators/test_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/operators/address_space.h"

namespace octavo_test {
namespace {

constexpr bool k32Bit = sizeof(void *) == 4;

octavo_status check_window(uint32_t kernel, uint32_t positions) {
  const octavo_window window = {{kernel, kernel}, {1, 1}, {1, 1}, {0, 0}, {0, 0}};
  octavo_format_tensor y = {};
  y.rank = 4;
  y.shape[0] = y.shape[1] = y.shape[3] = 1;
  y.shape[2] = positions;
  return octavo_address_space_check_window(&window, &y, nullptr);
}

/* 4 bytes · 2^16 taps · (8127 + 64 positions) is the last multiple below 2^31. */
TEST(AddressSpace, WindowsAtTheLimit) {
  EXPECT_EQ(check_window(256, 8127), OCTAVO_OK);
  EXPECT_EQ(check_window(256, 8128), k32Bit ? OCTAVO_ERROR_MEMORY : OCTAVO_OK);
  EXPECT_EQ(check_window(1024, 1u << 24), k32Bit ? OCTAVO_ERROR_MEMORY : OCTAVO_OK);
}

octavo_status check_weights(const Shape &shape, octavo_type type, uint32_t groups) {
  octavo_format_tensor weights = {};
  weights.type = static_cast<uint8_t>(type);
  weights.rank = static_cast<uint8_t>(shape.size());
  std::copy(shape.begin(), shape.end(), weights.shape);
  return octavo_address_space_check_weights(&weights, groups, nullptr);
}

/* (outputs + 64 · groups) · (taps · (inputs + 16) · bytes of one + 16) against 2^31. */
TEST(AddressSpace, WeightsAtTheLimit) {
  const octavo_status too_large = k32Bit ? OCTAVO_ERROR_MEMORY : OCTAVO_OK;
  EXPECT_EQ(check_weights({4096, 25088}, OCTAVO_FLOAT32, 1), OCTAVO_OK); /* VGG's largest */
  EXPECT_EQ(check_weights({4096, 7, 7, 512}, OCTAVO_FLOAT32, 1), OCTAVO_OK);
  EXPECT_EQ(check_weights({65472, 32735}, OCTAVO_INT8, 1), OCTAVO_OK);
  EXPECT_EQ(check_weights({65472, 32736}, OCTAVO_INT8, 1), too_large); /* 2^16 · 2^15 */
  EXPECT_EQ(check_weights({65472, 1, 1, 32736}, OCTAVO_INT8, 1), too_large);
  EXPECT_EQ(check_weights({1u << 23, 3, 3, 2}, OCTAVO_INT8, 1u << 23), too_large);
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
  EXPECT_EQ(octavo_session_create(model.get(), nullptr, &session, &error), OCTAVO_ERROR_MEMORY);
  EXPECT_EQ(session, nullptr);
  octavo_session_free(session);
  EXPECT_THAT(error.text, testing::HasSubstr("the table of the window's positions: expected what "
                                             "fits the address space of a 32-bit program"));
}

/* Without the check XNNPACK writes past the end of tables whose size was taken modulo 2^32. The
 * files have some hundred kilobytes. */
TEST(AddressSpace, HostileWindowsAreRefused) {
  if (!k32Bit)
    GTEST_SKIP() << "for 32-bit programs";
  const Window window = {383, 256}; /* 2^16 taps at 2^14 positions of 4 bytes: 0 modulo 2^32 */
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
