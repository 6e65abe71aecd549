// A small sound model with something in every section.
#ifndef OCTAVO_TESTS_RUNTIME_SAMPLE_MODEL_H
#define OCTAVO_TESTS_RUNTIME_SAMPLE_MODEL_H

#include "tests/runtime/model_file.h"

// Tensors of the sample, by index.
enum SampleTensor : int32_t {
  kImage,       // int8 1×4×4×3, the input
  kKernelScale, // float32 2
  kKernel,      // int8 2×3×3×3
  kKernelBias,  // int32 2
  kFeatures,    // int8 1×4×4×2
  kPooled,      // int8 1×2×2×2
  kMatrix,      // int8 3×8, one scale
  kScores,      // int8 1×3, in the place of kFeatures
  kLogits,      // float32 1×3, an output
  kClasses,     // float32 1×3, the other output
  kSampleTensors,
};

// Operators of the sample, by index, and where their operands begin.
enum SampleOperator { kConvolve, kPool, kMultiply, kDequantize, kSoftmax, kSampleOperators };
enum SampleOperand {
  kConvolveOperands = 0,
  kPoolOperands = 4,
  kMultiplyOperands = 6,
  kDequantizeOperands = 10,
  kSoftmaxOperands = 12,
  kSampleOperands = 14,
};

Bytes SampleModel();

#endif
