// The pass drop flatten alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

TEST(DropFlattenTest, FullyConnectedLayersReadTheImage) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 1, 2, 1})}, {1, 2});
  b.Output(b.Add(OCTAVO_OP_FULLY_CONNECTED, {x, b.Constant({1, 2}, {1, 1})}, {1, 1}));
  EXPECT_EQ(RunPass(pass_drop_flatten, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).inputs[0], b.Get()->inputs[0]);
}

} // namespace
