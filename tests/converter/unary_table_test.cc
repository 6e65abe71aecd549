// The tables of int8 functions.
#include "converter/built_model.h"
#include "converter/quantize/quantize.h"
#include "converter/test_vectors.h"
#include "tests/converter/tiny_network.h"
#include "tests/reference/reference.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace {

// One function of the input, with these ranges of the input and the output, in int8.
Graph Quantized(const octavo_attributes_unary &function, value_range x, value_range y) {
  NetworkBuilder b;
  const int32_t input = b.Input({1, 4});
  const int32_t output = b.Unary("f", input, static_cast<octavo_unary_function>(function.function),
                                 function.alpha, function.beta);
  b.Output(output);
  Graph source = b.Take();
  std::vector<value_range> ranges(source->tensor_count);
  ranges[static_cast<size_t>(input)] = x;
  ranges[static_cast<size_t>(output)] = y;
  graph *g = nullptr;
  octavo_error error = {};
  const quantize_settings settings = {ranges.data(), nullptr};
  EXPECT_EQ(quantize_graph(source.get(), &settings, &g, &error), OCTAVO_OK) << error.text;
  return Graph(g);
}

const graph_tensor &Table(const graph &g) {
  return g.tensors[g.nodes[0].inputs[1]];
}

// Scale 1 and zero point 0 come from the range of -128 to 127: halves go to the even neighbour.
TEST(UnaryTable, ByHand) {
  const value_range whole = {-128, 127};
  Graph g = Quantized({OCTAVO_UNARY_LEAKY_RELU, 0.5f, 0, {}}, whole, whole);
  ASSERT_EQ(g->nodes[0].input_count, 2u);
  const graph_tensor &table = Table(*g);
  EXPECT_EQ(table.type, GRAPH_INT8);
  ASSERT_EQ(table.bytes, 256u);
  EXPECT_EQ(table.quantization.scale, 1.0f);
  const int8_t *values = static_cast<const int8_t *>(table.data);
  EXPECT_THAT(std::vector<int>(values + 123, values + 131),
              testing::ElementsAre(-2, -2, -2, -1, 0, 0, 1, 2));
  EXPECT_EQ(values[0], -64);
  EXPECT_EQ(values[255], 127);
}

TEST(UnaryTable, IsWithinHalfAStepOfTheFunction) {
  const octavo_attributes_unary functions[] = {
      {OCTAVO_UNARY_SIGMOID, 0, 0, {}},    {OCTAVO_UNARY_TANH, 0, 0, {}},
      {OCTAVO_UNARY_HARD_SWISH, 0, 0, {}}, {OCTAVO_UNARY_HARD_SIGMOID, 0.2f, 0.5f, {}},
      {OCTAVO_UNARY_SILU, 0, 0, {}},       {OCTAVO_UNARY_GELU, 0, 0, {}},
      {OCTAVO_UNARY_GELU_TANH, 0, 0, {}},  {OCTAVO_UNARY_LEAKY_RELU, 0.01f, 0, {}},
      {OCTAVO_UNARY_ELU, 1.5f, 0, {}},     {OCTAVO_UNARY_ERF, 0, 0, {}},
  };
  for (const auto &function : functions)
    for (const value_range in : {value_range{-6, 5}, value_range{0, 1}, value_range{-3e4f, 1e5f}}) {
      const value_range out = {-0.6f, 4.0f};
      Graph g = Quantized(function, in, out);
      const graph_quantization &x = g->tensors[g->inputs[0]].quantization;
      const graph_quantization &y = g->tensors[g->outputs[0]].quantization;
      const int8_t *table = static_cast<const int8_t *>(Table(*g).data);
      EXPECT_EQ(Table(*g).quantization.scale, y.scale);
      for (int q = -128; q <= 127; q++) {
        const double real = double{x.scale} * (q - x.zero_point);
        const double exact =
            reference_unary_value(&function, real) / double{y.scale} + y.zero_point;
        const double wanted = std::min(std::max(exact, -128.0), 127.0);
        ASSERT_NEAR(table[q + 128], wanted, 0.5 + 1e-9)
            << function.function << " of " << real << " between " << in.min << " and " << in.max;
      }
    }
}

// All the way to a model file whose test vectors the engine repeats to the last bit.
TEST(UnaryTable, ReachesTheEngine) {
  Graph source = ExcitedNetwork();
  const std::vector<value_range> ranges(source->tensor_count, {-1.0f, 3.0f});
  graph *g = nullptr;
  octavo_error error = {};
  const quantize_settings settings = {ranges.data(), nullptr};
  ASSERT_EQ(quantize_graph(source.get(), &settings, &g, &error), OCTAVO_OK) << error.text;
  const Graph quantized(g);
  const label_list none = {nullptr, 0};
  built_model built = {};
  EXPECT_EQ(built_model_create(g, nullptr, &none, &built, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(test_vectors_add(&built, 3, nullptr, 1, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(octavo_model_verify(built.model, 1, &error), OCTAVO_OK) << error.text;
  built_model_free(&built);
}

} // namespace
