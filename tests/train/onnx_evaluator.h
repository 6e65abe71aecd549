// Runs an ONNX file in the plainest way there is, in double precision: what exported networks are
// held against. Knows the operators that the trainer writes and shares nothing with the converter.
#ifndef OCTAVO_TESTS_ONNX_EVALUATOR_H
#define OCTAVO_TESTS_ONNX_EVALUATOR_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

struct Tensor {
  std::vector<int64_t> shape;
  std::vector<double> data;
};

// The bytes of a model with one input and one output. Throws std::runtime_error for what it does
// not know.
Tensor EvaluateOnnx(const std::string &model, const Tensor &input);

// Its metadata_props.
std::map<std::string, std::string> OnnxMetadata(const std::string &model);

// The operators of its nodes, in order.
std::vector<std::string> OnnxOperators(const std::string &model);

#endif
