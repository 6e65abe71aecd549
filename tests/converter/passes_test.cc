// Each pass alone, on graphs of a few nodes, with values worked out by hand.
#include "converter/passes/pass.h"
#include "converter/passes/passes.h"
#include "float_interpreter.h"
#include "graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Runs a pass and drops dead nodes; returns how many changes it counted.
uint32_t RunPass(pass_function pass, const GraphBuilder &b) {
  octavo_error error = {};
  uint32_t changes = 0;
  EXPECT_EQ(pass(b.Get(), &changes, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(graph_compact(b.Get(), &error), OCTAVO_OK);
  return changes;
}

std::string Refusal(pass_function pass, const GraphBuilder &b) {
  octavo_error error = {};
  uint32_t changes = 0;
  EXPECT_EQ(pass(b.Get(), &changes, &error), OCTAVO_ERROR_UNSUPPORTED);
  return error.text;
}

octavo_attributes_pool Pool(uint32_t kernel, uint32_t stride, uint32_t padding) {
  octavo_attributes_pool pool = {};
  pool.kernel_height = pool.kernel_width = kernel;
  pool.stride_height = pool.stride_width = stride;
  pool.dilation_height = pool.dilation_width = 1;
  pool.pad_top = pool.pad_left = pool.pad_bottom = pool.pad_right = padding;
  return pool;
}

// ---- drop_no_ops ------------------------------------------------------------------------------

TEST(DropNoOpsTest, RemovesIdentitiesAndReshapesToTheSameShape) {
  GraphBuilder b;
  int32_t x = b.Input({1, 4});
  x = b.Add(GRAPH_OP_IDENTITY, {x}, {1, 4});
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 4});
  x = b.Add(OCTAVO_OP_CONCATENATION, {x}, {1, 4});
  x = b.Add(OCTAVO_OP_CLIP, {x}, {1, 4}); // clamps nothing
  x = b.Add(OCTAVO_OP_PAD, {x}, {1, 4});  // pads nothing
  x = b.Add(OCTAVO_OP_SOFTMAX, {x}, {1, 4});
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 5u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).inputs[0], b.Get()->inputs[0]);
}

TEST(DropNoOpsTest, RemovesPoolsOfOneElementButNotStrides) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_MAX_POOL, {b.Input({1, 4, 4, 2})}, {1, 4, 4, 2});
  b.Last().attributes.pool = Pool(1, 1, 0);
  x = b.Add(OCTAVO_OP_MAX_POOL, {x}, {1, 2, 2, 2});
  b.Last().attributes.pool = Pool(1, 2, 0);
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).attributes.pool.stride_height, 2u);
}

TEST(DropNoOpsTest, JoinsReshapes) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 12})}, {1, 3, 4});
  x = b.Add(OCTAVO_OP_RESHAPE, {x}, {1, 2, 6});
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_THAT(b.Shape(b.Get()->outputs[0]), ElementsAre(1, 2, 6));
}

TEST(DropNoOpsTest, JoinsSlicesAndDropsThoseOfEverything) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_SLICE, {b.Input({1, 20})}, {1, 6});
  b.Last().attributes.slice = {{0, 2}, {1, 3}, {}}; // 2 5 8 11 14 17
  x = b.Add(OCTAVO_OP_SLICE, {x}, {1, 6});
  b.Last().attributes.slice = {{0, 0}, {1, 1}, {}};
  x = b.Add(OCTAVO_OP_SLICE, {x}, {1, 2});
  b.Last().attributes.slice = {{0, 1}, {1, 2}, {}}; // 5 11
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 2u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  std::vector<float> counting(20);
  for (size_t i = 0; i < counting.size(); i++)
    counting[i] = static_cast<float>(i);
  EXPECT_THAT(RunGraph(*b.Get(), {counting})[0], ElementsAre(5, 11));
}

TEST(DropNoOpsTest, KeepsSlicesThatOthersRead) {
  GraphBuilder b;
  const int32_t x = b.Add(OCTAVO_OP_SLICE, {b.Input({1, 6})}, {1, 3});
  b.Last().attributes.slice = {{0, 2}, {1, 1}, {}};
  b.Output(x);
  b.Output(b.Add(OCTAVO_OP_SLICE, {x}, {1, 1}));
  b.Last().attributes.slice = {{0, 2}, {1, 1}, {}};
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 0u);
}

TEST(DropNoOpsTest, RemovesResizesToTheSameSize) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESIZE, {b.Input({1, 2, 2, 1})}, {1, 2, 2, 1});
  b.Last().attributes.resize.scale_height = b.Last().attributes.resize.scale_width = 1;
  x = b.Add(OCTAVO_OP_RESIZE, {x}, {1, 2, 2, 1});
  b.Last().attributes.resize.scale_height = b.Last().attributes.resize.scale_width = 1.25f;
  b.Output(x);
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).attributes.resize.scale_height, 1.25f);
}

