#include "tests/converter/quantized_network.h"

#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"
#include "converter/quantize/given.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

Graph Lower(const std::string &path) {
  octavo_error error = {};
  graph *g = nullptr;
  EXPECT_EQ(onnx_import(path.c_str(), &g, &error), OCTAVO_OK) << error.text;
  Graph owned(g);
  if (g != nullptr) {
    EXPECT_EQ(passes_run(g, nullptr, &error), OCTAVO_OK) << error.text;
  }
  return owned;
}

Graph TakeGiven(const graph &source) {
  octavo_error error = {};
  graph *g = nullptr;
  EXPECT_EQ(quantize_given(&source, nullptr, &g, nullptr, &error), OCTAVO_OK) << error.text;
  return Graph(g);
}

Model::Model(graph *g) {
  octavo_error error = {};
  const label_list none = {nullptr, 0};
  EXPECT_EQ(built_model_create(g, nullptr, &none, &built_, &error), OCTAVO_OK) << error.text;
  if (built_.model == nullptr)
    return;
  EXPECT_EQ(octavo_session_create(built_.model, nullptr, &session_, &error), OCTAVO_OK)
      << error.text;
  octavo_session_observe(session_, Keep, this);
}

Model::~Model() {
  octavo_session_free(session_);
  built_model_free(&built_);
}

void Model::Keep(void *context, uint32_t operator_index, uint32_t which,
                 const octavo_tensor_info *info, const void *data) {
  Model *model = static_cast<Model *>(context);
  octavo_operator_info layer = {};
  octavo_model_operator(model->built_.model, operator_index, &layer);
  if (which == 0)
    model->layers_[layer.name].assign(static_cast<const char *>(data), info->bytes);
}

// Between NCHW and NHWC.
static std::vector<float> Move(const std::vector<float> &from, const octavo_tensor_info &info,
                               bool to_nhwc) {
  if (info.rank != 4)
    return from;
  const size_t area = static_cast<size_t>(info.shape[1]) * info.shape[2], channels = info.shape[3];
  std::vector<float> to(from.size());
  for (size_t c = 0; c < channels; c++)
    for (size_t k = 0; k < area; k++) {
      const size_t nhwc = k * channels + c, nchw = c * area + k;
      to[to_nhwc ? nhwc : nchw] = from[to_nhwc ? nchw : nhwc];
    }
  return to;
}

std::vector<std::vector<float>> Model::Run(const std::vector<float> &input) {
  octavo_error error = {};
  octavo_tensor_info info = {};
  std::vector<std::vector<float>> outputs;
  if (session_ == nullptr)
    return outputs;
  layers_.clear();
  octavo_model_input(built_.model, 0, &info);
  const std::vector<float> moved = Move(input, info, true);
  EXPECT_EQ(octavo_session_set_input_f32(session_, 0, moved.data(), moved.size(), &error),
            OCTAVO_OK)
      << error.text;
  EXPECT_EQ(octavo_session_run(session_, &error), OCTAVO_OK) << error.text;
  for (uint32_t i = 0; i < octavo_model_output_count(built_.model); i++) {
    octavo_model_output(built_.model, i, &info);
    std::vector<float> values(info.bytes / (info.type == OCTAVO_INT8 ? 1 : 4));
    EXPECT_EQ(octavo_session_get_output_f32(session_, i, values.data(), values.size(), &error),
              OCTAVO_OK)
        << error.text;
    outputs.push_back(Move(values, info, false));
  }
  return outputs;
}

std::vector<float> ReadFloats(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

const graph_node *FindNode(const graph &g, const std::string &name) {
  for (uint32_t i = 0; i < g.node_count; i++)
    if (name == g.nodes[i].name)
      return &g.nodes[i];
  return nullptr;
}

const graph_tensor *FindTensor(const graph &g, const std::string &name) {
  for (uint32_t i = 0; i < g.tensor_count; i++)
    if (name == g.tensors[i].name)
      return &g.tensors[i];
  return nullptr;
}
