// The pass lower matmul alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;

TEST(LowerMatmulTest, TransposesTheMatrix) {
  GraphBuilder b;
  b.Output(
      b.Add(GRAPH_OP_MATMUL, {b.Input({1, 2}), b.Constant({2, 3}, {1, 2, 3, 4, 5, 6})}, {1, 3}));
  EXPECT_EQ(RunPass(pass_lower_matmul, b), 1u);
  EXPECT_EQ(b.Node(0).op, static_cast<uint32_t>(OCTAVO_OP_FULLY_CONNECTED));
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_EQ(b.Node(0).attributes.clamp.clamp_max, INFINITY);
}

TEST(LowerMatmulTest, KeepsTheRankByAReshape) {
  GraphBuilder b;
  b.Output(
      b.Add(GRAPH_OP_MATMUL, {b.Input({1, 1, 1, 2}), b.Constant({2, 1}, {1, 2})}, {1, 1, 1, 1}));
  RunPass(pass_lower_matmul, b);
  ASSERT_EQ(b.Get()->node_count, 2u);
  EXPECT_THAT(b.Shape(b.Node(0).outputs[0]), ElementsAre(1, 1));
  EXPECT_EQ(b.Node(1).op, static_cast<uint32_t>(OCTAVO_OP_RESHAPE));
}

} // namespace
