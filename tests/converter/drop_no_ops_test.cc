// The pass drop no ops alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;

TEST(DropNoOpsTest, RemovesIdentitiesAndReshapesToTheSameShape) {
  GraphBuilder b;
  int32_t x = b.Input({1, 4});
  x = b.Add(GRAPH_OP_IDENTITY, {x}, {1, 4});
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 4});
  x = b.Add(OCTAVO_OP_CONCATENATION, {x}, {1, 4});
  x = b.Add(OCTAVO_OP_CLIP, {x}, {1, 4}); // clamps nothing
  x = b.Add(OCTAVO_OP_PAD, {x}, {1, 4});  // pads nothing
  x = b.Add(OCTAVO_OP_SOFTMAX, {x}, {1, 4});
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 5u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).inputs[0], b.Get()->inputs[0]);
}

TEST(DropNoOpsTest, RemovesPoolsOfOneElementButNotStrides) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_MAX_POOL, {b.Input({1, 4, 4, 2})}, {1, 4, 4, 2});
  b.Last().attributes.pool = Pool(1, 1, 0);
  x = b.Add(OCTAVO_OP_MAX_POOL, {x}, {1, 2, 2, 2});
  b.Last().attributes.pool = Pool(1, 2, 0);
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).attributes.pool.stride_height, 2u);
}

TEST(DropNoOpsTest, JoinsReshapes) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 12})}, {1, 3, 4});
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 2, 6});
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Shape(b.Get()->outputs[0]), ElementsAre(1, 2, 6));
}

TEST(DropNoOpsTest, JoinsSlicesAndDropsThoseOfEverything) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_SLICE, {b.Input({1, 20})}, {1, 6});
  b.Last().attributes.slice = {{0, 2}, {1, 3}, {}}; // 2 5 8 11 14 17
  x = b.Add(OCTAVO_OP_SLICE, {x}, {1, 6});
  b.Last().attributes.slice = {{0, 0}, {1, 1}, {}};
  x = b.Add(OCTAVO_OP_SLICE, {x}, {1, 2});
  b.Last().attributes.slice = {{0, 1}, {1, 2}, {}}; // 5 11
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 2u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  std::vector<float> counting(20);
  for (size_t i = 0; i < counting.size(); i++)
    counting[i] = static_cast<float>(i);
  EXPECT_THAT(RunGraph(*b.Get(), {counting})[0], ElementsAre(5, 11));
}

TEST(DropNoOpsTest, KeepsSlicesThatOthersRead) {
  GraphBuilder b;
  const int32_t x = b.Add(OCTAVO_OP_SLICE, {b.Input({1, 6})}, {1, 3});
  b.Last().attributes.slice = {{0, 2}, {1, 1}, {}};
  b.Output(x);
  b.Output(b.Add(OCTAVO_OP_SLICE, {x}, {1, 1}));
  b.Last().attributes.slice = {{0, 2}, {1, 1}, {}};
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 0u);
}

TEST(DropNoOpsTest, RemovesResizesToTheSameSize) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESIZE, {b.Input({1, 2, 2, 1})}, {1, 2, 2, 1});
  b.Last().attributes.resize.scale_height = b.Last().attributes.resize.scale_width = 1;
  x = b.Add(OCTAVO_OP_RESIZE, {x}, {1, 2, 2, 1});
  b.Last().attributes.resize.scale_height = b.Last().attributes.resize.scale_width = 1.25f;
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).attributes.resize.scale_height, 1.25f);
}

TEST(DropNoOpsTest, KeepsWhatLeadsFromAnInputToAnOutput) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_IDENTITY, {b.Input({1, 4})}, {1, 4}));
  RunPass(pass_drop_no_ops, b);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).op, static_cast<uint32_t>(OCTAVO_OP_RESHAPE));
  EXPECT_STREQ(b.Get()->tensors[b.Get()->outputs[0]].name, "node0.y");
}

TEST(DropNoOpsTest, OutputsKeepTheirName) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_SOFTMAX, {b.Input({1, 4})}, {1, 4});
  b.Output(b.Add(GRAPH_OP_IDENTITY, {x}, {1, 4}));
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  EXPECT_STREQ(b.Get()->tensors[b.Get()->outputs[0]].name, "node1.y");
}

} // namespace
