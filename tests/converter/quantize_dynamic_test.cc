#include "converter/built_model.h"
#include "converter/quantize/quantize.h"
#include "converter/quantize/weights.h"
#include "converter/test_vectors.h"
#include "runtime/memory.h"
#include "tests/converter/graph_builder.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int8_t> Bytes(const graph_tensor &t) {
  const int8_t *data = static_cast<const int8_t *>(t.data);
  return {data, data + t.bytes};
}

/* Two output channels of three inputs, 1 × 1. */
int32_t Pointwise(GraphBuilder &b, const std::vector<float> &weights,
                  const std::vector<float> &bias) {
  const int32_t x = b.Input({1, 2, 2, 3});
  const int32_t w = b.Constant({2, 1, 1, 3}, weights), c = b.Constant({2}, bias);
  const int32_t y = b.Add(OCTAVO_OP_CONVOLUTION, {x, w, c}, {1, 2, 2, 2});
  b.Output(y);
  return w;
}

TEST(QuantizeDynamic, WeightsByHandAndTheRestFloat) {
  GraphBuilder b;
  /* 12.7 / 127 = 0.1; 0.254 / 127 = 0.002. */
  const int32_t w = Pointwise(b, {12.7f, -1.0f, 0.26f, -0.254f, 0.1f, 0.0031f}, {0.3f, -7});
  ASSERT_TRUE(quantize_is_dynamic_capable(b.Get(), 0));
  octavo_error error = {};
  ASSERT_EQ(quantize_dynamic_constants(b.Get(), 0, &error), OCTAVO_OK) << error.text;
  const graph_tensor &weights = b.Get()->tensors[w];
  EXPECT_EQ(weights.type, GRAPH_INT8);
  EXPECT_THAT(Bytes(weights), ElementsAre(127, -10, 3, -127, 50, 2));
  ASSERT_EQ(weights.quantization.scale_count, 2u);
  EXPECT_FLOAT_EQ(weights.quantization.scales[0], 0.1f);
  EXPECT_FLOAT_EQ(weights.quantization.scales[1], 0.002f);
  EXPECT_EQ(weights.quantization.scale, 0.0f);
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(0.3f, -7));
  EXPECT_EQ(b.Get()->tensors[b.Node(0).inputs[0]].type, GRAPH_FLOAT32);
  EXPECT_EQ(b.Get()->tensors[b.Node(0).outputs[0]].type, GRAPH_FLOAT32);
  EXPECT_FALSE(quantize_is_dynamic_capable(b.Get(), 0)) << "a second time";
}

TEST(QuantizeDynamic, ZerosAndTinyWeightsGetAScaleThatIsANumber) {
  GraphBuilder b;
  const int32_t w = Pointwise(b, {0, 0, 0, 1e-38f, -1e-39f, 0}, {1, 2});
  ASSERT_EQ(quantize_dynamic_constants(b.Get(), 0, nullptr), OCTAVO_OK);
  const graph_tensor &weights = b.Get()->tensors[w];
  EXPECT_THAT(Bytes(weights), ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_EQ(weights.quantization.scales[0], 1.0f);
  EXPECT_EQ(weights.quantization.scales[1], 1.0f);
}

/* --search --weights per-tensor asks for both; that nothing leaks the address sanitizer sees. */
TEST(QuantizeDynamic, ScalesDecidedOnForInt8ActivationsGo) {
  GraphBuilder b;
  const int32_t w = Pointwise(b, {12.7f, -1.0f, 0.26f, -0.254f, 0.1f, 0.0031f}, {0.3f, -7});
  ASSERT_EQ(quantize_per_tensor(b.Get(), nullptr), OCTAVO_OK);
  ASSERT_EQ(quantize_dynamic_constants(b.Get(), 0, nullptr), OCTAVO_OK);
  const graph_tensor &weights = b.Get()->tensors[w];
  ASSERT_EQ(weights.quantization.scale_count, 2u);
  EXPECT_FLOAT_EQ(weights.quantization.scales[0], 0.1f);
  EXPECT_FLOAT_EQ(weights.quantization.scales[1], 0.002f);
}

TEST(QuantizeDynamic, SharedWeightsAreCopied) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 3});
  const int32_t w = b.Constant({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const int32_t y = b.Add(OCTAVO_OP_FULLY_CONNECTED, {x, w}, {1, 3});
  b.Output(b.Add(OCTAVO_OP_FULLY_CONNECTED, {y, w}, {1, 3}));
  ASSERT_EQ(quantize_dynamic_constants(b.Get(), 1, nullptr), OCTAVO_OK);
  EXPECT_NE(b.Node(0).inputs[1], b.Node(1).inputs[1]);
  EXPECT_EQ(b.Get()->tensors[b.Node(0).inputs[1]].type, GRAPH_FLOAT32);
  EXPECT_EQ(b.Get()->tensors[b.Node(1).inputs[1]].type, GRAPH_INT8);
  EXPECT_EQ(b.Node(1).input_count, 2u) << "no bias is put in";
}

TEST(QuantizeDynamic, RefusesWhatIsNotFinite) {
  octavo_error error = {};
  GraphBuilder weights, bias;
  Pointwise(weights, {1, 2, 3, 4, NAN, 6}, {1, 2});
  EXPECT_EQ(quantize_dynamic_constants(weights.Get(), 0, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("layer 'node0': expected finite weights, found nan in output "
                                    "channel 1"));
  Pointwise(bias, {1, 2, 3, 4, 5, 6}, {INFINITY, 2});
  EXPECT_EQ(quantize_dynamic_constants(bias.Get(), 0, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("expected finite biases, found inf in output channel 0"));
}

TEST(QuantizeDynamic, TheLongestSum) {
  for (const int64_t inputs : {65793, 65794}) {
    GraphBuilder b;
    const int32_t x = b.Input({1, inputs});
    const int32_t w = b.Constant({1, inputs}, std::vector<float>(static_cast<size_t>(inputs), 1));
    b.Output(b.Add(OCTAVO_OP_FULLY_CONNECTED, {x, w}, {1, 1}));
    octavo_error error = {};
    const bool fits = inputs == 65793;
    EXPECT_EQ(quantize_is_dynamic_capable(b.Get(), 0), fits);
    EXPECT_EQ(quantize_dynamic_constants(b.Get(), 0, &error),
              fits ? OCTAVO_OK : OCTAVO_ERROR_ARGUMENT);
    if (!fits) {
      EXPECT_THAT(error.text, HasSubstr("at most 65793 products per output value, the most that "
                                        "int32 sums hold, found 65794"));
    }
  }
}

/* Whether a convolution of `inputs` channels in `groups` groups is. */
bool Capable(int64_t inputs, int64_t outputs, uint32_t groups) {
  GraphBuilder b;
  const int64_t depth = inputs / groups;
  const int32_t x = b.Input({1, 2, 2, inputs});
  const int32_t w = b.Constant({outputs, 1, 1, depth},
                               std::vector<float>(static_cast<size_t>(outputs * depth), 1));
  b.Output(b.Add(OCTAVO_OP_CONVOLUTION, {x, w}, {1, 2, 2, outputs}));
  b.Last().attributes.convolution.groups = groups;
  return quantize_is_dynamic_capable(b.Get(), 0);
}

TEST(QuantizeDynamic, DepthwiseLayersAreNotWorthIt) {
  EXPECT_FALSE(Capable(8, 8, 8));
  EXPECT_FALSE(Capable(8, 16, 8));
  EXPECT_TRUE(Capable(8, 8, 4));
  EXPECT_TRUE(Capable(8, 8, 1));
  EXPECT_TRUE(Capable(2, 8, 1));
  EXPECT_FALSE(Capable(1, 8, 1)) << "a gray image";
}

TEST(QuantizeDynamic, OtherNodesAreNot) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2, 2, 3});
  const int32_t y = b.Add(OCTAVO_OP_CLIP, {x}, {1, 2, 2, 3});
  b.Output(b.Add(OCTAVO_OP_ADD, {x, y}, {1, 2, 2, 3}));
  EXPECT_FALSE(quantize_is_dynamic_capable(b.Get(), 0));
  EXPECT_FALSE(quantize_is_dynamic_capable(b.Get(), 1));
}

