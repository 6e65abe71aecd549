/* What the passes share that look for functions written in pieces. Used before the layout pass,
 * where numbers are still operands of GRAPH_OP_MULTIPLY and the like. */
#ifndef OCTAVO_CONVERTER_PATTERN_H
#define OCTAVO_CONVERTER_PATTERN_H

#include "converter/graph.h"

/* The numbers in a network are float32, often those of other numbers: 1.4142135 for √2. */
bool pattern_close(double value, double expected);

/* Goes back over one multiplication with, or division by, a number: the tensor is *factor times
 * more often the new *tensor. False if it is none. */
bool pattern_scale(const graph *g, int32_t *tensor, double *factor);

/* Goes back over all of them, or so many that no exporter writes more; a file that has no end of
 * them must not take no end of time. */
#define PATTERN_MAX_SCALES 4
void pattern_scales(const graph *g, int32_t *tensor, double *factor);

/* Goes back over the addition of a number, or the subtraction of one. */
bool pattern_shift(const graph *g, int32_t *tensor, double *shift);

/* Whether the node multiplies or divides: that is where functions in pieces end. */
bool pattern_is_product(const graph *g, uint32_t node);

/* Whether node `node` is UNARY of that function. */
bool pattern_is_unary(const graph *g, int32_t node, octavo_unary_function function);

/* Whether `tensor` is *factor · gate(*x): the function that a pass looks for. */
typedef bool (*pattern_gate)(const graph *g, int32_t tensor, int32_t *x, double *factor);

/* Whether node `node` gives x · gate(x), the numbers in it being anywhere in the product. */
bool pattern_gated(const graph *g, uint32_t node, pattern_gate gate, int32_t *x);

/* Makes the node UNARY of `x`. What led there before is left for graph_compact. */
void pattern_become_unary(graph *g, uint32_t node, int32_t x, octavo_attributes_unary attributes);

#endif
