// The pass fold padding alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

// One pixel of zeros on top, two on the right.
int32_t Pad(GraphBuilder *b, int32_t x, float value) {
  const int32_t y = b->Add(OCTAVO_OP_PAD, {x}, {1, 5, 6, 2});
  b->Last().attributes.pad.before[1] = 1;
  b->Last().attributes.pad.after[2] = 2;
  b->Last().attributes.pad.value = value;
  return y;
}

TEST(FoldPaddingTest, ZerosGoIntoAConvolution) {
  GraphBuilder b;
  b.Output(Convolution(&b, Pad(&b, b.Input({1, 4, 4, 2}), 0), 5));
  b.Last().attributes.convolution.pad_top = 1;
  EXPECT_EQ(RunPass(pass_fold_padding, b), 1u);
  EXPECT_EQ(b.Node(0).attributes.convolution.pad_top, 2u);
  EXPECT_EQ(b.Node(0).attributes.convolution.pad_right, 2u);
}

TEST(FoldPaddingTest, OtherValuesStay) {
  GraphBuilder b;
  b.Output(Convolution(&b, Pad(&b, b.Input({1, 4, 4, 2}), 1), 5));
  EXPECT_EQ(RunPass(pass_fold_padding, b), 0u);
}

TEST(FoldPaddingTest, AveragePoolsCountThem) {
  GraphBuilder b;
  b.Output(b.Add(OCTAVO_OP_AVERAGE_POOL, {Pad(&b, b.Input({1, 4, 4, 2}), 0)}, {1, 3, 4, 2}));
  b.Last().attributes.pool = Pool(3, 1, 0);
  EXPECT_EQ(RunPass(pass_fold_padding, b), 1u);
  EXPECT_EQ(b.Node(0).attributes.pool.count_padding, 1u);
}

TEST(FoldPaddingTest, AveragePoolsThatDoNotCountTheirOwnStay) {
  GraphBuilder b;
  b.Output(b.Add(OCTAVO_OP_AVERAGE_POOL, {Pad(&b, b.Input({1, 4, 4, 2}), 0)}, {1, 5, 6, 2}));
  b.Last().attributes.pool = Pool(3, 1, 1);
  EXPECT_EQ(RunPass(pass_fold_padding, b), 0u);
}

TEST(FoldPaddingTest, MaxPoolsTakeZerosOnlyBehindReLU) {
  for (const bool relu : {false, true}) {
    GraphBuilder b;
    const int32_t x = Convolution(&b, b.Input({1, 4, 4, 2}), 4);
    b.Last().attributes.convolution.clamp_min = relu ? 0.0f : -1.0f;
    b.Output(b.Add(OCTAVO_OP_MAX_POOL, {Pad(&b, x, 0)}, {1, 3, 4, 2}));
    b.Last().attributes.pool = Pool(3, 1, 0);
    EXPECT_EQ(RunPass(pass_fold_padding, b), relu ? 1u : 0u);
  }
}

TEST(FoldPaddingTest, WindowsOfPaddingAloneStay) {
  GraphBuilder b;
  const int32_t x = Convolution(&b, b.Input({1, 4, 4, 2}), 4);
  b.Last().attributes.convolution.clamp_min = 0;
  b.Output(b.Add(OCTAVO_OP_MAX_POOL, {Pad(&b, x, 0)}, {1, 4, 5, 2}));
  b.Last().attributes.pool = Pool(2, 1, 0); // the last column would see two pixels of padding
  EXPECT_EQ(RunPass(pass_fold_padding, b), 0u);
}

} // namespace
