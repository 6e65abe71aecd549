// Taps that never meet the image, with the float interpreter: the same sums, without the zeros.
#include "converter/passes/pass.h"
#include "converter/passes/passes.h"
#include "float_interpreter.h"
#include "graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace {

using testing::ElementsAre;

constexpr int64_t kInputs = 4, kOutputs = 6;

// One dimension of a convolution.
struct Axis {
  int64_t size, kernel, stride, dilation, before, after;
  // 0 or less: the kernel does not fit.
  int64_t Outputs() const {
    const int64_t room = size + before + after - (kernel - 1) * dilation - 1;
    return room < 0 ? 0 : room / stride + 1;
  }
};

std::vector<float> Numbers(int64_t count) {
  std::vector<float> numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); i++)
    numbers[i] = static_cast<float>((i * 37 + 11) % 101) - 50.0f;
  return numbers;
}

void AddConvolution(GraphBuilder *b, const Axis &height, const Axis &width, int64_t groups) {
  const int32_t x = b->Input({1, height.size, width.size, kInputs});
  const int64_t weights = kOutputs * height.kernel * width.kernel * kInputs / groups;
  const int32_t w =
      b->Constant({kOutputs, height.kernel, width.kernel, kInputs / groups}, Numbers(weights));
  const int32_t bias = b->Constant({kOutputs}, Numbers(kOutputs));
  b->Output(b->Add(OCTAVO_OP_CONVOLUTION, {x, w, bias},
                   {1, height.Outputs(), width.Outputs(), kOutputs}));
  octavo_attributes_convolution &c = b->Last().attributes.convolution;
  c.kernel_height = static_cast<uint32_t>(height.kernel);
  c.kernel_width = static_cast<uint32_t>(width.kernel);
  c.stride_height = static_cast<uint32_t>(height.stride);
  c.stride_width = static_cast<uint32_t>(width.stride);
  c.dilation_height = static_cast<uint32_t>(height.dilation);
  c.dilation_width = static_cast<uint32_t>(width.dilation);
  c.pad_top = static_cast<uint32_t>(height.before);
  c.pad_left = static_cast<uint32_t>(width.before);
  c.pad_bottom = static_cast<uint32_t>(height.after);
  c.pad_right = static_cast<uint32_t>(width.after);
  c.groups = static_cast<uint32_t>(groups);
}

