// A small model of the operators that move data, each once.
#ifndef OCTAVO_TESTS_RUNTIME_MOVING_OPERATORS_H
#define OCTAVO_TESTS_RUNTIME_MOVING_OPERATORS_H

#include "tests/runtime/model_file.h"

// Operators and tensors by index; operator i reads tensor i and writes tensor i + 1.
enum MovingOperator { kSlice, kTranspose, kResize, kMean, kMovingOperators };

// Input "x" 1×4×6×8, output 1×1×1×3.
Bytes MovingOperatorsModel(bool int8);

#endif
