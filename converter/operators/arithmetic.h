/* What Add, Mul, Sub and Div share. */
#ifndef OCTAVO_CONVERTER_OPERATORS_ARITHMETIC_H
#define OCTAVO_CONVERTER_OPERATORS_ARITHMETIC_H

#include "converter/operators/constant_math.h"

/* Adds the node `op` (x, constant) for a node with one constant operand at least; two are
 * computed at once. `flag` of the node: the constant comes first. */
octavo_status arithmetic_with_constant(onnx_node *n, graph_op op, constant_operation operation);

#endif
