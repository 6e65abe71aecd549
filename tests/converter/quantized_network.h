// Networks that are quantized already, from ONNX to a model that runs.
#ifndef OCTAVO_TESTS_CONVERTER_QUANTIZED_NETWORK_H
#define OCTAVO_TESTS_CONVERTER_QUANTIZED_NETWORK_H

#include "converter/built_model.h"
#include "tests/converter/tiny_network.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// Imported and lowered. Fails the running test if that fails.
Graph Lower(const std::string &path);

// What quantize_given makes of it.
Graph TakeGiven(const graph &source);

class Model {
public:
  explicit Model(graph *g);
  ~Model();
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  octavo_model *get() const {
    return built_.model;
  }
  // Runs on values that lie as ONNX has them; the outputs come back so, as real values.
  std::vector<std::vector<float>> Run(const std::vector<float> &input);
  // The bytes of each layer's first result in the last run, by the layer's name.
  const std::map<std::string, std::string> &layers() const {
    return layers_;
  }

private:
  static void Keep(void *context, uint32_t operator_index, uint32_t which,
                   const octavo_tensor_info *info, const void *data);

  built_model built_{};
  octavo_session *session_ = nullptr;
  std::map<std::string, std::string> layers_;
};

std::vector<float> ReadFloats(const std::string &path);

const graph_node *FindNode(const graph &g, const std::string &name);
const graph_tensor *FindTensor(const graph &g, const std::string &name);

#endif
