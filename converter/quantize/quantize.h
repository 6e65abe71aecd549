/* A lowered float graph becomes a lowered int8 graph of the same layers. */
#ifndef OCTAVO_CONVERTER_QUANTIZE_H
#define OCTAVO_CONVERTER_QUANTIZE_H

#include "converter/graph.h"
#include "converter/quantize/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `ranges`: one per tensor of `source`, calibrated (constants: not read). On success *result is a
 * new graph (graph_free) whose tensors and nodes keep their names. A softmax at the end of the
 * network, and reshapes after it, stay float32 behind a new dequantize node. Errors: ARGUMENT (no
 * int8 form), MEMORY. */
octavo_status quantize_graph(const graph *source, const value_range *ranges, graph **result,
                             octavo_error *error);

/* Marks the nodes that stay float32: `float_nodes` has one entry per node, in execution order. */
void quantize_find_float_tail(const graph *g, bool *float_nodes);

/* Turns weights (input 1) and bias (input 2, added if left out) of node `node` into int8 and int32
 * constants. The scales of its input and output must be set. Constants that other nodes read too
 * are copied first. */
octavo_status quantize_constants(graph *g, uint32_t node, octavo_error *error);

/* Gives an int8 softmax its second operand: round(exp(−d · scale of the input) · 2^23) for the
 * differences d = 0..255 to the row's maximum. */
octavo_status quantize_add_exp_table(graph *g, uint32_t node, octavo_error *error);

/* Gives an int8 function its second operand: of the values of all 256 inputs, what they are in the
 * output's scale. Computed in double, here and never on a device. */
octavo_status quantize_add_unary_table(graph *g, uint32_t node, octavo_error *error);

/* Adds a constant of rank 1 as operand `which` of a node, the last one, named after the node. */
octavo_status quantize_add_operand(graph *g, uint32_t node, uint32_t which, const char *suffix,
                                   graph_type type, int64_t count, const void *data,
                                   octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