octavo_status QuantizeAll(graph *g, octavo_error *error) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++)
    if (quantize_is_dynamic_capable(g, n))
      status = quantize_dynamic_constants(g, n, error);
  return status;
}

/* The graph makes a model that runs; its result is near that of the float one. */
TEST(QuantizeDynamic, ANetworkRuns) {
  const label_list none = {nullptr, 0};
  std::vector<float> results[2];
  for (const bool dynamic : {false, true}) {
    Graph g = TinyNetwork();
    octavo_error error = {};
    ASSERT_EQ(dynamic ? QuantizeAll(g.get(), &error) : OCTAVO_OK, OCTAVO_OK) << error.text;
    built_model built = {};
    ASSERT_EQ(built_model_create(g.get(), nullptr, &none, &built, &error), OCTAVO_OK) << error.text;
    EXPECT_EQ(built.bytes[10], dynamic ? 1 : 0) << "the minor version";
    ASSERT_EQ(test_vectors_add(&built, 4, nullptr, 1, &error), OCTAVO_OK) << error.text;
    EXPECT_EQ(octavo_model_verify(built.model, 1, &error), OCTAVO_OK) << error.text;
    octavo_session *session = nullptr;
    ASSERT_EQ(octavo_session_create(built.model, nullptr, &session, &error), OCTAVO_OK);
    float *input = static_cast<float *>(octavo_session_input(session, 0));
    for (int i = 0; i < 8 * 8 * 3; i++)
      input[i] = std::sin(static_cast<float>(i));
    ASSERT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
    const float *output = static_cast<const float *>(octavo_session_output(session, 0));
    results[dynamic].assign(output, output + 4);
    octavo_session_free(session);
    built_model_free(&built);
  }
  float spread = 0;
  for (const float value : results[0])
    spread = std::max(spread, std::fabs(value));
  for (size_t i = 0; i < 4; i++)
    EXPECT_NEAR(results[1][i], results[0][i], 0.05f * spread);
  EXPECT_NE(results[0], results[1]);
}

TEST(QuantizeDynamic, EveryAllocationMayFail) {
  for (size_t n = 0;; n++) {
    ASSERT_LT(n, 100u);
    Graph g = TinyNetwork();
    octavo_error error = {};
    const size_t before = octavo_memory_count();
    octavo_memory_fail_at(n, 0);
    const octavo_status status = QuantizeAll(g.get(), &error);
    octavo_memory_fail_at(SIZE_MAX, 0);
    if (status == OCTAVO_OK && octavo_memory_count() - before <= n) {
      EXPECT_GE(n, 6u) << "weights and scales of three layers";
      return;
    }
    ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << n;
    ASSERT_STRNE(error.text, "") << n;
  }
}

} // namespace
