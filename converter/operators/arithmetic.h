/* What Add, Mul, Sub and Div share. */
#ifndef OCTAVO_CONVERTER_OPERATORS_ARITHMETIC_H
#define OCTAVO_CONVERTER_OPERATORS_ARITHMETIC_H

#include "converter/operators/constant_math.h"

void arithmetic_no_clamp(graph_node *node);

/* Adds the node `op`, without a clamp, of two activations that are broadcast against each other. */
octavo_status arithmetic_of_activations(onnx_node *n, octavo_opcode op);

/* Adds the node `op` (x, constant) for a node with one constant operand at least; two are
 * computed at once. `flag` of the node: the constant comes first. */
octavo_status arithmetic_with_constant(onnx_node *n, graph_op op, constant_operation operation);

#endif
