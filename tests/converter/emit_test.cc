#include "converter/built_model.h"
#include "converter/emit.h"
#include "converter/quantize/quantize.h"
#include "converter/test_vectors.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <cstring>

namespace {

using testing::HasSubstr;

struct Built {
  built_model model = {};
  ~Built() {
    built_model_free(&model);
  }
};

const octavo_preprocessing kRule = {8,
                                    8,
                                    8,
                                    8,
                                    OCTAVO_RESIZE_STRETCH,
                                    false,
                                    3,
                                    1.0f / 255.0f,
                                    {0.5f, 0.5f, 0.5f},
                                    {0.25f, 0.25f, 0.25f}};

Graph Int8Network(bool softmax = false) {
  Graph source = TinyNetwork(softmax);
  std::vector<value_range> ranges(source->tensor_count, {-2.0f, 2.0f});
  graph *g = nullptr;
  octavo_error error = {};
  const quantize_settings settings = {ranges.data(), nullptr};
  EXPECT_EQ(quantize_graph(source.get(), &settings, &g, &error), OCTAVO_OK) << error.text;
  return Graph(g);
}

void Build(graph *g, Built *built) {
  const label_list none = {nullptr, 0};
  octavo_error error = {};
  ASSERT_EQ(built_model_create(g, &kRule, &none, &built->model, &error), OCTAVO_OK) << error.text;
}

TEST(Emit, TheRuntimeReadsWhatTheGraphSays) {
  for (const bool int8 : {false, true}) {
    Graph g = int8 ? Int8Network() : TinyNetwork();
    Built built;
    Build(g.get(), &built);
    octavo_model *model = built.model.model;
    ASSERT_EQ(octavo_model_operator_count(model), g->node_count);
    for (uint32_t n = 0; n < g->node_count; n++) {
      octavo_operator_info info;
      ASSERT_EQ(octavo_model_operator(model, n, &info), OCTAVO_OK);
      const graph_tensor *y = &g->tensors[g->nodes[n].outputs[0]];
      EXPECT_STREQ(info.name, g->nodes[n].name);
      EXPECT_STREQ(info.output.name, y->name);
      EXPECT_EQ((int)info.output.type, (int)y->type);
      EXPECT_EQ(info.arena_offset, y->arena_offset);
      if (int8) {
        EXPECT_EQ(info.output.scale, y->quantization.scale);
        EXPECT_EQ(info.output.zero_point, y->quantization.zero_point);
      }
    }
    octavo_model_info info;
    ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
    EXPECT_EQ(info.arena_bytes, built.model.plan.arena_bytes);
  }
}

TEST(Emit, TheSameGraphGivesTheSameBytes) {
  Graph a = Int8Network(true), b = Int8Network(true);
  Built x, y;
  Build(a.get(), &x);
  Build(b.get(), &y);
  ASSERT_EQ(x.model.size, y.model.size);
  EXPECT_EQ(std::memcmp(x.model.bytes, y.model.bytes, x.model.size), 0);
}

TEST(Emit, ANodeThatNoPassLoweredIsRefused) {
  Graph g = TinyNetwork();
  g->nodes[2].op = GRAPH_OP_TRANSPOSE;
  model_writer *writer = model_writer_create();
  octavo_error error = {};
  EXPECT_EQ(emit_graph(g.get(), writer, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("'add'"));
  model_writer_free(writer);
}

TEST(Emit, ATensorThatNoFileCanHoldIsRefused) {
  Graph g = TinyNetwork();
  g->tensors[g->outputs[0]].type = GRAPH_INT64;
  model_writer *writer = model_writer_create();
  octavo_error error = {};
  EXPECT_EQ(emit_graph(g.get(), writer, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("fc_out"));
  model_writer_free(writer);
}

TEST(TestVectors, TheEngineReproducesThem) {
  for (const bool softmax : {false, true})
    for (const bool int8 : {false, true}) {
      Graph g = int8 ? Int8Network(softmax) : TinyNetwork(softmax);
      Built built;
      Build(g.get(), &built);
      octavo_error error = {};
      ASSERT_EQ(test_vectors_add(&built.model, 3, nullptr, 42, &error), OCTAVO_OK) << error.text;
      octavo_model_info info;
      ASSERT_EQ(octavo_model_describe(built.model.model, &info), OCTAVO_OK);
      EXPECT_EQ(info.test_vectors, 3u);
      EXPECT_EQ(octavo_model_verify(built.model.model, 1, &error), OCTAVO_OK) << error.text;
    }
}

TEST(TestVectors, MoreForSmallInputs) {
  graph_tensor t = {};
  t.rank = 4;
  t.shape[0] = 1;
  t.shape[1] = t.shape[2] = 64;
  t.shape[3] = 3;
  EXPECT_EQ(test_vectors_default(&t), 2u);
  t.shape[1] = 65;
  EXPECT_EQ(test_vectors_default(&t), 1u);
}

} // namespace
