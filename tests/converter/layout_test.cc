// The pass layout alone, with values worked out by hand.
#include "pass_runner.h"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LayoutTest, WeightsBecomeOhwi) {
  GraphBuilder b;
  // Two input channels, 1 x 2 kernel: I0 has 1 2, I1 has 3 4.
  b.Output(b.Add(OCTAVO_OP_CONVOLUTION,
                 {b.Input({1, 2, 5, 6}), b.Constant({1, 2, 1, 2}, {1, 2, 3, 4})}, {1, 1, 5, 5}));
  b.Last().attributes.convolution.kernel_width = 2;
  RunPass(pass_layout, b);
  EXPECT_THAT(b.Shape(b.Get()->inputs[0]), ElementsAre(1, 5, 6, 2));
  EXPECT_THAT(b.Shape(b.Get()->outputs[0]), ElementsAre(1, 5, 5, 1));
  EXPECT_THAT(b.Shape(b.Node(0).inputs[1]), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(b.Floats(0, 1), ElementsAre(1, 3, 2, 4));
}

TEST(LayoutTest, FlattenPermutesTheColumnsOfTheLayerBehind) {
  GraphBuilder b;
  // Channels 2, height 1, width 2: CHW order c0w0 c0w1 c1w0 c1w1 becomes c0w0 c1w0 c0w1 c1w1.
  int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 2, 1, 2})}, {1, 4});
  b.Output(b.Add(OCTAVO_OP_FULLY_CONNECTED, {x, b.Constant({1, 4}, {1, 2, 3, 4})}, {1, 1}));
  RunPass(pass_layout, b);
  EXPECT_THAT(b.Floats(1, 1), ElementsAre(1, 3, 2, 4));
}

TEST(LayoutTest, TransposesVanish) {
  GraphBuilder b;
  int32_t x = b.Add(GRAPH_OP_TRANSPOSE, {b.Input({1, 5, 6, 2})}, {1, 2, 5, 6});
  const int64_t to_nchw[4] = {0, 3, 1, 2}, to_nhwc[4] = {0, 2, 3, 1};
  std::copy(to_nchw, to_nchw + 4, b.Last().ints);
  b.Last().int_count = 4;
  x = b.Add(OCTAVO_OP_CONVOLUTION, {x, b.Constant({1, 2, 1, 1}, {1, 2})}, {1, 1, 5, 6});
  x = b.Add(GRAPH_OP_TRANSPOSE, {x}, {1, 5, 6, 1});
  std::copy(to_nhwc, to_nhwc + 4, b.Last().ints);
  b.Last().int_count = 4;
  b.Output(x);
  RunPass(pass_layout, b);
  RunPass(pass_drop_no_ops, b);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Shape(b.Get()->inputs[0]), ElementsAre(1, 5, 6, 2));
  EXPECT_THAT(b.Shape(b.Get()->outputs[0]), ElementsAre(1, 5, 6, 1));
}

TEST(LayoutTest, AxesAndPaddingMove) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2, 5, 6});
  int32_t y = b.Add(OCTAVO_OP_MAX_POOL, {x}, {1, 2, 5, 6});
  b.Last().attributes.pool = Pool(1, 1, 0);
  y = b.Add(OCTAVO_OP_PAD, {y}, {1, 2, 6, 8});
  b.Last().attributes.pad.before[2] = 1;
  b.Last().attributes.pad.after[3] = 2;
  y = b.Add(OCTAVO_OP_CONCATENATION, {y, y}, {1, 4, 6, 8});
  b.Last().attributes.axis.axis = 1;
  b.Output(y);
  RunPass(pass_layout, b);
  EXPECT_EQ(b.Node(1).attributes.pad.before[1], 1u);
  EXPECT_EQ(b.Node(1).attributes.pad.after[2], 2u);
  EXPECT_EQ(b.Node(2).attributes.axis.axis, 3u);
  EXPECT_THAT(b.Shape(y), ElementsAre(1, 6, 8, 4));
}

TEST(LayoutTest, FlattenedImagesAsOutputsAreTransposed) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_CONVOLUTION,
                    {b.Input({1, 1, 2, 2}), b.Constant({2, 1, 1, 1}, {1, 2})}, {1, 2, 2, 2});
  b.Output(b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 8}));
  RunPass(pass_layout, b);
  RunPass(pass_drop_no_ops, b);
  ASSERT_EQ(b.Get()->node_count, 4u); // convolution, reshape, transpose, reshape
  EXPECT_EQ(b.Node(2).op, static_cast<uint32_t>(OCTAVO_OP_TRANSPOSE));
  EXPECT_THAT(b.Shape(b.Node(2).inputs[0]), ElementsAre(1, 4, 2));
  EXPECT_STREQ(b.Get()->tensors[b.Get()->outputs[0]].name, "node1.y");
  EXPECT_THAT(RunGraph(*b.Get(), {{1, 2, 3, 4}})[0], ElementsAre(1, 2, 3, 4, 2, 4, 6, 8));
}

