/* Packed weights are made once per model. */
#include "runtime/memory.h"
#include "tests/session/network.h"

#include <gtest/gtest.h>

namespace octavo_test {
namespace {

TEST(Pack, SessionsShareOneCopy) {
  Model model(network());
  octavo_session *first = nullptr, *second = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &first, nullptr), OCTAVO_OK);
  std::vector<void *> packed;
  size_t with_weights = 0;
  for (uint32_t i = 0; i < model->operator_count; ++i) {
    packed.push_back(model->packed[i].data);
    const uint16_t opcode = model->operators[i].opcode;
    const bool expected = opcode == OCTAVO_OP_CONVOLUTION || opcode == OCTAVO_OP_FULLY_CONNECTED;
    EXPECT_EQ(packed.back() != nullptr, expected) << i;
    with_weights += expected;
  }
  EXPECT_EQ(with_weights, 5u);
  ASSERT_EQ(octavo_session_create(model.get(), nullptr, &second, nullptr), OCTAVO_OK);
  for (uint32_t i = 0; i < model->operator_count; ++i)
    EXPECT_EQ(model->packed[i].data, packed[i]);
  /* Still there when the session that packed is gone. */
  octavo_session_free(first);
  const auto input = network_input(model.get(), 1);
  EXPECT_EQ(run_session(second, input), run_reference(model.get(), 1, input));
  octavo_session_free(second);
}

size_t allocations_of_create(octavo_model *model) {
  const size_t before = octavo_memory_count();
  octavo_session *session = nullptr;
  EXPECT_EQ(octavo_session_create(model, nullptr, &session, nullptr), OCTAVO_OK);
  octavo_session_free(session);
  return octavo_memory_count() - before;
}

/* Our own int8 kernels save more allocations than the packed copy, so a lower bound for those. The
 * float32 layers are XNNPACK's on every processor: four of five find the packed weights, and the
 * depthwise one packs before it looks, and its copy is thrown away. */
TEST(Pack, LaterSessionsPackNothing) {
  for (octavo_type type : {OCTAVO_INT8, OCTAVO_FLOAT32}) {
    NetworkOptions options;
    options.type = type;
    Model model(network(options));
    const size_t first = allocations_of_create(model.get());
    const size_t second = allocations_of_create(model.get());
    EXPECT_GE(first, second + 4);
    if (type == OCTAVO_FLOAT32) {
      EXPECT_EQ(first, second + 4);
    }
    EXPECT_EQ(allocations_of_create(model.get()), second);
  }
}

/* Dynamic quantization has no kernel but XNNPACK's that look first. */
TEST(Pack, LaterSessionsPackNothingForDynamicLayers) {
  NetworkOptions options;
  options.type = OCTAVO_FLOAT32;
  options.dynamic = true;
  Model model(network(options));
  const size_t first = allocations_of_create(model.get());
  for (uint32_t i = 0; i < model->operator_count; ++i) {
    const uint16_t opcode = model->operators[i].opcode;
    EXPECT_EQ(model->packed[i].data != nullptr,
              opcode == OCTAVO_OP_CONVOLUTION || opcode == OCTAVO_OP_FULLY_CONNECTED);
  }
  const size_t second = allocations_of_create(model.get());
  EXPECT_EQ(first, second + 5);
  EXPECT_EQ(allocations_of_create(model.get()), second);
}

} // namespace
} // namespace octavo_test
