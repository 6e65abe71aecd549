#include "graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using testing::ElementsAre;

constexpr uint32_t kOp = OCTAVO_OP_CLIP;

TEST(GraphTest, NamesAreMadeUnique) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  const int32_t c = b.Constant({1}, {1}), d = b.Constant({1}, {2});
  EXPECT_STREQ(b.Get()->tensors[x].name, "input");
  EXPECT_STREQ(b.Get()->tensors[c].name, "constant");
  EXPECT_STREQ(b.Get()->tensors[d].name, "constant_2");
}

/* A euro sign has three bytes; 1000 are no multiple of that. */
TEST(GraphTest, DerivedNamesAreCutBehindACharacter) {
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  graph_derive_name("conv", "bias", name);
  EXPECT_STREQ(name, "conv_bias");
  std::string base, cut;
  for (int i = 0; i < 335; i++)
    base += "\xe2\x82\xac";
  for (int i = 0; i < 333; i++)
    cut += "\xe2\x82\xac";
  graph_derive_name(base.c_str(), "dequantized", name);
  EXPECT_EQ(name, cut + "_dequantized");
}

TEST(GraphTest, TellsProducersAndConsumers) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  const int32_t y = b.Add(kOp, {x}, {1, 2});
  const int32_t z = b.Add(OCTAVO_OP_ADD, {y, y}, {1, 2});
  b.Output(z);
  const graph *g = b.Get();
  EXPECT_EQ(graph_producer(g, x), GRAPH_NONE);
  EXPECT_EQ(graph_producer(g, z), 1);
  EXPECT_EQ(graph_use_count(g, y), 2u);
  EXPECT_EQ(graph_only_consumer(g, y), 1);
  EXPECT_EQ(graph_use_count(g, z), 1u); // as an output
  EXPECT_EQ(graph_only_consumer(g, z), GRAPH_NONE);
}

TEST(GraphTest, TwoConsumersAreNotOne) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  b.Output(b.Add(kOp, {x}, {1, 2}));
  b.Output(b.Add(kOp, {x}, {1, 2}));
  EXPECT_EQ(graph_only_consumer(b.Get(), x), GRAPH_NONE);
}

TEST(GraphTest, ReplacedOutputsKeepTheirName) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  const int32_t y = b.Add(kOp, {x}, {1, 2}), z = b.Add(kOp, {y}, {1, 2});
  b.Output(z);
  graph *g = b.Get();
  graph_remove_node(g, 1);
  graph_replace_uses(g, z, y);
  EXPECT_EQ(g->outputs[0], y);
  EXPECT_STREQ(g->tensors[y].name, "node1.y");
}

TEST(GraphTest, CompactDropsWhatNobodyReads) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  const int32_t unused = b.Add(kOp, {x}, {1, 2});
  b.Add(OCTAVO_OP_ADD, {unused, b.Constant({1, 2}, {1, 2})}, {1, 2});
  b.Output(b.Add(kOp, {x}, {1, 2}));
  graph *g = b.Get();
  ASSERT_EQ(graph_compact(g, nullptr), OCTAVO_OK);
  ASSERT_EQ(g->node_count, 1u);
  EXPECT_EQ(g->tensor_count, 2u);
  EXPECT_STREQ(g->nodes[0].name, "node2");
  EXPECT_EQ(g->nodes[0].inputs[0], g->inputs[0]);
  EXPECT_EQ(g->nodes[0].outputs[0], g->outputs[0]);
}

TEST(GraphTest, InsertedNodesKeepTheOrder) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  const int32_t y = b.Add(kOp, {x}, {1, 2});
  uint32_t index = 7;
  ASSERT_EQ(graph_insert_node(b.Get(), 0, kOp, "node0", "Relu", &x, 1, &y, 1, &index, nullptr),
            OCTAVO_OK);
  EXPECT_EQ(index, 0u);
  EXPECT_STREQ(b.Node(0).name, "node0_2");
  EXPECT_STREQ(b.Node(0).source_op, "Relu");
  EXPECT_STREQ(b.Node(1).name, "node0");
}

TEST(GraphTest, CopiesAreDeep) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2});
  b.Output(b.Add(OCTAVO_OP_ADD, {x, b.Constant({1, 2}, {3, 4})}, {1, 2}));
  graph *copy = graph_copy(b.Get(), nullptr);
  ASSERT_NE(copy, nullptr);
  static_cast<float *>(b.Get()->tensors[b.Node(0).inputs[1]].data)[0] = 9;
  b.Node(0).inputs[0] = GRAPH_NONE;
  const float *data = static_cast<const float *>(copy->tensors[copy->nodes[0].inputs[1]].data);
  EXPECT_EQ(data[0], 3.0f);
  EXPECT_EQ(copy->nodes[0].inputs[0], x);
  EXPECT_EQ(copy->output_count, 1u);
  graph_free(copy);
}

TEST(GraphTest, ShapesThatOverflowAreRefused) {
  GraphBuilder b;
  octavo_error error = {};
  int32_t index = 0;
  const int64_t huge[3] = {int64_t{1} << 31, int64_t{1} << 31, 4}, negative[1] = {-1};
  EXPECT_EQ(graph_add_tensor(b.Get(), "t", GRAPH_FLOAT32, 3, huge, nullptr, &index, &error),
            OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error.text, testing::HasSubstr("tensor 't'"));
  EXPECT_EQ(graph_add_tensor(b.Get(), "t", GRAPH_FLOAT32, 1, negative, nullptr, &index, &error),
            OCTAVO_ERROR_FORMAT);
  EXPECT_EQ(graph_add_tensor(b.Get(), "t", GRAPH_FLOAT32, 9, huge, nullptr, &index, &error),
            OCTAVO_ERROR_UNSUPPORTED);
}

TEST(GraphTest, CountsElements) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 3, 4}), scalar = b.Constant({}, {1});
  EXPECT_EQ(graph_element_count(&b.Get()->tensors[x]), 12u);
  EXPECT_EQ(graph_element_count(&b.Get()->tensors[scalar]), 1u);
  EXPECT_EQ(graph_type_size(GRAPH_INT64), 8u);
}

TEST(GraphTest, FreeingNothingIsFine) {
  graph_free(nullptr);
}

} // namespace
