#include "converter/operators/table.h"

#include <string.h>

static const onnx_operator operators[] = {
    {"Add", 1, import_add},
    {"AveragePool", 1, import_average_pool},
    {"BatchNormalization", 1, import_batch_normalization},
    {"Cast", 1, import_cast},
    {"Clip", 1, import_clip},
    {"Concat", 1, import_concat},
    {"Constant", 1, import_constant},
    {"ConstantOfShape", 9, import_constant_of_shape},
    {"Conv", 1, import_conv},
    {"DequantizeLinear", 10, import_dequantize_linear},
    {"Div", 1, import_div},
    {"Dropout", 1, import_dropout},
    {"Flatten", 1, import_flatten},
    {"Gather", 1, import_gather},
    {"Gemm", 1, import_gemm},
    {"GlobalAveragePool", 1, import_global_average_pool},
    {"GlobalMaxPool", 1, import_global_max_pool},
    {"Identity", 1, import_identity},
    {"MatMul", 1, import_matmul},
    {"MaxPool", 1, import_max_pool},
    {"Mul", 1, import_mul},
    {"Pad", 1, import_pad},
    {"QLinearConv", 10, import_qlinear},
    {"QLinearMatMul", 10, import_qlinear},
    {"QuantizeLinear", 10, import_quantize_linear},
    {"ReduceMean", 1, import_reduce_mean},
    {"Relu", 1, import_relu},
    {"Reshape", 1, import_reshape},
    {"Shape", 1, import_shape},
    {"Slice", 1, import_slice},
    {"Softmax", 1, import_softmax},
    {"Squeeze", 1, import_squeeze},
    {"Sub", 1, import_sub},
    {"Sum", 1, import_sum},
    {"Transpose", 1, import_transpose},
    {"Unsqueeze", 1, import_unsqueeze},
};

static const onnx_operator microsoft_operators[] = {
    {"DequantizeLinear", 1, import_dequantize_linear},
    {"QGemm", 1, import_qlinear},
    {"QLinearAdd", 1, import_qlinear},
    {"QLinearAveragePool", 1, import_qlinear},
    {"QLinearConcat", 1, import_qlinear_concat},
    {"QLinearConv", 1, import_qlinear},
    {"QLinearGlobalAveragePool", 1, import_qlinear},
    {"QLinearLeakyRelu", 1, import_qlinear},
    {"QLinearMul", 1, import_qlinear},
    {"QLinearSigmoid", 1, import_qlinear},
    {"QuantizeLinear", 1, import_quantize_linear},
};

const onnx_operator *onnx_operator_find(const char *name, int64_t opset) {
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
    if (strcmp(operators[i].name, name) == 0)
      return operators[i].since <= opset ? &operators[i] : NULL;
  return NULL;
}

const onnx_operator *onnx_operator_find_microsoft(const char *name) {
  for (size_t i = 0; i < sizeof microsoft_operators / sizeof microsoft_operators[0]; i++)
    if (strcmp(microsoft_operators[i].name, name) == 0)
      return &microsoft_operators[i];
  return NULL;
}
