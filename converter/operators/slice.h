/* What Slice, Split and Gather of activations share. */
#ifndef OCTAVO_CONVERTER_OPERATORS_SLICE_H
#define OCTAVO_CONVERTER_OPERATORS_SLICE_H

#include "converter/onnx/node.h"

/* Where along each axis a part begins, how many elements apart its own lie, and its shape. Within
 * the input, and of the batch all. */
typedef struct onnx_part {
  onnx_shape begin, step, shape;
} onnx_part;

/* All of input 0. */
onnx_part onnx_part_of_all(const onnx_node *n);

/* The node that gives a part of input 0, an activation, as output `i`. */
octavo_status onnx_emit_part(onnx_node *n, uint32_t i, const onnx_part *part);
/* The same before the node that gives the output. */
octavo_status onnx_emit_part_step(onnx_node *n, const onnx_part *part, int32_t *output);

#endif
