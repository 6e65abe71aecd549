// The passes that find functions written in pieces, and what they must leave alone.
#include "converter/passes/pass.h"
#include "graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

const std::vector<int64_t> kShape = {1, 4};

class Pieces : public GraphBuilder {
public:
  Pieces() : x(Input(kShape)) {}

  int32_t Scaled(int32_t t, float factor) {
    return Add(GRAPH_OP_MULTIPLY, {t, Constant({}, {factor})}, kShape);
  }
  int32_t Divided(int32_t t, float by) {
    return Add(GRAPH_OP_DIVIDE, {t, Constant({1}, {by})}, kShape);
  }
  int32_t Shifted(int32_t t, float by) {
    return Add(GRAPH_OP_ADD_CONSTANT, {t, Constant({}, {by})}, kShape);
  }
  int32_t Clipped(int32_t t, float low, float high) {
    const int32_t y = Add(OCTAVO_OP_CLIP, {t}, kShape);
    Last().attributes.clamp = Clamp(low, high);
    return y;
  }
  int32_t Unary(int32_t t, octavo_unary_function function, float alpha = 0, float beta = 0) {
    const int32_t y = Add(OCTAVO_OP_UNARY, {t}, kShape);
    Last().attributes.unary = {function, alpha, beta, {}};
    return y;
  }
  int32_t Product(int32_t a, int32_t b) {
    return Add(OCTAVO_OP_MULTIPLY, {a, b}, kShape);
  }

  const int32_t x;
};

