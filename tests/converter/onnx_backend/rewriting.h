/* Models of node tests, changed so that they are networks. */
#ifndef OCTAVO_TESTS_ONNX_BACKEND_REWRITING_H
#define OCTAVO_TESTS_ONNX_BACKEND_REWRITING_H

#include "onnx.pb-c.h"

#include <cstdint>
#include <string>
#include <vector>

inline const char *const kFoldedInput = "folded_input";

/* The bytes of a model with these initializers besides its own. */
std::string PackWith(const Onnx__ModelProto &model,
                     const std::vector<Onnx__TensorProto *> &constants);

/* The same, and its output, of `size` elements, as a row of float32 added to kFoldedInput: the sum
 * is the only output. */
std::string PackFolded(const Onnx__ModelProto &model,
                       const std::vector<Onnx__TensorProto *> &constants, const std::string &output,
                       int64_t size);

#endif
