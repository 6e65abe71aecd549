#include "tests/converter/tiny_network.h"

#include "common/image_write.h"
#include "runtime/memory.h"

#include <gmock/gmock.h>

#include <cmath>

namespace {

octavo_attributes Clamp(bool relu) {
  octavo_attributes a = {};
  a.clamp.clamp_min = relu ? 0.0f : -INFINITY;
  a.clamp.clamp_max = INFINITY;
  return a;
}

void SetEnds(int32_t **ends, uint32_t *count, int32_t tensor) {
  *ends = static_cast<int32_t *>(octavo_memory_alloc(1, sizeof **ends));
  ASSERT_NE(*ends, nullptr);
  **ends = tensor;
  *count = 1;
}

} // namespace

NetworkBuilder::NetworkBuilder() {
  octavo_error error;
  g_.reset(graph_create(&error));
  EXPECT_NE(g_, nullptr);
}

Graph NetworkBuilder::Take() {
  return std::move(g_);
}

int32_t NetworkBuilder::Tensor(const std::string &name, std::vector<int64_t> shape,
                               const float *data) {
  octavo_error error = {};
  int32_t index = GRAPH_NONE;
  EXPECT_EQ(graph_add_tensor(g_.get(), name.c_str(), GRAPH_FLOAT32, (uint32_t)shape.size(),
                             shape.data(), data, &index, &error),
            OCTAVO_OK)
      << error.text;
  return index;
}

int32_t NetworkBuilder::Weights(const std::string &name, std::vector<int64_t> shape, float spread) {
  size_t count = 1;
  for (const int64_t d : shape)
    count *= (size_t)d;
  std::vector<float> values(count);
  std::normal_distribution<float> normal(0.0f, spread);
  for (float &v : values)
    v = normal(random_);
  return Tensor(name, std::move(shape), values.data());
}

int32_t NetworkBuilder::Node(octavo_opcode op, const std::string &name,
                             const std::vector<int32_t> &inputs, std::vector<int64_t> shape,
                             const octavo_attributes &attributes) {
  octavo_error error = {};
  const int32_t output = Tensor(name + "_out", std::move(shape));
  uint32_t index = 0;
  EXPECT_EQ(graph_insert_node(g_.get(), g_->node_count, op, name.c_str(), "Test", inputs.data(),
                              (uint32_t)inputs.size(), &output, 1, &index, &error),
            OCTAVO_OK)
      << error.text;
  g_->nodes[index].attributes = attributes;
  return output;
}

int32_t NetworkBuilder::Input(std::vector<int64_t> shape) {
  const int32_t index = Tensor("input", std::move(shape));
  SetEnds(&g_->inputs, &g_->input_count, index);
  return index;
}

void NetworkBuilder::Output(int32_t tensor) {
  SetEnds(&g_->outputs, &g_->output_count, tensor);
}

int32_t NetworkBuilder::Convolution(const std::string &name, int32_t x, int64_t channels,
                                    uint32_t kernel, bool relu, bool bias) {
  const int64_t height = At(x).shape[1], width = At(x).shape[2], depth = At(x).shape[3];
  const float spread = 1.0f / std::sqrt((float)(depth * kernel * kernel));
  std::vector<int32_t> inputs = {x,
                                 Weights(name + "_w", {channels, kernel, kernel, depth}, spread)};
  if (bias)
    inputs.push_back(Weights(name + "_b", {channels}, 0.1f));
  octavo_attributes a = {};
  a.convolution = {kernel,     kernel,     1,          1,          1, 1,
                   kernel / 2, kernel / 2, kernel / 2, kernel / 2, 1, relu ? 0.0f : -INFINITY,
                   INFINITY,   {}};
  return Node(OCTAVO_OP_CONVOLUTION, name, inputs, {1, height, width, channels}, a);
}

int32_t NetworkBuilder::Add(const std::string &name, int32_t a, int32_t b, bool relu) {
  const std::vector<int64_t> shape(At(a).shape, At(a).shape + At(a).rank);
  return Node(OCTAVO_OP_ADD, name, {a, b}, shape, Clamp(relu));
}

int32_t NetworkBuilder::Unary(const std::string &name, int32_t x, octavo_unary_function function,
                              float alpha, float beta) {
  octavo_attributes a = {};
  a.unary = {(uint32_t)function, alpha, beta, {}};
  return Node(OCTAVO_OP_UNARY, name, {x}, {At(x).shape, At(x).shape + At(x).rank}, a);
}

int32_t NetworkBuilder::Multiply(const std::string &name, int32_t a, int32_t b) {
  return Node(OCTAVO_OP_MULTIPLY, name, {a, b}, {At(a).shape, At(a).shape + At(a).rank},
              Clamp(false));
}

int32_t NetworkBuilder::MaxPool(const std::string &name, int32_t x) {
  octavo_attributes a = {};
  a.pool = {2, 2, 2, 2, 1, 1, 0, 0, 0, 0, 0, {}};
  return Node(OCTAVO_OP_MAX_POOL, name, {x},
              {1, At(x).shape[1] / 2, At(x).shape[2] / 2, At(x).shape[3]}, a);
}

