#include "converter/quantize/quantize.h"
#include "converter/quantize/scale_rules.h"
#include "converter/quantize/weights.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

namespace {

using testing::HasSubstr;

const graph_node *FindNode(const graph &g, const std::string &name) {
  for (uint32_t n = 0; n < g.node_count; n++)
    if (g.nodes[n].name == name)
      return &g.nodes[n];
  return nullptr;
}

const graph_tensor *FindTensor(const graph &g, const std::string &name) {
  for (uint32_t t = 0; t < g.tensor_count; t++)
    if (g.tensors[t].name == name)
      return &g.tensors[t];
  return nullptr;
}

/* Quantizes with the range [-1, 3] for everything but what `ranges` names. */
struct Result {
  Graph g;
  octavo_status status;
  octavo_error error;
};

Result Quantize(const graph &source,
                const std::vector<std::pair<std::string, value_range>> &named = {}) {
  std::vector<value_range> ranges(source.tensor_count, {-1.0f, 3.0f});
  for (const auto &[name, range] : named)
    for (uint32_t t = 0; t < source.tensor_count; t++)
      if (source.tensors[t].name == name)
        ranges[t] = range;
  Result r{nullptr, OCTAVO_OK, {}};
  graph *g = nullptr;
  const quantize_settings settings = {ranges.data(), nullptr};
  r.status = quantize_graph(&source, &settings, &g, &r.error);
  r.g.reset(g);
  return r;
}

TEST(QuantizeGraph, EveryActivationIsInt8AndKeepsItsName) {
  Graph source = TinyNetwork();
  Result r = Quantize(*source);
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_EQ(r.g->node_count, source->node_count);
  for (uint32_t n = 0; n < r.g->node_count; n++) {
    EXPECT_STREQ(r.g->nodes[n].name, source->nodes[n].name);
    const graph_tensor *y = &r.g->tensors[r.g->nodes[n].outputs[0]];
    EXPECT_EQ(y->type, GRAPH_INT8);
    EXPECT_GT(y->quantization.scale, 0.0f);
  }
  EXPECT_STREQ(r.g->tensors[r.g->inputs[0]].name, "input");
  EXPECT_EQ(r.g->tensors[r.g->inputs[0]].type, GRAPH_INT8);
}

TEST(QuantizeGraph, WeightsPerChannelAndBiasAtTheirScale) {
  Graph source = TinyNetwork();
  Result r = Quantize(*source);
  const graph_tensor *w = FindTensor(*r.g, "conv1_w"), *f = FindTensor(*source, "conv1_w");
  const graph_tensor *b = FindTensor(*r.g, "conv1_b"), *fb = FindTensor(*source, "conv1_b");
  ASSERT_TRUE(w != nullptr && b != nullptr);
  EXPECT_EQ(w->type, GRAPH_INT8);
  EXPECT_EQ(b->type, GRAPH_INT32);
  ASSERT_EQ(w->quantization.scale_count, 8u);
  const float input_scale = r.g->tensors[r.g->inputs[0]].quantization.scale;
  for (uint32_t c = 0; c < 8; c++) {
    const float *from = static_cast<const float *>(f->data) + c * 27;
    const float scale = w->quantization.scales[c];
    EXPECT_FLOAT_EQ(scale, weights_absolute_max(from, 27) / 127.0f);
    for (uint32_t i = 0; i < 27; i++)
      EXPECT_NEAR(static_cast<const int8_t *>(w->data)[c * 27 + i] * scale, from[i],
                  scale * 0.5f * 1.001f);
    EXPECT_NEAR(static_cast<const int32_t *>(b->data)[c] * (double)input_scale * scale,
                static_cast<const float *>(fb->data)[c], input_scale * scale * 0.51);
  }
}

TEST(QuantizeGraph, AMissingBiasBecomesZeros) {
  Graph source = TinyNetwork();
  ASSERT_EQ(FindNode(*source, "conv2")->input_count, 2u);
  Result r = Quantize(*source);
  const graph_node *conv2 = FindNode(*r.g, "conv2");
  ASSERT_EQ(conv2->input_count, 3u);
  const graph_tensor *bias = &r.g->tensors[conv2->inputs[2]];
  EXPECT_EQ(bias->type, GRAPH_INT32);
  for (uint32_t c = 0; c < 8; c++)
    EXPECT_EQ(static_cast<const int32_t *>(bias->data)[c], 0);
}

TEST(QuantizeGraph, PoolsInheritAndAddReluEndsAtMinus128) {
  Graph source = TinyNetwork();
  Result r = Quantize(*source, {{"add_out", {0.0f, 5.1f}}, {"pool_out", {0.0f, 1.0f}}});
  const graph_tensor *add = FindTensor(*r.g, "add_out"), *pool = FindTensor(*r.g, "pool_out");
  EXPECT_FLOAT_EQ(add->quantization.scale, 0.02f);
  EXPECT_EQ(add->quantization.zero_point, -128);
  EXPECT_EQ(pool->quantization.scale, add->quantization.scale);
  EXPECT_EQ(pool->quantization.zero_point, -128);
}

TEST(QuantizeGraph, ConcatenationUnifiesItsInputs) {
  NetworkBuilder b;
  const int32_t x = b.Input({1, 4, 4, 3});
  const int32_t left = b.Convolution("left", x, 4, 1, true);
  const int32_t right = b.Convolution("right", x, 4, 3, false);
  b.Output(b.GlobalAveragePool("mean", b.Concatenation("concat", {left, right})));
  Graph source = b.Take();
  Result r = Quantize(
      *source,
      {{"left_out", {0.0f, 4.0f}}, {"right_out", {-1.1f, 1.0f}}, {"concat_out", {-9.0f, 9.0f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  for (const char *name : {"left_out", "right_out", "concat_out"}) {
    EXPECT_FLOAT_EQ(FindTensor(*r.g, name)->quantization.scale, 0.02f) << name;
    EXPECT_EQ(FindTensor(*r.g, name)->quantization.zero_point, -73) << name; /* -128 + 55 */
  }
}

TEST(QuantizeGraph, PaddingWidensTheRangeToItsValue) {
  NetworkBuilder b;
  const int32_t x = b.Input({1, 4, 4, 3});
  b.Output(b.GlobalAveragePool("mean", b.Pad("pad", x, 1, -4.1f)));
  Graph source = b.Take();
  Result r = Quantize(*source, {{"input", {0.0f, 1.0f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_FLOAT_EQ(FindTensor(*r.g, "input")->quantization.scale, 0.02f);
  EXPECT_FLOAT_EQ(FindTensor(*r.g, "pad_out")->quantization.scale, 0.02f);
}

TEST(QuantizeGraph, SoftmaxAtTheEndStaysFloat) {
  Graph source = TinyNetwork(true);
  Result r = Quantize(*source);
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  ASSERT_EQ(r.g->node_count, source->node_count + 1);
  const graph_node *last = &r.g->nodes[r.g->node_count - 1];
  const graph_node *before = &r.g->nodes[r.g->node_count - 2];
  EXPECT_EQ(last->op, (uint32_t)OCTAVO_OP_SOFTMAX);
  EXPECT_EQ(last->input_count, 1u);
  EXPECT_EQ(before->op, (uint32_t)OCTAVO_OP_DEQUANTIZE);
  EXPECT_EQ(before->outputs[0], last->inputs[0]);
  EXPECT_EQ(r.g->tensors[r.g->outputs[0]].type, GRAPH_FLOAT32);
  EXPECT_STREQ(r.g->tensors[r.g->outputs[0]].name, "softmax_out");
}

TEST(QuantizeGraph, ReshapesBeforeTheLastSoftmaxStayInt8AndThoseAfterItFloat) {
  NetworkBuilder b;
  const int32_t x = b.FullyConnected("fc", b.GlobalAveragePool("mean", b.Input({1, 4, 4, 3})), 6);
  const int32_t y = b.Softmax("softmax", b.Reshape("before", x, {1, 2, 3}));
  b.Output(b.Reshape("after", y, {1, 6}));
  Graph source = b.Take();
  Result r = Quantize(*source);
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_EQ(FindTensor(*r.g, "before_out")->type, GRAPH_INT8);
  EXPECT_EQ(FindTensor(*r.g, "softmax_out")->type, GRAPH_FLOAT32);
  EXPECT_EQ(FindTensor(*r.g, "after_out")->type, GRAPH_FLOAT32);
}

TEST(QuantizeGraph, SoftmaxInTheMiddleGetsItsTable) {
  NetworkBuilder b;
  const int32_t x = b.FullyConnected("fc", b.GlobalAveragePool("mean", b.Input({1, 4, 4, 3})), 6);
  b.Output(b.FullyConnected("fc2", b.Softmax("softmax", x), 2));
  Graph source = b.Take();
  Result r = Quantize(*source, {{"fc_out", {0.0f, 25.5f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  const graph_node *softmax = FindNode(*r.g, "softmax");
  ASSERT_EQ(softmax->input_count, 2u);
  const auto *table = static_cast<const int32_t *>(r.g->tensors[softmax->inputs[1]].data);
  EXPECT_EQ(table[0], 1 << 23);
  EXPECT_EQ(table[10], 3085996); /* 2^23 / e at a scale of 0.1 */
  EXPECT_EQ(table[255], 0);
  const graph_tensor *y = &r.g->tensors[softmax->outputs[0]];
  EXPECT_EQ(y->quantization.scale, 1.0f / 256.0f);
  EXPECT_EQ(y->quantization.zero_point, -128);
}

TEST(QuantizeGraph, WeightsReadTwiceAreQuantizedForEachReader) {
  NetworkBuilder b;
  const int32_t x = b.Input({1, 4, 4, 4});
  const int32_t one = b.Convolution("one", x, 4, 1, true);
  b.Output(b.Convolution("two", one, 4, 1, false));
  Graph source = b.Take();
  graph_node *nodes = source->nodes;
  nodes[1].inputs[1] = nodes[0].inputs[1];
  nodes[1].inputs[2] = nodes[0].inputs[2];
  Result r = Quantize(*source, {{"one_out", {0.0f, 100.0f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  const graph_node *p = FindNode(*r.g, "one"), *q = FindNode(*r.g, "two");
  EXPECT_NE(p->inputs[1], q->inputs[1]);
  EXPECT_NE(p->inputs[2], q->inputs[2]);
  EXPECT_NE(std::memcmp(r.g->tensors[p->inputs[2]].data, r.g->tensors[q->inputs[2]].data, 16), 0);
}

TEST(QuantizeGraph, AddsThatDifferTooMuchAreBroughtIntoTheKernelsLimits) {
  Graph source = TinyNetwork();
  Result r = Quantize(*source, {{"conv2_out", {-1e-6f, 1e-6f}}, {"add_out", {0.0f, 3.0f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  const float ratio = FindTensor(*r.g, "conv2_out")->quantization.scale /
                      FindTensor(*r.g, "add_out")->quantization.scale;
  EXPECT_GE(ratio, 0x1p-10f);
  EXPECT_LT(ratio, 0x1.01p-10f);
  r = Quantize(*source, {{"add_out", {0.0f, 1e-6f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_LT(FindTensor(*r.g, "conv2_out")->quantization.scale /
                FindTensor(*r.g, "add_out")->quantization.scale,
            256.0f);
}

TEST(QuantizeGraph, AConvolutionThatSeemsDeadKeepsItsRatioInTheLimits) {
  NetworkBuilder b;
  b.Output(b.Convolution("conv", b.Input({1, 4, 4, 3}), 4, 3, true));
  Graph source = b.Take();
  Result r = Quantize(*source, {{"conv_out", {0.0f, 1e-12f}}});
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  const float in = FindTensor(*r.g, "input")->quantization.scale;
  const float out = FindTensor(*r.g, "conv_out")->quantization.scale;
  for (uint32_t c = 0; c < 4; c++)
    EXPECT_LT(in * FindTensor(*r.g, "conv_w")->quantization.scales[c] / out, REQUANTIZATION_BELOW);
}

Result QuantizeWith(const graph &source, const std::vector<layer_precision> &precisions) {
  const std::vector<value_range> ranges(source.tensor_count, {-1.0f, 3.0f});
  Result r{nullptr, OCTAVO_OK, {}};
  graph *g = nullptr;
  const quantize_settings settings = {ranges.data(), precisions.data()};
  r.status = quantize_graph(&source, &settings, &g, &r.error);
  r.g.reset(g);
  return r;
}

std::vector<std::string> NodeNames(const graph &g) {
  std::vector<std::string> names;
  for (uint32_t n = 0; n < g.node_count; n++)
    names.emplace_back(g.nodes[n].name);
  return names;
}

TEST(QuantizeGraph, AFloatLayerBetweenInt8OnesGetsOneConversionEachWay) {
  // conv1_out goes to conv2, which stays float32, and to add, which does not.
  Graph source = TinyNetwork();
  std::vector<layer_precision> precisions(source->node_count, PRECISION_INT8);
  precisions[1] = PRECISION_FLOAT;
  Result r = QuantizeWith(*source, precisions);
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_THAT(NodeNames(*r.g),
              testing::ElementsAre("conv1", "conv1_out_dequantize", "conv2", "conv2_out_quantize",
                                   "add", "pool", "mean", "fc"));
  EXPECT_EQ(FindTensor(*r.g, "conv2_out")->type, GRAPH_FLOAT32);
  EXPECT_EQ(FindTensor(*r.g, "conv2_w")->type, GRAPH_FLOAT32);
  const graph_tensor *quantized = FindTensor(*r.g, "conv2_out_quantized");
  EXPECT_EQ(quantized->type, GRAPH_INT8);
  EXPECT_FLOAT_EQ(quantized->quantization.scale, 4.0f / 255.0f);
  EXPECT_EQ(FindNode(*r.g, "add")->op, OCTAVO_OP_ADD);
  for (uint32_t i = 0; i < 2; i++)
    EXPECT_EQ(r.g->tensors[FindNode(*r.g, "add")->inputs[i]].type, GRAPH_INT8);
}

TEST(QuantizeGraph, AFloatFirstLayerTakesFloatInput) {
  Graph source = TinyNetwork();
  std::vector<layer_precision> precisions(source->node_count, PRECISION_INT8);
  precisions[0] = PRECISION_FLOAT;
  Result r = QuantizeWith(*source, precisions);
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_EQ(r.g->tensors[r.g->inputs[0]].type, GRAPH_FLOAT32);
  // Both readers of its result share the quantized one.
  EXPECT_THAT(NodeNames(*r.g), testing::ElementsAre("conv1", "conv1_out_quantize", "conv2", "add",
                                                    "pool", "mean", "fc"));
}

TEST(QuantizeGraph, AllFloatIsTheSource) {
  Graph source = TinyNetwork();
  Result r =
      QuantizeWith(*source, std::vector<layer_precision>(source->node_count, PRECISION_FLOAT));
  ASSERT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_EQ(NodeNames(*r.g), NodeNames(*source));
  for (uint32_t t = 0; t < r.g->tensor_count; t++)
    EXPECT_EQ(r.g->tensors[t].type, GRAPH_FLOAT32);
}

TEST(QuantizeGraph, AConstantOperandIsRefusedWithItsLayer) {
  NetworkBuilder b;
  const int32_t x = b.Input({1, 4});
  b.Output(b.Add("bias_add", x, x, false));
  Graph source = b.Take();
  const float values[4] = {};
  const int64_t shape[2] = {1, 4};
  octavo_error error;
  ASSERT_EQ(graph_add_tensor(source.get(), "c", GRAPH_FLOAT32, 2, shape, values,
                             &source->nodes[0].inputs[1], &error),
            OCTAVO_OK);
  Result r = QuantizeWith(*source, {PRECISION_INT8});
  EXPECT_EQ(r.status, OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(r.error.text, HasSubstr("bias_add"));
  // Left to itself the converter keeps it in float32.
  r = Quantize(*source);
  EXPECT_EQ(r.status, OCTAVO_OK) << r.error.text;
  EXPECT_EQ(FindTensor(*r.g, "bias_add_out")->type, GRAPH_FLOAT32);
}

TEST(ScaleRules, CoverEveryOperatorThatHasAnInt8Form) {
  for (uint32_t op = OCTAVO_OP_CONVOLUTION; op < OCTAVO_OP_DEQUANTIZE; op++)
    EXPECT_NE(scale_rule_find(op), nullptr) << op;
  for (uint32_t op : {OCTAVO_OP_TRANSPOSE, OCTAVO_OP_SLICE, OCTAVO_OP_RESIZE, OCTAVO_OP_MEAN})
    EXPECT_NE(scale_rule_find(op), nullptr) << op;
  EXPECT_EQ(scale_rule_find(OCTAVO_OP_DEQUANTIZE), nullptr);
}

} // namespace
