/* The loops of the int8 multiplication, on any processor. */
#ifndef OCTAVO_RUNTIME_OPERATORS_MULTIPLY_ROW_H
#define OCTAVO_RUNTIME_OPERATORS_MULTIPLY_ROW_H

#include "kernels/elementwise.h"

/* An octavo_multiply_kernel. */
void octavo_multiply_row(const octavo_multiply_params *params, const int8_t *a, size_t a_stride,
                         const int8_t *b, size_t b_stride, int8_t *y, size_t count);

#endif
