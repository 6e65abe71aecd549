// The pass lower affine alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;

TEST(LowerAffineTest, BecomesADepthwiseConvolution) {
  GraphBuilder b;
  b.Output(Affine(&b, b.Input({1, 1, 1, 2}), 1));
  EXPECT_EQ(RunPass(pass_lower_affine, b), 1u);
  ASSERT_EQ(b.Node(0).op, static_cast<uint32_t>(OCTAVO_OP_CONVOLUTION));
  EXPECT_EQ(b.Node(0).attributes.convolution.groups, 2u);
  EXPECT_THAT(b.Shape(b.Node(0).inputs[1]), ElementsAre(2, 1, 1, 1));
  EXPECT_THAT(RunGraph(*b.Get(), {{7, 8}})[0], ElementsAre(13, 29));
}

TEST(LowerAffineTest, RowsGoThroughAnImage) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_AFFINE,
                 {b.Input({1, 2}), b.Constant({2}, {2, 3}), b.Constant({2}, {-1, 5})}, {1, 2}));
  EXPECT_EQ(RunPass(pass_lower_affine, b), 1u);
  EXPECT_EQ(b.Get()->node_count, 3u);
  EXPECT_THAT(RunGraph(*b.Get(), {{7, 8}})[0], ElementsAre(13, 29));
}

} // namespace
