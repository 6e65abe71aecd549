// What the tests of passes share: a pass alone, on graphs of a few nodes.
#ifndef OCTAVO_TESTS_PASS_RUNNER_H
#define OCTAVO_TESTS_PASS_RUNNER_H

#include "converter/passes/pass.h"
#include "converter/passes/passes.h"
#include "float_interpreter.h"
#include "graph_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Runs a pass and drops dead nodes; returns how many changes it counted.
inline uint32_t RunPass(pass_function pass, const GraphBuilder &b) {
  octavo_error error = {};
  uint32_t changes = 0;
  EXPECT_EQ(pass(b.Get(), &changes, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(graph_compact(b.Get(), &error), OCTAVO_OK);
  return changes;
}

inline std::string Refusal(pass_function pass, const GraphBuilder &b) {
  octavo_error error = {};
  uint32_t changes = 0;
  EXPECT_EQ(pass(b.Get(), &changes, &error), OCTAVO_ERROR_UNSUPPORTED);
  return error.text;
}

inline octavo_attributes_pool Pool(uint32_t kernel, uint32_t stride, uint32_t padding) {
  octavo_attributes_pool pool = {};
  pool.kernel_height = pool.kernel_width = kernel;
  pool.stride_height = pool.stride_width = stride;
  pool.dilation_height = pool.dilation_width = 1;
  pool.pad_top = pool.pad_left = pool.pad_bottom = pool.pad_right = padding;
  return pool;
}

// Two input channels, two outputs.
inline int32_t Convolution(GraphBuilder *b, int32_t x, int64_t size) {
  return b->Add(OCTAVO_OP_CONVOLUTION,
                {x, b->Constant({2, 1, 1, 2}, {1, 2, 3, 4}), b->Constant({2}, {10, 20})},
                {1, size, size, 2});
}

inline int32_t Affine(GraphBuilder *b, int32_t x, int64_t size) {
  return b->Add(GRAPH_OP_AFFINE, {x, b->Constant({2}, {2, 3}), b->Constant({2}, {-1, 5})},
                {1, size, size, 2});
}

#endif
