/* The ONNX operators that are supported: one row each, one file per family. */
#ifndef OCTAVO_CONVERTER_OPERATORS_TABLE_H
#define OCTAVO_CONVERTER_OPERATORS_TABLE_H

#include "converter/onnx/node.h"
#include "converter/operators/operator.h"

octavo_status import_add(onnx_node *n);
octavo_status import_average_pool(onnx_node *n);
octavo_status import_batch_normalization(onnx_node *n);
octavo_status import_cast(onnx_node *n);
octavo_status import_clip(onnx_node *n);
octavo_status import_concat(onnx_node *n);
octavo_status import_constant(onnx_node *n);
octavo_status import_constant_of_shape(onnx_node *n);
octavo_status import_conv(onnx_node *n);
octavo_status import_depth_to_space(onnx_node *n);
octavo_status import_dequantize_linear(onnx_node *n);
octavo_status import_div(onnx_node *n);
octavo_status import_dropout(onnx_node *n);
octavo_status import_elu(onnx_node *n);
octavo_status import_erf(onnx_node *n);
octavo_status import_flatten(onnx_node *n);
octavo_status import_gather(onnx_node *n);
octavo_status import_gelu(onnx_node *n);
octavo_status import_gemm(onnx_node *n);
octavo_status import_global_average_pool(onnx_node *n);
octavo_status import_global_max_pool(onnx_node *n);
octavo_status import_hard_sigmoid(onnx_node *n);
octavo_status import_hard_swish(onnx_node *n);
octavo_status import_identity(onnx_node *n);
octavo_status import_leaky_relu(onnx_node *n);
octavo_status import_matmul(onnx_node *n);
octavo_status import_max_pool(onnx_node *n);
octavo_status import_mul(onnx_node *n);
octavo_status import_pad(onnx_node *n);
octavo_status import_qlinear(onnx_node *n);
octavo_status import_qlinear_concat(onnx_node *n);
octavo_status import_quantize_linear(onnx_node *n);
octavo_status import_prelu(onnx_node *n);
octavo_status import_reduce_mean(onnx_node *n);
octavo_status import_relu(onnx_node *n);
octavo_status import_reshape(onnx_node *n);
octavo_status import_resize(onnx_node *n);
octavo_status import_shape(onnx_node *n);
octavo_status import_sigmoid(onnx_node *n);
octavo_status import_slice(onnx_node *n);
octavo_status import_softmax(onnx_node *n);
octavo_status import_space_to_depth(onnx_node *n);
octavo_status import_split(onnx_node *n);
octavo_status import_squeeze(onnx_node *n);
octavo_status import_sub(onnx_node *n);
octavo_status import_sum(onnx_node *n);
octavo_status import_tanh(onnx_node *n);
octavo_status import_transpose(onnx_node *n);
octavo_status import_unsqueeze(onnx_node *n);
octavo_status import_upsample(onnx_node *n);

#endif
