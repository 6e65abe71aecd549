/* Arithmetic on constants, done while importing: shapes that a network computes, weights that it
 * transposes. Each sets the node's output to a new constant. Inputs must be constants. */
#ifndef OCTAVO_CONVERTER_OPERATORS_CONSTANT_MATH_H
#define OCTAVO_CONVERTER_OPERATORS_CONSTANT_MATH_H

#include "converter/onnx/node.h"

typedef enum constant_operation {
  CONSTANT_ADD,
  CONSTANT_SUBTRACT,
  CONSTANT_MULTIPLY,
  CONSTANT_DIVIDE,
} constant_operation;

/* Inputs 0 and 1, broadcast against each other. */
octavo_status constant_binary(onnx_node *n, constant_operation operation);

/* Input 0 as another type. */
octavo_status constant_cast(onnx_node *n, graph_type type);

/* Input 0 with its axes in another order, which is a permutation. */
octavo_status constant_transpose(onnx_node *n, const onnx_shape *order);

/* Input 0 with another shape of as many elements. */
octavo_status constant_reshape(onnx_node *n, const onnx_shape *shape);

/* Input 0, of which element [i0, i1, …] of the result is element [start0 + step0 · i0, …]. All must
 * be in range. */
octavo_status constant_slice(onnx_node *n, const onnx_shape *start, const onnx_shape *step,
                             const onnx_shape *shape);

/* How far apart neighbours along each axis lie, in elements. */
void constant_strides(const onnx_shape *shape, int64_t strides[GRAPH_MAX_RANK]);

/* Counts `position` on to the next element of `shape`, last axis first. */
void constant_next(const onnx_shape *shape, int64_t position[GRAPH_MAX_RANK]);

/* The shape that `a` and `b` are broadcast to. */
octavo_status constant_broadcast(const onnx_node *n, const onnx_shape *a, const onnx_shape *b,
                                 onnx_shape *shape);

#endif
