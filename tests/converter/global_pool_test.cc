// The pass global pool alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;

TEST(GlobalPoolTest, MeansOverHeightAndWidth) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_REDUCE_MEAN, {b.Input({1, 2, 2, 1})}, {1, 1}));
  b.Last().ints[0] = 1;
  b.Last().ints[1] = 2;
  b.Last().int_count = 2;
  EXPECT_EQ(RunPass(pass_global_pool, b), 1u);
  EXPECT_EQ(b.Node(0).op, static_cast<uint32_t>(OCTAVO_OP_GLOBAL_AVERAGE_POOL));
  EXPECT_THAT(RunGraph(*b.Get(), {{1, 2, 3, 6}})[0], ElementsAre(3));
}

TEST(GlobalPoolTest, MeansOverOtherAxesKeepThemUntilAReshape) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_REDUCE_MEAN, {b.Input({1, 2, 2, 2})}, {1, 2, 2}));
  b.Last().ints[0] = 3;
  b.Last().int_count = 1;
  EXPECT_EQ(RunPass(pass_global_pool, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 2u);
  EXPECT_EQ(b.Node(0).op, static_cast<uint32_t>(OCTAVO_OP_MEAN));
  EXPECT_EQ(b.Node(0).attributes.mean.axes, 8u);
  EXPECT_THAT(b.Shape(b.Node(0).outputs[0]), ElementsAre(1, 2, 2, 1));
  EXPECT_STREQ(b.Get()->tensors[b.Get()->outputs[0]].name, "node0.y");
  EXPECT_THAT(RunGraph(*b.Get(), {{0, 1, 2, 3, 4, 5, 6, 7}})[0], ElementsAre(0.5, 2.5, 4.5, 6.5));
}

TEST(GlobalPoolTest, MeansThatKeepTheirAxesNeedNoReshape) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_REDUCE_MEAN, {b.Input({1, 2, 2, 2})}, {1, 1, 2, 1}));
  b.Last().ints[0] = 3;
  b.Last().ints[1] = 1;
  b.Last().int_count = 2;
  b.Last().flag = true;
  EXPECT_EQ(RunPass(pass_global_pool, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(RunGraph(*b.Get(), {{0, 1, 2, 3, 4, 5, 6, 7}})[0], ElementsAre(2.5, 4.5));
}

TEST(GlobalPoolTest, AveragePoolsOverTheWholeImage) {
  GraphBuilder b;
  const int32_t x = b.Add(OCTAVO_OP_AVERAGE_POOL, {b.Input({1, 2, 2, 3})}, {1, 1, 1, 3});
  b.Last().attributes.pool = Pool(2, 1, 0);
  b.Output(b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 3}));
  EXPECT_EQ(RunPass(pass_global_pool, b), 2u); // and takes over the reshape
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Shape(b.Node(0).outputs[0]), ElementsAre(1, 3));
  const octavo_attributes none = {};
  EXPECT_EQ(memcmp(&b.Node(0).attributes, &none, sizeof none), 0);
}

TEST(GlobalPoolTest, PaddedAveragePoolsStay) {
  GraphBuilder b;
  b.Output(b.Add(OCTAVO_OP_AVERAGE_POOL, {b.Input({1, 2, 2, 3})}, {1, 1, 1, 3}));
  b.Last().attributes.pool = Pool(2, 3, 1);
  EXPECT_EQ(RunPass(pass_global_pool, b), 0u);
}

} // namespace
