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
    {"Div", 1, import_div},
    {"Dropout", 1, import_dropout},
    {"Elu", 6, import_elu},
    {"Erf", 9, import_erf},
    {"Flatten", 1, import_flatten},
    {"Gather", 1, import_gather},
    {"Gelu", 20, import_gelu},
    {"Gemm", 1, import_gemm},
    {"GlobalAveragePool", 1, import_global_average_pool},
    {"GlobalMaxPool", 1, import_global_max_pool},
    {"HardSigmoid", 6, import_hard_sigmoid},
    {"HardSwish", 14, import_hard_swish},
    {"Identity", 1, import_identity},
    {"LeakyRelu", 6, import_leaky_relu},
    {"MatMul", 1, import_matmul},
    {"MaxPool", 1, import_max_pool},
    {"Mul", 1, import_mul},
    {"PRelu", 7, import_prelu},
    {"Pad", 1, import_pad},
    {"ReduceMean", 1, import_reduce_mean},
    {"Relu", 1, import_relu},
    {"Reshape", 1, import_reshape},
    {"Shape", 1, import_shape},
    {"Sigmoid", 6, import_sigmoid},
    {"Slice", 1, import_slice},
    {"Softmax", 1, import_softmax},
    {"Squeeze", 1, import_squeeze},
    {"Sub", 1, import_sub},
    {"Sum", 1, import_sum},
    {"Tanh", 6, import_tanh},
    {"Transpose", 1, import_transpose},
    {"Unsqueeze", 1, import_unsqueeze},
};

const onnx_operator *onnx_operator_find(const char *name, int64_t opset) {
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
    if (strcmp(operators[i].name, name) == 0)
      return operators[i].since <= opset ? &operators[i] : NULL;
  return NULL;
}
