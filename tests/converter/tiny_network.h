/* Small lowered float networks for the tests of the converter, and folders of images. */
#ifndef OCTAVO_TESTS_CONVERTER_TINY_NETWORK_H
#define OCTAVO_TESTS_CONVERTER_TINY_NETWORK_H

#include "converter/graph.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

struct GraphDeleter {
  void operator()(graph *g) const {
    graph_free(g);
  }
};
using Graph = std::unique_ptr<graph, GraphDeleter>;

/* Adds layers one after another; each call returns the tensor it makes. Weights are random by a
 * fixed seed. Fails the running test if the graph refuses. */
class NetworkBuilder {
public:
  NetworkBuilder();

  int32_t Input(std::vector<int64_t> shape);
  int32_t Convolution(const std::string &name, int32_t x, int64_t channels, uint32_t kernel,
                      bool relu, bool bias = true);
  int32_t Add(const std::string &name, int32_t a, int32_t b, bool relu);
  int32_t Unary(const std::string &name, int32_t x, octavo_unary_function function, float alpha = 0,
                float beta = 0);
  int32_t Multiply(const std::string &name, int32_t a, int32_t b);
  int32_t MaxPool(const std::string &name, int32_t x);
  int32_t Pad(const std::string &name, int32_t x, uint32_t border, float value);
  int32_t GlobalAveragePool(const std::string &name, int32_t x);
  int32_t Concatenation(const std::string &name, const std::vector<int32_t> &inputs);
  int32_t FullyConnected(const std::string &name, int32_t x, int64_t outputs);
  int32_t Softmax(const std::string &name, int32_t x);
  int32_t Reshape(const std::string &name, int32_t x, std::vector<int64_t> shape);
  void Output(int32_t tensor);

  /* Hands the graph over; the builder is empty afterwards. */
  Graph Take();
  graph *get() {
    return g_.get();
  }

private:
  int32_t Tensor(const std::string &name, std::vector<int64_t> shape, const float *data = nullptr);
  int32_t Weights(const std::string &name, std::vector<int64_t> shape, float spread);
  int32_t Node(octavo_opcode op, const std::string &name, const std::vector<int32_t> &inputs,
               std::vector<int64_t> shape, const octavo_attributes &attributes);
  const graph_tensor &At(int32_t tensor) const {
    return g_->tensors[tensor];
  }

  Graph g_;
  std::mt19937 random_{5};
};

/* 8×8×3 → convolution, ReLU → convolution → add, ReLU → max pool → global pool → 4 classes. Its
 * nodes are conv1, conv2, add, pool, mean, fc and, if asked for, softmax. */
Graph TinyNetwork(bool softmax = false);

/* How a picture becomes the input of TinyNetwork. */
inline constexpr octavo_preprocessing kTinyRule = {8,
                                                   8,
                                                   8,
                                                   8,
                                                   OCTAVO_RESIZE_STRETCH,
                                                   false,
                                                   3,
                                                   1.0f / 255.0f,
                                                   {0.5f, 0.4f, 0.5f},
                                                   {0.25f, 0.25f, 0.2f}};

/* 8×8×3 → convolution → SiLU → squeeze and excitation (hard-sigmoid) → global pool → 4 classes. Its
 * nodes are conv, silu, squeeze, image, excite, gate, scale, mean and fc. */
Graph ExcitedNetwork();

/* A folder for one test, removed at its end. */
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string Path(const std::string &name = "") const;

private:
  std::filesystem::path path_;
};

/* Writes `count` PNG files of random blobs into folder/a and folder/b, half each. */
void WriteImages(const std::string &folder, uint32_t count, uint32_t width = 8,
                 uint32_t height = 8);

#endif