TEST(DropNoOpsTest, KeepsWhatLeadsFromAnInputToAnOutput) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_IDENTITY, {b.Input({1, 4})}, {1, 4}));
  RunPass(pass_drop_no_ops, b);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).op, static_cast<uint32_t>(OCTAVO_OP_RESHAPE));
  EXPECT_STREQ(b.Get()->tensors[b.Get()->outputs[0]].name, "node0.y");
}

TEST(DropNoOpsTest, OutputsKeepTheirName) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_SOFTMAX, {b.Input({1, 4})}, {1, 4});
  b.Output(b.Add(GRAPH_OP_IDENTITY, {x}, {1, 4}));
  EXPECT_EQ(RunPass(pass_drop_no_ops, b), 1u);
  EXPECT_STREQ(b.Get()->tensors[b.Get()->outputs[0]].name, "node1.y");
}

TEST(DropFlattenTest, FullyConnectedLayersReadTheImage) {
  GraphBuilder b;
  int32_t x = b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 1, 2, 1})}, {1, 2});
  b.Output(b.Add(OCTAVO_OP_FULLY_CONNECTED, {x, b.Constant({1, 2}, {1, 1})}, {1, 1}));
  EXPECT_EQ(RunPass(pass_drop_flatten, b), 1u);
  ASSERT_EQ(b.Get()->node_count, 1u);
  EXPECT_EQ(b.Node(0).inputs[0], b.Get()->inputs[0]);
}

// ---- lower_matmul -----------------------------------------------------------------------------

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

// ---- layout -----------------------------------------------------------------------------------

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

// ---- make_affine ------------------------------------------------------------------------------

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

// ---- fold_affine ------------------------------------------------------------------------------

// Two input channels, two outputs.
int32_t Convolution(GraphBuilder *b, int32_t x, int64_t size) {
  return b->Add(OCTAVO_OP_CONVOLUTION,
                {x, b->Constant({2, 1, 1, 2}, {1, 2, 3, 4}), b->Constant({2}, {10, 20})},
                {1, size, size, 2});
}

int32_t Affine(GraphBuilder *b, int32_t x, int64_t size) {
  return b->Add(GRAPH_OP_AFFINE, {x, b->Constant({2}, {2, 3}), b->Constant({2}, {-1, 5})},
                {1, size, size, 2});
}

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

// ---- lower_affine -----------------------------------------------------------------------------

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

// ---- global_pool ------------------------------------------------------------------------------

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

// ---- fuse_activations -------------------------------------------------------------------------

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

// ---- fold_padding -----------------------------------------------------------------------------

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

// ---- check_lowered, table ---------------------------------------------------------------------

TEST(CheckLoweredTest, ImportedOperatorsAreRefused) {
  GraphBuilder b;
  b.Output(b.Add(GRAPH_OP_MULTIPLY, {b.Input({1, 2})}, {1, 2}));
  EXPECT_THAT(Refusal(pass_check_lowered, b), HasSubstr("layer 'node0'"));
}

TEST(CheckLoweredTest, EmptyGraphsAreRefused) {
  GraphBuilder b;
  b.Output(b.Input({1, 2}));
  EXPECT_THAT(Refusal(pass_check_lowered, b), HasSubstr("no operator"));
}

TEST(PassesTest, ReportNamesEachPassInOrder) {
  GraphBuilder b;
  b.Output(Affine(&b, Convolution(&b, b.Input({1, 2, 1, 1}), 1), 1));
  graph *g = b.Get();
  // As imported: NCHW, OIHW.
  const int64_t nchw[4] = {1, 2, 1, 1}, oihw[4] = {2, 2, 1, 1};
  for (uint32_t i = 0; i < g->node_count; i++)
    std::copy(nchw, nchw + 4, g->tensors[g->nodes[i].outputs[0]].shape);
  std::copy(oihw, oihw + 4, g->tensors[g->nodes[0].inputs[1]].shape);
  b.Node(1).op = OCTAVO_OP_CLIP;
  b.Node(1).input_count = 1;
  b.Node(1).attributes.clamp = GraphBuilder::Clamp(0, 6);
  passes_report report;
  octavo_error error = {};
  ASSERT_EQ(passes_run(g, &report, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(report.transposes_left, 0u);
  ASSERT_GT(report.count, 8u);
  EXPECT_STREQ(report.rows[0].name, "drop no-ops");
  uint32_t fused = 0;
  for (uint32_t i = 0; i < report.count; i++)
    if (std::string(report.rows[i].name) == "fuse activations")
      fused = report.rows[i].changes;
  EXPECT_EQ(fused, 1u);
}

} // namespace