TEST(LayoutTest, FlattenedImagesAsOutputsStayInt8) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_CONVOLUTION,
                    {b.Input({1, 1, 2, 2}), b.Constant({2, 1, 1, 1}, {1, 2})}, {1, 2, 2, 2});
  x = b.Add(OCTAVO_OP_QUANTIZE, {b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 8})}, {1, 8});
  graph_tensor &quantized = b.Get()->tensors[x];
  quantized.type = GRAPH_INT8;
  quantized.quantization.scale = 0.5f;
  quantized.quantization.zero_point = -3;
  b.Output(x);
  RunPass(pass_layout, b);
  RunPass(pass_drop_no_ops, b);
  ASSERT_EQ(b.Get()->node_count, 6u); // convolution, reshape, quantize, reshape, transpose, reshape
  EXPECT_EQ(b.Node(4).op, static_cast<uint32_t>(OCTAVO_OP_TRANSPOSE));
  for (uint32_t i = 2; i < 6; i++) {
    const graph_tensor &y = b.Get()->tensors[b.Node(i).outputs[0]];
    EXPECT_EQ(y.type, GRAPH_INT8) << i;
    EXPECT_EQ(y.quantization.scale, 0.5f) << i;
    EXPECT_EQ(y.quantization.zero_point, -3) << i;
  }
}

void Permute(const GraphBuilder &b, const std::vector<int64_t> &axes) {
  std::copy(axes.begin(), axes.end(), b.Last().ints);
  b.Last().int_count = static_cast<uint32_t>(axes.size());
}

TEST(LayoutTest, TheSmallerOperandOfAProductIsMovedToLieAsTheLarger) {
  GraphBuilder b;
  const int32_t x = b.Add(OCTAVO_OP_CONVOLUTION,
                          {b.Input({1, 1, 2, 2}), b.Constant({2, 1, 1, 1}, {1, 2})}, {1, 2, 2, 2});
  int32_t part = b.Add(OCTAVO_OP_CONVOLUTION, {x, b.Constant({1, 2, 1, 1}, {1, 0})}, {1, 1, 2, 2});
  part = b.Add(GRAPH_OP_TRANSPOSE, {part}, {1, 1, 2, 2});
  Permute(b, {0, 1, 3, 2});
  b.Output(b.Add(OCTAVO_OP_MULTIPLY, {x, part}, {1, 2, 2, 2}));
  RunPass(pass_layout, b);
  RunPass(pass_drop_no_ops, b);
  // (1 2 3 4) and twice that, times (1 3 2 4); channels last.
  EXPECT_THAT(RunGraph(*b.Get(), {{1, 2, 3, 4}})[0], ElementsAre(1, 2, 6, 12, 6, 12, 16, 32));
}

/* Flattened in the source's order, whose element c · 4 + h · 2 + w of the first image lies at
 * h · 4 + w · 2 + c in memory, and c · 2 + h of the second at h · 4 + c. */
TEST(LayoutTest, OperandsFlattenedInDifferentOrdersAreAligned) {
  for (const uint32_t op : {(uint32_t)OCTAVO_OP_MULTIPLY, (uint32_t)OCTAVO_OP_SUBTRACT}) {
    GraphBuilder b;
    const int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 2, 2, 2})}, {1, 8});
    const int32_t y = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 4, 2, 1})}, {1, 8});
    b.Output(b.Add(op, {x, y}, {1, 8}));
    RunPass(pass_layout, b);
    RunPass(pass_drop_no_ops, b);
    const auto result =
        RunGraph(*b.Get(), {{0, 1, 2, 3, 4, 5, 6, 7}, {10, 11, 12, 13, 14, 15, 16, 17}})[0];
    if (op == OCTAVO_OP_MULTIPLY)
      EXPECT_THAT(result, ElementsAre(0, 28, 44, 90, 12, 48, 65, 119));
    else
      EXPECT_THAT(result, ElementsAre(-10, -12, -7, -9, -11, -13, -8, -10));
  }
}

/* One element lies as anything does; the product lies as the other operand, a flattened image. */
TEST(LayoutTest, OneElementTimesAFlattenedImage) {
  for (const bool first : {false, true}) {
    GraphBuilder b;
    const int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 2, 2, 2})}, {1, 8});
    const int32_t factor = b.Input({1, 1});
    b.Output(b.Add(OCTAVO_OP_MULTIPLY,
                   first ? std::vector<int32_t>{factor, x} : std::vector<int32_t>{x, factor},
                   {1, 8}));
    RunPass(pass_layout, b);
    RunPass(pass_drop_no_ops, b);
    EXPECT_THAT(RunGraph(*b.Get(), {{0, 1, 2, 3, 4, 5, 6, 7}, {10}})[0],
                ElementsAre(0, 20, 40, 60, 10, 30, 50, 70))
        << first;
  }
}

