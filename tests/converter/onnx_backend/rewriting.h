/* Models of node tests, changed so that they are networks. */
#ifndef OCTAVO_TESTS_ONNX_BACKEND_REWRITING_H
#define OCTAVO_TESTS_ONNX_BACKEND_REWRITING_H

#include "onnx.pb-c.h"

#include <cstdint>
#include <string>
#include <vector>

inline const char *const kFoldedInput = "folded_input";

/* An input [size] that becomes [1, size]. */
struct Row {
  std::string name;
  int64_t size;
  int type; /* of ONNX */
};

/* The bytes of a model with these initializers besides its own, and these rows as inputs. */
std::string PackWith(const Onnx__ModelProto &model,
                     const std::vector<Onnx__TensorProto *> &constants,
                     const std::vector<Row> &rows);

/* The same, and its output, of `size` elements, as a row of float32 added to kFoldedInput: the sum
 * is the only output. */
std::string PackFolded(const Onnx__ModelProto &model,
                       const std::vector<Onnx__TensorProto *> &constants, const std::string &output,
                       int64_t size);

#endif
