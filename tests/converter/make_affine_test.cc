// The pass make affine alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MakeAffineTest, BatchNormIsAScaleAndAShift) {
  GraphBuilder b;
  // gamma 3, beta 1, mean 2, variance 3 + epsilon 1: scale 3 / 2, shift 1 - 2 · 1.5.
  b.Output(b.Add(GRAPH_OP_BATCH_NORM,
                 {b.Input({1, 1, 1, 1}), b.Constant({1}, {3}), b.Constant({1}, {1}),
                  b.Constant({1}, {2}), b.Constant({1}, {3})},
                 {1, 1, 1, 1}));
  b.Last().number = 1.0f;
  EXPECT_EQ(RunPass(pass_make_affine, b), 1u);
  ASSERT_EQ(b.Node(0).op, static_cast<uint32_t>(GRAPH_OP_AFFINE));
  EXPECT_STREQ(b.Node(0).name, "node0");
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(1.5f));
  EXPECT_THAT(b.Floats(0, 2), ElementsAre(-2.0f));
}

TEST(MakeAffineTest, NegativeVarianceIsRefused) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_BATCH_NORM,
                 {b.Input({1, 1}), b.Constant({1}, {3}), b.Constant({1}, {1}), b.Constant({1}, {2}),
                  b.Constant({1}, {-3})},
                 {1, 1}));
  EXPECT_THAT(Refusal(pass_make_affine, b), HasSubstr("variance + epsilon of channel 0 is -3"));
}

struct Arithmetic {
  uint32_t op;
  bool reversed;
  float scale, shift; // for the constant 4
};

TEST(MakeAffineTest, ArithmeticIsAScaleAndAShift) {
  const Arithmetic cases[] = {{GRAPH_OP_MULTIPLY, false, 4, 0},
                              {GRAPH_OP_DIVIDE, false, 0.25f, 0},
                              {GRAPH_OP_SUBTRACT, false, 1, -4},
                              {GRAPH_OP_SUBTRACT, true, -1, 4},
                              {GRAPH_OP_ADD_CONSTANT, false, 1, 4}};
  for (const Arithmetic &c : cases) {
    GraphBuilder b;
    b.Output(b.Add(c.op, {b.Input({1, 2}), b.Constant({1}, {4})}, {1, 2}));
    b.Last().flag = c.reversed;
    RunPass(pass_make_affine, b);
    EXPECT_THAT(b.Floats(0, 1), ElementsAre(c.scale, c.scale));
    EXPECT_THAT(b.Floats(0, 2), ElementsAre(c.shift, c.shift));
  }
}

TEST(MakeAffineTest, ConstantsThatDifferFromPlaceToPlaceAreRefused) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_MULTIPLY, {b.Input({1, 2, 1, 1}), b.Constant({1, 2, 1, 1}, {1, 2})},
                 {1, 2, 1, 1}));
  EXPECT_THAT(Refusal(pass_make_affine, b), HasSubstr("differs from place to place"));
}

TEST(MakeAffineTest, DivisionByZeroIsRefused) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_DIVIDE, {b.Input({1, 1}), b.Constant({1}, {0})}, {1, 1}));
  EXPECT_THAT(Refusal(pass_make_affine, b), HasSubstr("channel 0 is 0"));
}

} // namespace
