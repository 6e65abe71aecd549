/* What the float and the int8 form of an exported network have in common: names, windows, and the
 * nodes of layers with weights. Errors stick to the proto_graph. */
#ifndef OCTAVO_TRAIN_EXPORT_NODES_H
#define OCTAVO_TRAIN_EXPORT_NODES_H

#include "architecture.h"
#include "common/onnx/proto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "<base><suffix>"; "" after an error. */
const char *export_name(proto_graph *p, const char *base, const char *suffix);
/* A float constant of one number, called "<base><suffix>". Returns the name. */
const char *export_number(proto_graph *p, const char *base, const char *suffix, float number);
/* Kernel, padding and stride of a convolution or of pooling; `node` may be NULL. */
void export_window(proto_graph *p, Onnx__NodeProto *node, const architecture_layer *spec);
/* The layer's node, from `inputs` (data, weights, bias or none) to the tensor `output`. */
void export_convolution(proto_graph *p, const architecture_layer *spec, size_t input_count,
                        const char *const *inputs, const char *output);
void export_linear(proto_graph *p, const architecture_layer *spec, size_t input_count,
                   const char *const *inputs, const char *output);
/* The Flatten node "<layer>.flatten" before a linear layer that reads `x`. Returns its output. */
const char *export_flatten(proto_graph *p, const architecture_layer *spec, const char *x);

#ifdef __cplusplus
}
#endif

#endif
