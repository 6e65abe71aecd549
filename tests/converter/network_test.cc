// Whole networks: imported, lowered, and run, against what ONNX Runtime made of the same file and
// input (tests/data/onnx/README.md).
#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"
#include "float_interpreter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <string>

namespace {

struct Network {
  const char *file;        // without extension; its input and outputs are in file.bin
  bool nhwc;               // the source's input is NHWC
  uint32_t nodes;          // of the lowered graph; 0: not counted
  uint32_t transposes = 0; // that the network has to compute
};

std::ostream &operator<<(std::ostream &stream, const Network &network) {
  return stream << network.file;
}

std::string DataPath(const std::string &file) {
  return std::string(OCTAVO_TEST_DATA) + "/onnx/" + file;
}

std::vector<float> ReadFloats(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

// NCHW to NHWC.
std::vector<float> ToChannelsLast(const std::vector<float> &image, int64_t height, int64_t width,
                                  int64_t channels) {
  std::vector<float> moved(image.size());
  for (int64_t c = 0; c < channels; c++)
    for (int64_t k = 0; k < height * width; k++)
      moved[static_cast<size_t>(k * channels + c)] =
          image[static_cast<size_t>(c * height * width + k)];
  return moved;
}

class NetworkTest : public testing::TestWithParam<Network> {
protected:
  void SetUp() override {
    octavo_error error = {};
    graph *imported = nullptr;
    ASSERT_EQ(
        onnx_import(DataPath(std::string(GetParam().file) + ".onnx").c_str(), &imported, &error),
        OCTAVO_OK)
        << error.text;
    graph_.reset(imported);
    ASSERT_EQ(passes_run(imported, &report_, &error), OCTAVO_OK) << error.text;
  }

  struct Free {
    void operator()(graph *g) const {
      graph_free(g);
    }
  };
  std::unique_ptr<graph, Free> graph_;
  passes_report report_ = {};
};

std::string Shape(const graph_tensor &tensor) {
  std::string text;
  for (uint32_t i = 0; i < tensor.rank; i++)
    text += (i == 0 ? "" : "x") + std::to_string(tensor.shape[i]);
  return text;
}

std::string Describe(const graph &g) {
  std::string text;
  for (uint32_t i = 0; i < g.node_count; i++) {
    const graph_node &n = g.nodes[i];
    text += std::to_string(n.op) + " " + n.name + " (" + n.source_op + ")";
    for (uint32_t k = 0; k < n.input_count; k++)
      text += std::string(" ") + g.tensors[n.inputs[k]].name + ":" + Shape(g.tensors[n.inputs[k]]);
    text += std::string(" -> ") + g.tensors[n.outputs[0]].name + ":" +
            Shape(g.tensors[n.outputs[0]]) + "\n";
  }
  return text;
}

TEST_P(NetworkTest, GivesWhatOnnxRuntimeGives) {
  const graph &g = *graph_;
  std::vector<float> values = ReadFloats(DataPath(
      std::string(GetParam().file).substr(std::string(GetParam().file).rfind('/') + 1) + ".bin"));
  const graph_tensor &input = g.tensors[g.inputs[0]];
  const size_t input_count = graph_element_count(&input);
  ASSERT_GT(values.size(), input_count);
  std::vector<float> image(values.begin(), values.begin() + static_cast<long>(input_count));
  if (input.rank == 4 && !GetParam().nhwc)
    image = ToChannelsLast(image, input.shape[1], input.shape[2], input.shape[3]);
  const std::vector<std::vector<float>> outputs = RunGraph(g, {image});
  size_t at = input_count;
  for (size_t k = 0; k < outputs.size(); k++) {
    ASSERT_LE(at + outputs[k].size(), values.size());
    std::vector<float> expected(values.begin() + static_cast<long>(at),
                                values.begin() + static_cast<long>(at + outputs[k].size()));
    const graph_tensor &output = g.tensors[g.outputs[k]];
    if (output.rank == 4 && !GetParam().nhwc)
      expected = ToChannelsLast(expected, output.shape[1], output.shape[2], output.shape[3]);
    double scale = 0;
    for (const float value : expected)
      scale = std::max(scale, std::fabs(static_cast<double>(value)));
    for (size_t i = 0; i < expected.size(); i++)
      ASSERT_NEAR(outputs[k][i], expected[i], 2e-5 * scale + 1e-7)
          << "output " << k << ", element " << i << "\n"
          << Describe(g);
    at += expected.size();
  }
  EXPECT_EQ(at, values.size());
}

TEST_P(NetworkTest, IsLoweredWithoutTransposesThatAreNotNeeded) {
  const graph &g = *graph_;
  EXPECT_EQ(report_.transposes_left, GetParam().transposes) << Describe(g);
  std::set<std::string> names, values;
  for (uint32_t i = 0; i < g.node_count; i++) {
    EXPECT_LT(g.nodes[i].op, static_cast<uint32_t>(GRAPH_OP_FIRST_IMPORTED));
    EXPECT_TRUE(names.insert(g.nodes[i].name).second) << g.nodes[i].name;
    for (uint32_t k = 0; k < g.nodes[i].input_count; k++)
      EXPECT_TRUE(g.nodes[i].inputs[k] == GRAPH_NONE ||
                  graph_producer(&g, g.nodes[i].inputs[k]) < static_cast<int32_t>(i));
  }
  for (uint32_t i = 0; i < g.tensor_count; i++) {
    EXPECT_TRUE(values.insert(g.tensors[i].name).second) << g.tensors[i].name;
    EXPECT_EQ(g.tensors[i].type, GRAPH_FLOAT32);
  }
  if (GetParam().nodes != 0) {
    EXPECT_EQ(g.node_count, GetParam().nodes) << Describe(g);
  }
}

std::string TestName(const testing::TestParamInfo<Network> &network) {
  std::string name = network.param.file;
  name = name.substr(name.rfind('/') + 1);
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}

const Network networks[] = {
    {"../../../models/resnet20-cifar10", false, 32},
    {"../../../models/resnet8-cifar10", false, 14},
    // PyTorch: tests/data/onnx/make_torch.py
    {"resnet", false, 11},
    {"resnet_unfolded", false, 11},
    {"mobilenet_v2", false, 15},
    {"mobilenet_v2_opset9", false, 15},
    {"squeezenet", false, 17},
    {"vgg", false, 7},
    {"densenet", false, 19},
    {"mixed", false, 12},
    {"shufflenet", false, 0, 3},
    {"shufflenet_opset12", false, 0, 3},
    {"inception", false, 0},
    {"upscale", false, 22, 3},
    {"upscale_opset16", false, 22, 3},
    // tf2onnx and others: tests/data/onnx/make_onnx.py
    {"keras", true, 8},
    {"keras_flatten", true, 5},
    {"keras_mean", true, 4},
    {"shape_arithmetic", false, 16},
    {"pools", false, 18},
    {"affine", false, 12},
    {"element_types", false, 14},
    {"flattened", false, 14},
    {"split_opset11", false, 0},
    {"split_opset13", false, 0},
    {"split_opset18", false, 0},
    {"slices", false, 8, 1},
    {"resize_opset9", false, 4},
    {"resize_opset10", false, 6},
    {"resize_opset11", false, 28},
    {"resize_opset13", false, 28},
    {"resize_opset18", false, 28},
    {"moved", false, 0, 13},
    // Both: tests/data/onnx/make_elementwise.py
    {"mobilenet_v3", false, 17},
    {"mobilenet_v3_opset9", false, 17},
    {"efficientnet", false, 17},
    {"excite_linear", false, 14},
    {"convnext", false, 11},
    {"functions", false, 10},
    {"pieces", false, 12},
    {"broadcasts", false, 19},
    {"gelu", false, 3},
};

INSTANTIATE_TEST_SUITE_P(Networks, NetworkTest, testing::ValuesIn(networks), TestName);

} // namespace
