/* One row of each file in this folder. */
#ifndef OCTAVO_RUNTIME_OPERATORS_TABLE_H
#define OCTAVO_RUNTIME_OPERATORS_TABLE_H

#include "operator.h"

extern const octavo_operator_type octavo_operator_convolution;
extern const octavo_operator_type octavo_operator_fully_connected;
extern const octavo_operator_type octavo_operator_add;
extern const octavo_operator_type octavo_operator_max_pool;
extern const octavo_operator_type octavo_operator_average_pool;
extern const octavo_operator_type octavo_operator_global_average_pool;
extern const octavo_operator_type octavo_operator_clip;
extern const octavo_operator_type octavo_operator_softmax;
extern const octavo_operator_type octavo_operator_concatenation;
extern const octavo_operator_type octavo_operator_reshape;
extern const octavo_operator_type octavo_operator_pad;
extern const octavo_operator_type octavo_operator_quantize;
extern const octavo_operator_type octavo_operator_dequantize;

#endif
