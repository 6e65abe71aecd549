#include "reference.h"

#include <math.h>

static double logistic(double x) {
  return 1 / (1 + exp(-x));
}

double reference_unary_value(const octavo_attributes_unary *attributes, double x) {
  const double pi = 3.14159265358979323846;
  const double alpha = (double)attributes->alpha, beta = (double)attributes->beta;
  switch ((octavo_unary_function)attributes->function) {
  case OCTAVO_UNARY_SIGMOID:
    return logistic(x);
  case OCTAVO_UNARY_TANH:
    return tanh(x);
  case OCTAVO_UNARY_HARD_SIGMOID:
    return fmin(fmax(alpha * x + beta, 0), 1);
  case OCTAVO_UNARY_HARD_SWISH:
    return x * fmin(fmax(x + 3, 0), 6) / 6;
  case OCTAVO_UNARY_SILU:
    return x * logistic(x);
  case OCTAVO_UNARY_GELU:
    return x * (1 + erf(x / sqrt(2))) / 2;
  case OCTAVO_UNARY_GELU_TANH:
    return x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x * x * x))) / 2;
  case OCTAVO_UNARY_LEAKY_RELU:
    return x < 0 ? alpha * x : x;
  case OCTAVO_UNARY_ELU:
    return x < 0 ? alpha * expm1(x) : x;
  case OCTAVO_UNARY_ERF:
    return erf(x);
  }
  return (double)NAN;
}

void reference_unary(const octavo_attributes_unary *attributes, const reference_tensor *x,
                     const int8_t *table, const reference_tensor *y) {
  const size_t elements = reference_elements(x);
  for (size_t i = 0; i < elements; i++) {
    if (x->type == OCTAVO_INT8)
      ((int8_t *)y->data)[i] = table[((const int8_t *)x->data)[i] + 128];
    else
      ((float *)y->data)[i] =
          (float)reference_unary_value(attributes, (double)((const float *)x->data)[i]);
  }
}
