/* The functions of the unary operator, and how float32 computes them. */
#ifndef OCTAVO_RUNTIME_OPERATORS_UNARY_FLOAT_H
#define OCTAVO_RUNTIME_OPERATORS_UNARY_FLOAT_H

#include "operators/common.h"

/* y = f(x) of `count` elements; x and y may be the same. */
typedef void (*octavo_unary_loop)(const octavo_attributes_unary *attributes, const float *x,
                                  float *y, size_t count);

/* f is: y = before(x), or x; then y = xnn(y); then y = y · x. What is missing is left out, but for
 * the first of the first two. */
typedef struct octavo_unary_type {
  uint32_t function;
  const char *int8_name, *float_name; /* of the kernel */
  bool alpha, beta;                   /* has that parameter */
  octavo_unary_loop before;
  enum xnn_unary_operator xnn;
  bool times;
} octavo_unary_type;

/* NULL if there is no such function. */
const octavo_unary_type *octavo_unary_find(uint32_t function);

/* y = y · x. */
void octavo_unary_times(const float *x, float *y, size_t count);

#endif
