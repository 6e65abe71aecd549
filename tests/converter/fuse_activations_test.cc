// The pass fuse activations alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

TEST(FuseActivationsTest, ClampsNarrowEachOther) {
  struct Case {
    float low1, high1, low2, high2, low, high;
  };
  const Case cases[] = {{-INFINITY, INFINITY, 0, 6, 0, 6},
                        {0, INFINITY, -1, 4, 0, 4},
                        {2, 3, 4, 5, 4, 4},
                        {2, 3, 0, 1, 1, 1},
                        {-1, 6, 0, INFINITY, 0, 6}};
  for (const Case &c : cases) {
    GraphBuilder b;
    int32_t x = Convolution(&b, b.Input({1, 1, 1, 2}), 1);
    x = b.Add(OCTAVO_OP_CLIP, {x}, {1, 1, 1, 2});
    b.Last().attributes.clamp = GraphBuilder::Clamp(c.low1, c.high1);
    x = b.Add(OCTAVO_OP_CLIP, {x}, {1, 1, 1, 2});
    b.Last().attributes.clamp = GraphBuilder::Clamp(c.low2, c.high2);
    b.Output(x);
    EXPECT_EQ(RunPass(pass_fuse_activations, b), 2u);
    ASSERT_EQ(b.Get()->node_count, 1u);
    EXPECT_EQ(b.Node(0).attributes.convolution.clamp_min, c.low);
    EXPECT_EQ(b.Node(0).attributes.convolution.clamp_max, c.high);
  }
}

TEST(FuseActivationsTest, NotWhereOthersReadTheLayer) {
  GraphBuilder b;
  const int32_t x = Convolution(&b, b.Input({1, 1, 1, 2}), 1);
  const int32_t y = b.Add(OCTAVO_OP_CLIP, {x}, {1, 1, 1, 2});
  b.Last().attributes.clamp = GraphBuilder::Clamp(0, INFINITY);
  b.Output(b.Add(OCTAVO_OP_ADD, {x, y}, {1, 1, 1, 2}));
  EXPECT_EQ(RunPass(pass_fuse_activations, b), 0u);
}

} // namespace