uint32_t RunPass(pass_function pass, const GraphBuilder &b) {
  octavo_error error = {};
  uint32_t changes = 0, again = 0;
  EXPECT_EQ(pass(b.Get(), &changes, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(graph_compact(b.Get(), &error), OCTAVO_OK);
  EXPECT_EQ(pass(b.Get(), &again, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(again, 0u);
  return changes;
}

// That the one node left is this function of the input.
void ExpectFunction(const Pieces &b, octavo_unary_function function, float alpha = 0,
                    float beta = 0) {
  ASSERT_EQ(b.Get()->node_count, 1u);
  const graph_node &n = b.Node(0);
  EXPECT_EQ(n.op, static_cast<uint32_t>(OCTAVO_OP_UNARY));
  EXPECT_EQ(n.input_count, 1u);
  EXPECT_EQ(n.inputs[0], b.Get()->inputs[0]);
  EXPECT_EQ(n.attributes.unary.function, static_cast<uint32_t>(function));
  EXPECT_FLOAT_EQ(n.attributes.unary.alpha, alpha);
  EXPECT_FLOAT_EQ(n.attributes.unary.beta, beta);
}

// ---- hard-sigmoid -----------------------------------------------------------------------------

TEST(FuseHardSigmoidTest, FromAClip) {
  Pieces b;
  b.Output(b.Divided(b.Clipped(b.Shifted(b.x, 3), 0, 6), 6));
  EXPECT_EQ(RunPass(pass_fuse_hard_sigmoid, b), 1u);
  ExpectFunction(b, OCTAVO_UNARY_HARD_SIGMOID, 1.0f / 6, 0.5f);
  EXPECT_STREQ(b.Node(0).name, "node2");
}

TEST(FuseHardSigmoidTest, LeavesOthers) {
  Pieces ends_elsewhere;
  ends_elsewhere.Output(ends_elsewhere.Divided(
      ends_elsewhere.Clipped(ends_elsewhere.Shifted(ends_elsewhere.x, 3), 0, 6), 5));
  EXPECT_EQ(RunPass(pass_fuse_hard_sigmoid, ends_elsewhere), 0u);
  Pieces no_shift;
  no_shift.Output(no_shift.Clipped(no_shift.x, 0, 1));
  EXPECT_EQ(RunPass(pass_fuse_hard_sigmoid, no_shift), 0u);
  Pieces low;
  low.Output(low.Divided(low.Clipped(low.Shifted(low.x, 3), -1, 6), 6));
  EXPECT_EQ(RunPass(pass_fuse_hard_sigmoid, low), 0u);
  Pieces per_channel;
  per_channel.Output(per_channel.Clipped(
      per_channel.Add(GRAPH_OP_ADD_CONSTANT,
                      {per_channel.x, per_channel.Constant({4}, {1, 2, 3, 4})}, kShape),
      0, 1));
  EXPECT_EQ(RunPass(pass_fuse_hard_sigmoid, per_channel), 0u);
}

// ---- swish ------------------------------------------------------------------------------------

TEST(FuseSwishTest, SiluInEitherOrder) {
  for (const bool first : {true, false}) {
    Pieces b;
    const int32_t gate = b.Unary(b.x, OCTAVO_UNARY_SIGMOID);
    b.Output(first ? b.Product(b.x, gate) : b.Product(gate, b.x));
    EXPECT_EQ(RunPass(pass_fuse_swish, b), 1u);
    ExpectFunction(b, OCTAVO_UNARY_SILU);
  }
}

TEST(FuseSwishTest, KeepsASigmoidThatOthersRead) {
  Pieces b;
  const int32_t gate = b.Unary(b.x, OCTAVO_UNARY_SIGMOID);
  b.Output(b.Product(b.x, gate));
  b.Output(gate);
  EXPECT_EQ(RunPass(pass_fuse_swish, b), 1u);
  EXPECT_EQ(b.Get()->node_count, 2u);
}

TEST(FuseSwishTest, HardSwishWithTheSixAnywhere) {
  for (int where = 0; where < 4; where++) {
    Pieces b;
    const int32_t clip = b.Clipped(b.Shifted(b.x, 3), 0, 6);
    if (where == 0)
      b.Output(b.Divided(b.Product(b.x, clip), 6));
    else if (where == 1)
      b.Output(b.Product(b.x, b.Divided(clip, 6)));
    else if (where == 2)
      b.Output(b.Product(clip, b.Scaled(b.x, 1.0f / 6)));
    else
      b.Output(b.Scaled(b.Product(b.Scaled(b.x, 0.5f), b.Divided(clip, 2)), 2.0f / 3));
    EXPECT_EQ(RunPass(pass_fuse_swish, b), 1u) << where;
    ExpectFunction(b, OCTAVO_UNARY_HARD_SWISH);
  }
}

TEST(FuseSwishTest, HardSwishFromHardSigmoid) {
  Pieces b;
  b.Output(b.Product(b.x, b.Unary(b.x, OCTAVO_UNARY_HARD_SIGMOID, 1.0f / 6, 0.5f)));
  EXPECT_EQ(RunPass(pass_fuse_swish, b), 1u);
  ExpectFunction(b, OCTAVO_UNARY_HARD_SWISH);
}

TEST(FuseSwishTest, LeavesOthers) {
  Pieces other; // of something else
  other.Output(other.Product(other.Scaled(other.x, 2), other.Unary(other.x, OCTAVO_UNARY_SIGMOID)));
  EXPECT_EQ(RunPass(pass_fuse_swish, other), 0u);
  Pieces keras; // the hard-sigmoid of Keras
  keras.Output(keras.Product(keras.x, keras.Unary(keras.x, OCTAVO_UNARY_HARD_SIGMOID, 0.2f, 0.5f)));
  EXPECT_EQ(RunPass(pass_fuse_swish, keras), 0u);
  Pieces shift;
  shift.Output(
      shift.Divided(shift.Product(shift.x, shift.Clipped(shift.Shifted(shift.x, 2.5f), 0, 6)), 6));
  EXPECT_EQ(RunPass(pass_fuse_swish, shift), 0u);
  Pieces seven;
  seven.Output(
      seven.Divided(seven.Product(seven.x, seven.Clipped(seven.Shifted(seven.x, 3), 0, 6)), 7));
  EXPECT_EQ(RunPass(pass_fuse_swish, seven), 0u);
}

// ---- GELU -------------------------------------------------------------------------------------

int32_t OnePlusErf(Pieces &b) {
  return b.Shifted(b.Unary(b.Divided(b.x, 1.41421356f), OCTAVO_UNARY_ERF), 1);
}

TEST(FuseGeluTest, WithTheHalfAnywhere) {
  for (int where = 0; where < 3; where++) {
    Pieces b;
    const int32_t gate = OnePlusErf(b);
    if (where == 0)
      b.Output(b.Scaled(b.Product(b.x, gate), 0.5f));
    else if (where == 1)
      b.Output(b.Product(b.Scaled(b.x, 0.5f), gate));
    else
      b.Output(b.Product(b.Divided(gate, 2), b.x));
    EXPECT_EQ(RunPass(pass_fuse_gelu, b), 1u) << where;
    ExpectFunction(b, OCTAVO_UNARY_GELU);
  }
}

TEST(FuseGeluTest, ByTanh) {
  for (const bool first : {true, false}) {
    Pieces b;
    const int32_t square = b.Product(b.x, b.x);
    const int32_t cube = first ? b.Product(b.x, square) : b.Product(square, b.x);
    const int32_t scaled = b.Scaled(cube, 0.044715f);
    const int32_t sum = first ? b.Add(OCTAVO_OP_ADD, {b.x, scaled}, kShape)
                              : b.Add(OCTAVO_OP_ADD, {scaled, b.x}, kShape);
    const int32_t tanh = b.Unary(b.Scaled(sum, 0.797884583f), OCTAVO_UNARY_TANH);
    b.Output(b.Scaled(b.Product(b.x, b.Shifted(tanh, 1)), 0.5f));
    EXPECT_EQ(RunPass(pass_fuse_gelu, b), 1u);
    ExpectFunction(b, OCTAVO_UNARY_GELU_TANH);
  }
}

TEST(FuseGeluTest, LeavesOthers) {
  Pieces whole; // not halved
  whole.Output(whole.Product(whole.x, OnePlusErf(whole)));
  EXPECT_EQ(RunPass(pass_fuse_gelu, whole), 0u);
  Pieces unscaled; // erf(x)
  unscaled.Output(unscaled.Scaled(
      unscaled.Product(unscaled.x,
                       unscaled.Shifted(unscaled.Unary(unscaled.x, OCTAVO_UNARY_ERF), 1)),
      0.5f));
  EXPECT_EQ(RunPass(pass_fuse_gelu, unscaled), 0u);
  Pieces square; // x² in place of x³
  const int32_t sum =
      square.Add(OCTAVO_OP_ADD,
                 {square.x, square.Scaled(square.Product(square.x, square.x), 0.044715f)}, kShape);
  const int32_t tanh = square.Unary(square.Scaled(sum, 0.797884583f), OCTAVO_UNARY_TANH);
  square.Output(square.Scaled(square.Product(square.x, square.Shifted(tanh, 1)), 0.5f));
  EXPECT_EQ(RunPass(pass_fuse_gelu, square), 0u);
}

// Long chains of multiplications, which a hostile file may have, are not walked to their end.
TEST(FuseTest, LongChainsAreNotWalkedToTheirEnd) {
  Pieces b;
  int32_t t = b.Unary(b.x, OCTAVO_UNARY_SIGMOID);
  for (int i = 0; i < 1000; i++)
    t = b.Scaled(t, 1.0f);
  b.Output(b.Product(b.x, t));
  EXPECT_EQ(RunPass(pass_fuse_swish, b), 0u);
}

} // namespace
