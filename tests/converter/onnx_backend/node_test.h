/* One of ONNX's own backend tests: a model of usually one node, its inputs, and what it must give.
 */
#ifndef OCTAVO_TESTS_ONNX_BACKEND_NODE_TEST_H
#define OCTAVO_TESTS_ONNX_BACKEND_NODE_TEST_H

#include "onnx.pb-c.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct ModelDeleter {
  void operator()(Onnx__ModelProto *model) const {
    onnx__model_proto__free_unpacked(model, nullptr);
  }
};
struct TensorDeleter {
  void operator()(Onnx__TensorProto *tensor) const {
    onnx__tensor_proto__free_unpacked(tensor, nullptr);
  }
};

/* A graph input or output with its value. */
struct NodeValue {
  std::string name;
  bool readable = false; /* a tensor of numbers; else the rest says nothing */
  bool floating = false;
  std::vector<int64_t> shape;
  std::vector<double> numbers;
  std::unique_ptr<Onnx__TensorProto, TensorDeleter> proto;
};

/* How a node test becomes a network. Octavo's operators take weights, axes and shapes as constants
 * only, but node tests feed them all as graph inputs: so inputs are turned into initializers. */
struct Variant {
  std::string name;
  std::vector<bool> activation; /* per input: stays an input */
  /* All inputs are constants, so the importer computes the result; added to an input of zeros, a
   * [1, elements] row, it becomes a network (rewriting.h). */
  bool folded = false;
};

class NodeTest {
public:
  /* `folder` holds model.onnx and test_data_set_0. */
  explicit NodeTest(const std::string &folder);

  bool readable() const; /* a graph whose outputs are tensors of numbers */
  /* Whether the converter's table has every operator. */
  bool OperatorsKnown() const;
  /* Whether its operator set is older than those that the converter reads. */
  bool too_old() const;
  std::vector<Variant> Variants() const;
  /* The ONNX bytes of a variant. */
  std::string Model(const Variant &variant) const;

  const std::vector<NodeValue> &inputs() const {
    return inputs_;
  }
  const std::vector<NodeValue> &outputs() const {
    return outputs_;
  }

private:
  int64_t opset() const;

  std::unique_ptr<Onnx__ModelProto, ModelDeleter> model_;
  std::vector<NodeValue> inputs_, outputs_;
};

#endif
