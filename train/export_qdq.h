/* A network with fake quantization as ONNX: what it computes in int8 is told by pairs of
 * QuantizeLinear and DequantizeLinear, as PyTorch and ONNX Runtime write it. */
#ifndef OCTAVO_TRAIN_EXPORT_QDQ_H
#define OCTAVO_TRAIN_EXPORT_QDQ_H

#include "common/onnx/proto.h"
#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds input "input", output "logits", and all between, of a network made from qat_plan. Batch norm
 * is folded. Weights are int8 constants behind a DequantizeLinear with one scale for each output
 * channel, biases int32 ones (scale: input's · weights'); ReLU or Clip stand before QuantizeLinear.
 * Operators that keep the scale, MaxPool and Flatten, have a pair of their own with the scale of
 * their input, which changes nothing. Errors: those of qat_fold; what goes wrong in *proto sticks
 * there. */
octavo_status export_qdq(proto_graph *proto, const network *n, octavo_error *error);

#ifdef __cplusplus
}
#endif

#endif