int32_t NetworkBuilder::Pad(const std::string &name, int32_t x, uint32_t border, float value) {
  octavo_attributes a = {};
  for (int i = 1; i < 3; i++)
    a.pad.before[i] = a.pad.after[i] = border;
  a.pad.value = value;
  return Node(OCTAVO_OP_PAD, name, {x},
              {1, At(x).shape[1] + 2 * border, At(x).shape[2] + 2 * border, At(x).shape[3]}, a);
}

int32_t NetworkBuilder::GlobalAveragePool(const std::string &name, int32_t x) {
  return Node(OCTAVO_OP_GLOBAL_AVERAGE_POOL, name, {x}, {1, At(x).shape[3]}, {});
}

int32_t NetworkBuilder::Concatenation(const std::string &name, const std::vector<int32_t> &inputs) {
  std::vector<int64_t> shape(At(inputs[0]).shape, At(inputs[0]).shape + At(inputs[0]).rank);
  shape.back() = 0;
  for (const int32_t x : inputs)
    shape.back() += At(x).shape[At(x).rank - 1];
  octavo_attributes a = {};
  a.axis.axis = (uint32_t)shape.size() - 1;
  return Node(OCTAVO_OP_CONCATENATION, name, inputs, shape, a);
}

int32_t NetworkBuilder::FullyConnected(const std::string &name, int32_t x, int64_t outputs) {
  const int64_t depth = (int64_t)graph_element_count(&At(x));
  const float spread = 1.0f / std::sqrt((float)depth);
  const int32_t weights = Weights(name + "_w", {outputs, depth}, spread);
  const int32_t bias = Weights(name + "_b", {outputs}, 0.1f);
  return Node(OCTAVO_OP_FULLY_CONNECTED, name, {x, weights, bias}, {1, outputs}, Clamp(false));
}

int32_t NetworkBuilder::Softmax(const std::string &name, int32_t x) {
  const std::vector<int64_t> shape(At(x).shape, At(x).shape + At(x).rank);
  return Node(OCTAVO_OP_SOFTMAX, name, {x}, shape, {});
}

int32_t NetworkBuilder::Reshape(const std::string &name, int32_t x, std::vector<int64_t> shape) {
  return Node(OCTAVO_OP_RESHAPE, name, {x}, std::move(shape), {});
}

Graph TinyNetwork(bool softmax) {
  NetworkBuilder b;
  const int32_t x = b.Input({1, 8, 8, 3});
  const int32_t conv1 = b.Convolution("conv1", x, 8, 3, true);
  const int32_t conv2 = b.Convolution("conv2", conv1, 8, 3, false, false);
  const int32_t add = b.Add("add", conv2, conv1, true);
  const int32_t mean = b.GlobalAveragePool("mean", b.MaxPool("pool", add));
  int32_t y = b.FullyConnected("fc", mean, 4);
  if (softmax)
    y = b.Softmax("softmax", y);
  b.Output(y);
  return b.Take();
}

Graph ExcitedNetwork() {
  NetworkBuilder b;
  const int32_t conv = b.Convolution("conv", b.Input({1, 8, 8, 3}), 8, 3, false);
  const int32_t silu = b.Unary("silu", conv, OCTAVO_UNARY_SILU);
  const int32_t pixel = b.Reshape("image", b.GlobalAveragePool("squeeze", silu), {1, 1, 1, 8});
  const int32_t excite = b.Convolution("excite", pixel, 8, 1, false);
  const int32_t gate = b.Unary("gate", excite, OCTAVO_UNARY_HARD_SIGMOID, 0.2f, 0.5f);
  const int32_t scale = b.Multiply("scale", silu, gate);
  b.Output(b.FullyConnected("fc", b.GlobalAveragePool("mean", scale), 4));
  return b.Take();
}

TemporaryFolder::TemporaryFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "octavo_converter_XXXXXX").string();
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Path(const std::string &name) const {
  return name.empty() ? path_.string() : (path_ / name).string();
}

void WriteImages(const std::string &folder, uint32_t count, uint32_t width, uint32_t height) {
  std::mt19937 random(9);
  for (uint32_t i = 0; i < count; i++) {
    const std::filesystem::path path =
        std::filesystem::path(folder) / (i % 2 != 0 ? "b" : "a") / (std::to_string(i) + ".png");
    std::filesystem::create_directories(path.parent_path());
    std::vector<uint8_t> rgb((size_t)width * height * 3);
    const uint32_t base = (uint32_t)(random() % 200);
    for (uint8_t &v : rgb)
      v = (uint8_t)(base + random() % 56);
    const image picture = {rgb.data(), width, height};
    octavo_error error = {};
    ASSERT_EQ(image_write_png(&picture, path.c_str(), &error), OCTAVO_OK) << error.text;
  }
}
