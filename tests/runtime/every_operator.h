// A small model with each operator of the format in it.
#ifndef OCTAVO_TESTS_RUNTIME_EVERY_OPERATOR_H
#define OCTAVO_TESTS_RUNTIME_EVERY_OPERATOR_H

#include "converter/writer/model_writer.h"
#include "tests/runtime/model_file.h"

// Input "x", float32 1×8×8×4; output float32 1×5. In int8 between a quantize and a dequantize
// operator, or all float32, which has neither. To be freed by the caller.
model_writer *WriteEveryOperator(bool int8);

Bytes EveryOperatorModel(bool int8);

// What model_writer_finish gives; throws on failure. Frees the writer.
Bytes Finish(model_writer *writer);

#endif
