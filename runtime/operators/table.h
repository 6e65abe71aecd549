/* One row of each file in this folder. */
#ifndef OCTAVO_RUNTIME_OPERATORS_TABLE_H
#define OCTAVO_RUNTIME_OPERATORS_TABLE_H

#include "operator.h"

/* All operators (table.c), or in a program for one model the ones that it needs: such a program
 * brings a table of its own, which the linker takes instead (platforms/cmake/OctavoDevice.cmake).
 */
extern const octavo_operator_type *const octavo_operator_rows[];
extern const size_t octavo_operator_row_count;

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
extern const octavo_operator_type octavo_operator_transpose;
extern const octavo_operator_type octavo_operator_slice;
extern const octavo_operator_type octavo_operator_resize;
extern const octavo_operator_type octavo_operator_mean;
extern const octavo_operator_type octavo_operator_unary;
extern const octavo_operator_type octavo_operator_multiply;
extern const octavo_operator_type octavo_operator_subtract;

#endif
