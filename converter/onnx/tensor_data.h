/* TensorProto to a constant of the graph. */
#ifndef OCTAVO_CONVERTER_ONNX_TENSOR_DATA_H
#define OCTAVO_CONVERTER_ONNX_TENSOR_DATA_H

#include "converter/graph.h"

#include "onnx.pb-c.h"

/* Adds the tensor as a constant named `name`: float, double, float16 and bfloat16 become float32;
 * int32, int64, int8, uint8 and bool stay. `folder` is where external data may lie, NULL if
 * nowhere. Errors: FORMAT, UNSUPPORTED, IO, MEMORY; messages do not name the tensor. */
octavo_status tensor_data_add(graph *g, const Onnx__TensorProto *proto, const char *name,
                              const char *folder, int32_t *index, octavo_error *error);

#endif
