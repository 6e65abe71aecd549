// Graphs of a few nodes for the tests of passes. Failures to build throw.
#ifndef OCTAVO_TESTS_GRAPH_BUILDER_H
#define OCTAVO_TESTS_GRAPH_BUILDER_H

#include "converter/graph.h"
#include "runtime/memory.h"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

class GraphBuilder {
public:
  GraphBuilder() : g_(graph_create(nullptr)) {}
  ~GraphBuilder() {
    graph_free(g_);
  }
  GraphBuilder(const GraphBuilder &) = delete;
  GraphBuilder &operator=(const GraphBuilder &) = delete;

  graph *Get() const {
    return g_;
  }
  graph_node &Node(size_t i) const {
    return g_->nodes[i];
  }
  // Of the tensor that operand `operand` of node `i` reads.
  std::vector<float> Floats(size_t i, size_t operand) const {
    const graph_tensor &t = g_->tensors[g_->nodes[i].inputs[operand]];
    const float *data = static_cast<const float *>(t.data);
    return std::vector<float>(data, data + graph_element_count(&t));
  }
  std::vector<int64_t> Shape(int32_t tensor) const {
    const graph_tensor &t = g_->tensors[tensor];
    return std::vector<int64_t>(t.shape, t.shape + t.rank);
  }

  int32_t Input(const std::vector<int64_t> &shape) {
    const int32_t index = Tensor("input", shape, nullptr);
    Append(&g_->inputs, &g_->input_count, index);
    return index;
  }
  void Output(int32_t tensor) {
    Append(&g_->outputs, &g_->output_count, tensor);
  }
  int32_t Constant(const std::vector<int64_t> &shape, const std::vector<float> &values) {
    return Tensor("constant", shape, values.data());
  }
  // Adds a node with one result of that shape; returns the result.
  int32_t Add(uint32_t op, const std::vector<int32_t> &inputs, const std::vector<int64_t> &shape) {
    const std::string name = "node" + std::to_string(g_->node_count);
    const int32_t output = Tensor(name + ".y", shape, nullptr);
    uint32_t index = 0;
    Check(graph_insert_node(g_, g_->node_count, op, name.c_str(), "Op", inputs.data(),
                            static_cast<uint32_t>(inputs.size()), &output, 1, &index, &error_));
    graph_node &node = g_->nodes[index];
    if (op == OCTAVO_OP_CONVOLUTION)
      node.attributes.convolution = PlainConvolution();
    else if (op == OCTAVO_OP_FULLY_CONNECTED || op == OCTAVO_OP_ADD || op == OCTAVO_OP_CLIP ||
             op == OCTAVO_OP_MULTIPLY || op == OCTAVO_OP_SUBTRACT)
      node.attributes.clamp = Clamp(-INFINITY, INFINITY);
    return output;
  }
  graph_node &Last() const {
    return g_->nodes[g_->node_count - 1];
  }

  static octavo_attributes_clamp Clamp(float low, float high) {
    octavo_attributes_clamp clamp = {};
    clamp.clamp_min = low;
    clamp.clamp_max = high;
    return clamp;
  }
  // 1 x 1, one group, no padding, no clamp.
  static octavo_attributes_convolution PlainConvolution() {
    octavo_attributes_convolution c = {};
    c.kernel_height = c.kernel_width = c.stride_height = c.stride_width = 1;
    c.dilation_height = c.dilation_width = c.groups = 1;
    c.clamp_min = -INFINITY;
    c.clamp_max = INFINITY;
    return c;
  }

private:
  void Check(octavo_status status) {
    if (status != OCTAVO_OK)
      throw std::runtime_error(error_.text);
  }
  int32_t Tensor(const std::string &name, const std::vector<int64_t> &shape, const float *data) {
    int32_t index = GRAPH_NONE;
    Check(graph_add_tensor(g_, name.c_str(), GRAPH_FLOAT32, static_cast<uint32_t>(shape.size()),
                           shape.data(), data, &index, &error_));
    return index;
  }
  static void Append(int32_t **list, uint32_t *count, int32_t value) {
    *list = static_cast<int32_t *>(octavo_memory_resize(*list, *count + 1, sizeof **list));
    (*list)[(*count)++] = value;
  }

  graph *g_;
  octavo_error error_ = {};
};

#endif
