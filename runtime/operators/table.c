#include "operators/table.h"

const octavo_operator_type *const octavo_operator_rows[] = {
    &octavo_operator_convolution,   &octavo_operator_fully_connected,
    &octavo_operator_add,           &octavo_operator_max_pool,
    &octavo_operator_average_pool,  &octavo_operator_global_average_pool,
    &octavo_operator_clip,          &octavo_operator_softmax,
    &octavo_operator_concatenation, &octavo_operator_reshape,
    &octavo_operator_pad,           &octavo_operator_quantize,
    &octavo_operator_dequantize,    &octavo_operator_unary,
    &octavo_operator_multiply,      &octavo_operator_subtract,
    &octavo_operator_transpose,     &octavo_operator_slice,
    &octavo_operator_resize,        &octavo_operator_mean,
};

const size_t octavo_operator_row_count =
    sizeof octavo_operator_rows / sizeof octavo_operator_rows[0];
