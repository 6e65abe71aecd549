/* A lowered graph, int8 layers and all, as a standard ONNX model in QDQ form, opset 13, NCHW: each
 * int8 tensor is a QuantizeLinear and a DequantizeLinear node, each layer the float32 operator
 * between them. What runs such models can compute in int8 what Octavo computes in int8.
 *
 * Layers keep their names, and tensors: the float32 tensor behind a layer has the name of the int8
 * tensor. Inputs and outputs of the model are float32. */
#ifndef OCTAVO_CONVERTER_EXPORT_QDQ_H
#define OCTAVO_CONVERTER_EXPORT_QDQ_H

#include "converter/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What goes into the model's metadata, as octavo-train writes it. */
typedef struct export_notes {
  const octavo_preprocessing *rule; /* NULL: none. Without effect where the network takes blue
                                       first, which the metadata cannot say */
  const char *const *labels;
  uint32_t label_count;
} export_notes;

/* Writes the file. Errors: UNSUPPORTED (a layer that ONNX has no operator for, by name; no int8
 * layer), MEMORY, IO. */
octavo_status export_qdq(const graph *g, const export_notes *notes, const char *path,
                         octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