TEST(LayoutTest, ChannelShuffleIsOneTransposeOfTheLastTwoAxes) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_MAX_POOL, {b.Input({1, 6, 2, 1})}, {1, 6, 2, 1});
  b.Last().attributes.pool = Pool(1, 1, 0);
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 2, 3, 2, 1});
  x = b.Add(GRAPH_OP_TRANSPOSE, {x}, {1, 3, 2, 2, 1});
  Permute(b, {0, 2, 1, 3, 4});
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 6, 2, 1});
  b.Output(b.Add(OCTAVO_OP_CLIP, {x}, {1, 6, 2, 1}));
  b.Last().attributes.clamp = GraphBuilder::Clamp(0, 100);
  RunPass(pass_layout, b);
  RunPass(pass_drop_no_ops, b);
  ASSERT_EQ(b.Get()->node_count, 4u); // reshape, transpose, reshape, clip
  EXPECT_EQ(b.Node(1).op, static_cast<uint32_t>(OCTAVO_OP_TRANSPOSE));
  EXPECT_THAT(b.Shape(b.Node(1).inputs[0]), ElementsAre(1, 2, 2, 3));
  const uint32_t *axes = b.Node(1).attributes.transpose.axes;
  EXPECT_THAT(std::vector<uint32_t>(axes, axes + 4), ElementsAre(0, 1, 3, 2));
  EXPECT_THAT(b.Shape(b.Get()->outputs[0]), ElementsAre(1, 2, 1, 6));
  EXPECT_THAT(RunGraph(*b.Get(), {{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15}})[0],
              ElementsAre(0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15));
}

TEST(LayoutTest, AxesCutAnewGoByWayOfTheSource) {
  GraphBuilder b;
  // [2, 3, 1] to [3, 2, 1] in NCHW: c0h0 c0h1 c0h2 c1h0 c1h1 c1h2 are cut into pairs.
  int32_t x = b.Add(OCTAVO_OP_MAX_POOL, {b.Input({1, 2, 3, 1})}, {1, 2, 3, 1});
  b.Last().attributes.pool = Pool(1, 1, 0);
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 3, 2, 1});
  b.Output(b.Add(OCTAVO_OP_MAX_POOL, {x}, {1, 3, 2, 1}));
  b.Last().attributes.pool = Pool(1, 1, 0);
  RunPass(pass_layout, b);
  // NHWC: h0 (c0 c1), h1, h2.
  EXPECT_THAT(RunGraph(*b.Get(), {{0, 3, 1, 4, 2, 5}})[0], ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(LayoutTest, WhatNoTransposeMovesIsRefused) {
  GraphBuilder b;
  const int32_t x = b.Input({1, 2, 2, 2}), y = b.Input({1, 3, 5, 1});
  const int32_t first = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 8});
  const int32_t second = b.Add(OCTAVO_OP_RESHAPE, {y}, {1, 15});
  b.Output(b.Add(OCTAVO_OP_CONCATENATION, {first, second}, {1, 23}));
  b.Last().attributes.axis.axis = 1;
  EXPECT_THAT(Refusal(pass_layout, b), HasSubstr("no transpose of at most 6 axes"));
}

TEST(LayoutTest, SlicesMoveAndResizesNeedImages) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESIZE, {b.Input({1, 3, 2, 2})}, {1, 3, 4, 2});
  b.Last().attributes.resize.coordinates = OCTAVO_RESIZE_ASYMMETRIC;
  b.Last().attributes.resize.rounding = OCTAVO_RESIZE_FLOOR;
  b.Last().attributes.resize.scale_height = 2;
  b.Last().attributes.resize.scale_width = 1;
  x = b.Add(OCTAVO_OP_SLICE, {x}, {1, 2, 2, 2});
  b.Last().attributes.slice = {{0, 1, 0, 0}, {1, 1, 3, 1}, {}};
  b.Output(x);
  RunPass(pass_layout, b);
  EXPECT_THAT(b.Shape(b.Get()->outputs[0]), ElementsAre(1, 2, 2, 2));
  EXPECT_EQ(b.Node(1).attributes.slice.begin[3], 1u);
  EXPECT_EQ(b.Node(1).attributes.slice.step[1], 3u);
  EXPECT_THAT(RunGraph(*b.Get(), {{0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32}})[0],
              ElementsAre(1, 2, 11, 12, 21, 22, 31, 32));
}

TEST(LayoutTest, SoftmaxOverHeightMovesItToTheEnd) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_MAX_POOL, {b.Input({1, 2, 2, 1})}, {1, 2, 2, 1});
  b.Last().attributes.pool = Pool(1, 1, 0);
  x = b.Add(OCTAVO_OP_SOFTMAX, {x}, {1, 2, 2, 1});
  b.Last().ints[0] = 2;
  b.Last().int_count = 1;
  b.Output(b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 4}));
  RunPass(pass_layout, b);
  const float e = std::exp(1.0f);
  // Channel 0 has 0 above 1, channel 1 has 2 above 2.
  EXPECT_THAT(RunGraph(*b.Get(), {{0, 2, 1, 2}})[0],
              testing::Pointwise(testing::FloatNear(1e-6f),
                                 std::vector<float>{1 / (1 + e), e / (1 + e), 0.5f, 0.5f}));
}

} // namespace