uint32_t Crop(const GraphBuilder &b) {
  octavo_error error = {};
  uint32_t changes = 0;
  EXPECT_EQ(pass_crop_kernels(b.Get(), &changes, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(graph_compact(b.Get(), &error), OCTAVO_OK);
  return changes;
}

Axis HeightOf(const GraphBuilder &b) {
  const octavo_attributes_convolution &c = b.Node(0).attributes.convolution;
  return {b.Shape(b.Get()->inputs[0])[1],
          c.kernel_height,
          c.stride_height,
          c.dilation_height,
          c.pad_top,
          c.pad_bottom};
}

Axis WidthOf(const GraphBuilder &b) {
  const octavo_attributes_convolution &c = b.Node(0).attributes.convolution;
  return {b.Shape(b.Get()->inputs[0])[2],
          c.kernel_width,
          c.stride_width,
          c.dilation_width,
          c.pad_left,
          c.pad_right};
}

// Crops, and expects the same results and shapes; returns the number of changes.
uint32_t CropAndCompare(const GraphBuilder &b) {
  const std::vector<int64_t> shape = b.Shape(b.Get()->outputs[0]);
  const std::vector<std::vector<float>> x = {
      Numbers(static_cast<int64_t>(graph_element_count(&b.Get()->tensors[b.Get()->inputs[0]])))};
  const auto before = RunGraph(*b.Get(), x);
  const uint32_t changes = Crop(b);
  EXPECT_EQ(HeightOf(b).Outputs(), shape[1]);
  EXPECT_EQ(WidthOf(b).Outputs(), shape[2]);
  EXPECT_EQ(RunGraph(*b.Get(), x), before);
  EXPECT_EQ(Crop(b), 0u) << "a second time";
  return changes;
}

const Axis kPlain = {3, 1, 1, 1, 0, 0};

struct Row {
  const char *what;
  Axis axis;
  std::array<int64_t, 3> left; // kernel, padding before and behind
};

const Row rows[] = {
    {"one pixel", {1, 3, 1, 1, 1, 1}, {1, 0, 0}},
    {"one pixel, stride", {1, 3, 2, 1, 1, 1}, {1, 0, 0}},
    {"7 over 4, stride 2", {4, 7, 2, 1, 3, 3}, {6, 2, 2}},
    {"7 over 2", {2, 7, 1, 1, 3, 3}, {3, 1, 1}},
    {"two pixels, stride: the last tap stays", {2, 3, 2, 1, 1, 1}, {2, 0, 0}},
    {"the first tap alone is used", {1, 3, 1, 1, 0, 2}, {1, 0, 0}},
    {"the last tap alone is used", {1, 3, 1, 1, 2, 0}, {1, 0, 0}},
    {"dilation beyond the image", {2, 3, 1, 2, 2, 2}, {1, 0, 0}},
    {"dilation, stride", {3, 3, 2, 4, 4, 4}, {1, 0, 0}},
};

TEST(CropKernelsTest, TapsThatNeverMeetTheImageGo) {
  for (const Row &row : rows) {
    for (const bool high : {false, true}) {
      SCOPED_TRACE(row.what);
      GraphBuilder b;
      AddConvolution(&b, high ? row.axis : kPlain, high ? kPlain : row.axis, 1);
      EXPECT_EQ(CropAndCompare(b), 1u);
      const Axis found = high ? HeightOf(b) : WidthOf(b), other = high ? WidthOf(b) : HeightOf(b);
      EXPECT_THAT((std::vector<int64_t>{found.kernel, found.before, found.after}),
                  ElementsAre(row.left[0], row.left[1], row.left[2]));
      EXPECT_EQ(other.kernel, 1);
    }
  }
}

TEST(CropKernelsTest, KernelsAllOfWhichIsUsedStay) {
  for (const Axis &axis :
       {Axis{2, 3, 1, 1, 1, 1}, Axis{7, 7, 1, 1, 3, 3}, Axis{1, 1, 1, 1, 0, 0},
        Axis{4, 3, 2, 1, 1, 1}, Axis{3, 3, 1, 2, 2, 2}, Axis{3, 3, 1, 1, 4, 4}}) {
    GraphBuilder b;
    AddConvolution(&b, axis, axis, 1);
    EXPECT_EQ(CropAndCompare(b), 0u);
    EXPECT_EQ(HeightOf(b).kernel, axis.kernel);
    EXPECT_EQ(HeightOf(b).after, axis.after);
  }
}

// Padding cannot be negative: the tap in the padding stays, since the one that is used lies on
// the second of three pixels.
TEST(CropKernelsTest, TapsBeforeTheMiddleOfAnImageStay) {
  GraphBuilder b;
  AddConvolution(&b, {3, 3, 1, 2, 1, 1}, kPlain, 1);
  EXPECT_EQ(CropAndCompare(b), 0u);
}

TEST(CropKernelsTest, MiddleOfWeights) {
  GraphBuilder b;
  AddConvolution(&b, {1, 3, 1, 1, 1, 1}, {1, 3, 1, 1, 1, 1}, 2);
  const std::vector<float> all = b.Floats(0, 1);
  const std::string name = b.Get()->tensors[b.Node(0).inputs[1]].name;
  EXPECT_EQ(CropAndCompare(b), 1u);
  std::vector<float> middle;
  for (int64_t o = 0; o < kOutputs; o++)
    for (int64_t i = 0; i < kInputs / 2; i++)
      middle.push_back(all[static_cast<size_t>((o * 9 + 4) * kInputs / 2 + i)]);
  EXPECT_EQ(b.Floats(0, 1), middle);
  EXPECT_EQ(b.Get()->tensors[b.Node(0).inputs[1]].name, name);
}

TEST(CropKernelsTest, WeightsSharedWithAnotherLayerStay) {
  GraphBuilder b;
  const int32_t w = b.Constant({1, 3, 3, 1}, Numbers(9));
  const auto add = [&](int64_t size) {
    b.Output(b.Add(OCTAVO_OP_CONVOLUTION, {b.Input({1, size, size, 1}), w}, {1, size, size, 1}));
    octavo_attributes_convolution &c = b.Last().attributes.convolution;
    c.kernel_height = c.kernel_width = 3;
    c.pad_top = c.pad_left = c.pad_bottom = c.pad_right = 1;
  };
  add(1);
  add(4);
  EXPECT_EQ(Crop(b), 1u);
  EXPECT_EQ(b.Floats(0, 1), std::vector<float>{Numbers(9)[4]});
  EXPECT_EQ(b.Floats(1, 1), Numbers(9));
}

// Weights of a network that is quantized already keep the scales that lead back to their integers.
TEST(CropKernelsTest, IntegersStay) {
  GraphBuilder b;
  AddConvolution(&b, {1, 3, 1, 1, 1, 1}, {1, 3, 1, 1, 1, 1}, 1);
  float scales[kOutputs] = {1, 2, 3, 4, 5, 6};
  graph_integers integers = {};
  integers.scales = scales;
  integers.scale_count = kOutputs;
  octavo_error error = {};
  ASSERT_EQ(graph_set_integers(b.Get(), b.Node(0).inputs[1], &integers, &error), OCTAVO_OK);
  EXPECT_EQ(Crop(b), 1u);
  const graph_integers *kept = b.Get()->tensors[b.Node(0).inputs[1]].integers;
  ASSERT_NE(kept, nullptr);
  ASSERT_EQ(kept->scale_count, static_cast<uint32_t>(kOutputs));
  EXPECT_EQ(kept->scales[5], 6.0f);
}

TEST(CropKernelsTest, FailingAllocationsAreErrors) {
  float scale = 1;
  graph_integers integers = {};
  integers.scales = &scale;
  integers.scale_count = 1;
  size_t failed = 0;
  for (octavo_status status = OCTAVO_ERROR_MEMORY; status != OCTAVO_OK; failed++) {
    ASSERT_LT(failed, 100u);
    GraphBuilder b;
    AddConvolution(&b, {1, 3, 1, 1, 1, 1}, {1, 3, 1, 1, 1, 1}, 1);
    ASSERT_EQ(graph_set_integers(b.Get(), b.Node(0).inputs[1], &integers, nullptr), OCTAVO_OK);
    octavo_error error = {};
    uint32_t changes = 0;
    octavo_memory_fail_at(failed, 0);
    status = pass_crop_kernels(b.Get(), &changes, &error);
    octavo_memory_fail_at(SIZE_MAX, 0);
    ASSERT_TRUE(status == OCTAVO_OK || status == OCTAVO_ERROR_MEMORY) << error.text;
    EXPECT_EQ(changes, status == OCTAVO_OK ? 1u : 0u);
  }
  EXPECT_GT(failed, 3u);
}

bool Meets(const Axis &axis, int64_t tap) {
  for (int64_t o = 0; o < axis.Outputs(); o++) {
    const int64_t at = o * axis.stride + tap * axis.dilation - axis.before;
    if (at >= 0 && at < axis.size)
      return true;
  }
  return false;
}

// The fewest taps in a row that hold all that meet the image, for which some padding gives as many
// positions; those that begin with tap `first`.
int64_t FewestFrom(const Axis &axis, int64_t first) {
  for (int64_t count = 1; first + count <= axis.kernel; count++) {
    bool holds = true;
    for (int64_t tap = first + count; tap < axis.kernel; tap++)
      holds = holds && !Meets(axis, tap);
    for (int64_t after = 0; holds && after <= 16; after++)
      if (Axis{axis.size, count, axis.stride, axis.dilation, axis.before - first * axis.dilation,
               after}
              .Outputs() == axis.Outputs())
        return count;
  }
  return axis.kernel;
}

int64_t Fewest(const Axis &axis) {
  int64_t fewest = axis.kernel;
  for (int64_t first = 0; first * axis.dilation <= axis.before; first++) {
    fewest = std::min(fewest, FewestFrom(axis, first));
    if (Meets(axis, first))
      return fewest;
  }
  return fewest;
}

bool MeetsAtAll(const Axis &axis) {
  for (int64_t tap = 0; tap < axis.kernel; tap++)
    if (Meets(axis, tap))
      return true;
  return false;
}

// Whatever the window: results and shapes as before, and no tap that could go too.
TEST(CropKernelsTest, EveryWindow) {
  size_t cropped = 0;
  for (int64_t code = 0; code < 5 * 5 * 3 * 3 * 5 * 5; code++) {
    int64_t rest = code;
    const auto digit = [&](int64_t base) {
      const int64_t value = rest % base;
      rest /= base;
      return value;
    };
    const Axis axis = {digit(5) + 1, digit(5) + 1, digit(3) + 1, digit(3) + 1, digit(5), digit(5)};
    if (axis.Outputs() < 1)
      continue;
    GraphBuilder b;
    AddConvolution(&b, axis, kPlain, code % 2 == 0 ? 2 : 1);
    cropped += CropAndCompare(b);
    EXPECT_EQ(HeightOf(b).kernel, MeetsAtAll(axis) ? Fewest(axis) : axis.kernel);
    ASSERT_FALSE(HasFailure()) << axis.size << " pixels, kernel " << axis.kernel << ", stride "
                               << axis.stride << ", dilation " << axis.dilation << ", padding "
                               << axis.before << " and " << axis.after;
  }
  EXPECT_GT(cropped, 1000u);
}

} // namespace
