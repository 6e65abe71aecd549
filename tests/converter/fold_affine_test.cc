// The pass fold affine alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;

TEST(FoldAffineTest, GoesIntoTheConvolutionBefore) {
  GraphBuilder b;
  b.Output(Affine(&b, Convolution(&b, b.Input({1, 1, 1, 2}), 1), 1));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(2, 4, 9, 12));
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(19, 65));
}

TEST(FoldAffineTest, MakesABiasWhereThereIsNone) {
  GraphBuilder b;
  const int32_t x =
      b.Add(OCTAVO_OP_FULLY_CONNECTED, {b.Input({1, 1}), b.Constant({2, 1}, {1, 1})}, {1, 2});
  b.Output(b.Add(GRAPH_OP_AFFINE, {x, b.Constant({2}, {2, 3}), b.Constant({2}, {-1, 5})}, {1, 2}));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  ASSERT_EQ(b.Node(0).input_count, 3u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(2, 3));
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(-1, 5));
}

TEST(FoldAffineTest, GoesIntoTheConvolutionBehind) {
  GraphBuilder b;
  b.Output(Convolution(&b, Affine(&b, b.Input({1, 1, 1, 2}), 1), 1));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(2, 6, 6, 12));
  // 10 + 1 · -1 + 2 · 5 and 20 + 3 · -1 + 4 · 5.
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(19, 37));
}

TEST(FoldAffineTest, GroupsTakeTheirOwnChannels) {
  GraphBuilder b;
  const int32_t x = Affine(&b, b.Input({1, 1, 1, 2}), 1);
  b.Output(b.Add(OCTAVO_OP_CONVOLUTION, {x, b.Constant({2, 1, 1, 1}, {1, 10})}, {1, 1, 1, 2}));
  b.Last().attributes.convolution.groups = 2;
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(2, 30));
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(-1, 50));
}

TEST(FoldAffineTest, AShiftDoesNotGoBehindPadding) {
  GraphBuilder b;
  b.Output(Convolution(&b, Affine(&b, b.Input({1, 1, 1, 2}), 1), 3));
  octavo_attributes_convolution &c = b.Last().attributes.convolution;
  c.pad_top = c.pad_left = c.pad_bottom = c.pad_right = 1;
  EXPECT_EQ(RunPass(pass_fold_affine, b), 0u);
  EXPECT_EQ(b.Get()->node_count, 2u);
}

TEST(FoldAffineTest, AScaleAloneGoesBehindPadding) {
  GraphBuilder b;
  const int32_t x = b.Add(GRAPH_OP_AFFINE,
                          {b.Input({1, 1, 1, 2}), b.Constant({2}, {2, 3}), b.Constant({2}, {0, 0})},
                          {1, 1, 1, 2});
  b.Output(Convolution(&b, x, 3));
  octavo_attributes_convolution &c = b.Last().attributes.convolution;
  c.pad_top = c.pad_left = c.pad_bottom = c.pad_right = 1;
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(2, 6, 6, 12));
}

TEST(FoldAffineTest, NotIntoALayerThatClamps) {
  GraphBuilder b;
  const int32_t x = Convolution(&b, b.Input({1, 1, 1, 2}), 1);
  b.Last().attributes.convolution.clamp_min = 0;
  b.Output(Affine(&b, x, 1));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 0u);
}

TEST(FoldAffineTest, NotIntoALayerThatOthersRead) {
  GraphBuilder b;
  const int32_t x = Convolution(&b, b.Input({1, 1, 1, 2}), 1);
  b.Output(Affine(&b, x, 1));
  b.Output(x);
  EXPECT_EQ(RunPass(pass_fold_affine, b), 0u);
}

TEST(FoldAffineTest, WeightsSharedWithAnotherLayerStay) {
  GraphBuilder b;
  const int32_t input = b.Input({1, 1, 1, 2});
  const int32_t weights = b.Constant({2, 1, 1, 2}, {1, 2, 3, 4});
  const int32_t first = b.Add(OCTAVO_OP_CONVOLUTION, {input, weights}, {1, 1, 1, 2});
  b.Output(Affine(&b, first, 1));
  b.Output(b.Add(OCTAVO_OP_CONVOLUTION, {input, weights}, {1, 1, 1, 2}));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(2, 4, 9, 12));
  EXPECT_THAT(b.Floats(1, 1), ElementsAre(1, 2, 3, 4));
}

TEST(FoldAffineTest, TwoBecomeOne) {
  GraphBuilder b;
  b.Output(Affine(&b, Affine(&b, b.Input({1, 1, 1, 2}), 1), 1));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(4, 9));
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(-3, 20));
}

TEST(FoldAffineTest, FullyConnectedLayersBehindSeeEachPixel) {
  GraphBuilder b;
  const int32_t x = Affine(&b, b.Input({1, 2, 1, 2}), 1);
  b.Get()->tensors[x].shape[1] = 2;
  const int32_t flat = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 4});
  b.Output(b.Add(OCTAVO_OP_FULLY_CONNECTED, {flat, b.Constant({1, 4}, {1, 1, 2, 2})}, {1, 1}));
  EXPECT_EQ(RunPass(pass_fold_affine, b), 1u);
  EXPECT_THAT(b.Floats(1, 1), ElementsAre(2, 3, 4, 6));
  EXPECT_THAT(b.Floats(1, 2), ElementsAre(-1 + 5 - 2 + 10));
}

} // namespace
