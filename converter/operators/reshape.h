/* What Reshape, Flatten, Squeeze, Unsqueeze share. */
#ifndef OCTAVO_CONVERTER_OPERATORS_RESHAPE_H
#define OCTAVO_CONVERTER_OPERATORS_RESHAPE_H

#include "converter/onnx/node.h"

/* Input 0 with another shape of as many elements. */
octavo_status onnx_emit_reshape(onnx_node *n, const onnx_shape *shape);

#endif
