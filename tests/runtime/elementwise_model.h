// A small model of the operators that compute element by element, all since format 1.1.
#ifndef OCTAVO_TESTS_RUNTIME_ELEMENTWISE_MODEL_H
#define OCTAVO_TESTS_RUNTIME_ELEMENTWISE_MODEL_H

#include "tests/runtime/model_file.h"

// Its operators, by index: a sigmoid of [1, 1, 1, 4]; what it gives multiplied by, added to and
// subtracted from [1, 3, 3, 4]; hard-swish of the latter.
enum ElementwiseOperator { kGate, kScale, kBias, kDifference, kSwish };

// Tensors of the int8 form, by index.
enum ElementwiseTensor : int32_t {
  kPixels,    // 1×3×3×4, an input
  kChannels,  // 1×1×1×4, the other
  kGateTable, // 256
  kGated,     // 1×1×1×4
  kScaled,    // this and the others 1×3×3×4
  kBiased,
  kSubtracted,
  kSwishTable,
  kSwished, // the output
};

Bytes ElementwiseModel(bool int8);

#endif
