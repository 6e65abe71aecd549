#include "operators/unary_float.h"

#include <math.h>

#define NO_XNN xnn_unary_invalid

/* √(8 / π): twice that of GELU's approximation, since x (1 + tanh(u)) / 2 = x · sigmoid(2u). */
#define GELU_FACTOR 1.5957691216057308f

static void hard_sigmoid(const octavo_attributes_unary *attributes, const float *x, float *y,
                         size_t count) {
  const float alpha = attributes->alpha, beta = attributes->beta;
  for (size_t i = 0; i < count; ++i) {
    const float value = alpha * x[i] + beta;
    const float above = value > 0.0f ? value : 0.0f;
    y[i] = above < 1.0f ? above : 1.0f;
  }
}

static void leaky_relu(const octavo_attributes_unary *attributes, const float *x, float *y,
                       size_t count) {
  const float alpha = attributes->alpha;
  for (size_t i = 0; i < count; ++i)
    y[i] = x[i] < 0.0f ? alpha * x[i] : x[i];
}

static void gelu_argument(const octavo_attributes_unary *attributes, const float *x, float *y,
                          size_t count) {
  (void)attributes;
  for (size_t i = 0; i < count; ++i)
    y[i] = GELU_FACTOR * (x[i] + 0.044715f * (x[i] * x[i] * x[i]));
}

static void error_function(const octavo_attributes_unary *attributes, const float *x, float *y,
                           size_t count) {
  (void)attributes;
  for (size_t i = 0; i < count; ++i)
    y[i] = erff(x[i]);
}

void octavo_unary_times(const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; ++i)
    y[i] *= x[i];
}

static const octavo_unary_type types[] = {
    {OCTAVO_UNARY_SIGMOID, "s8 table sigmoid", "f32 sigmoid", false, false, NULL, xnn_unary_sigmoid,
     false},
    {OCTAVO_UNARY_TANH, "s8 table tanh", "f32 tanh", false, false, NULL, xnn_unary_tanh, false},
    {OCTAVO_UNARY_HARD_SIGMOID, "s8 table hard-sigmoid", "f32 hard-sigmoid", true, true,
     hard_sigmoid, NO_XNN, false},
    {OCTAVO_UNARY_HARD_SWISH, "s8 table hard-swish", "f32 hard-swish", false, false, NULL,
     xnn_unary_hardswish, false},
    {OCTAVO_UNARY_SILU, "s8 table SiLU", "f32 SiLU", false, false, NULL, xnn_unary_sigmoid, true},
    {OCTAVO_UNARY_GELU, "s8 table GELU", "f32 GELU", false, false, NULL, xnn_unary_gelu, false},
    {OCTAVO_UNARY_GELU_TANH, "s8 table GELU", "f32 GELU", false, false, gelu_argument,
     xnn_unary_sigmoid, true},
    {OCTAVO_UNARY_LEAKY_RELU, "s8 table leaky ReLU", "f32 leaky ReLU", true, false, leaky_relu,
     NO_XNN, false},
    {OCTAVO_UNARY_ELU, "s8 table ELU", "f32 ELU", true, false, NULL, xnn_unary_elu, false},
    {OCTAVO_UNARY_ERF, "s8 table erf", "f32 erf", false, false, error_function, NO_XNN, false},
};

const octavo_unary_type *octavo_unary_find(uint32_t function) {
  for (size_t i = 0; i < sizeof types / sizeof types[0]; ++i)
    if (types[i].function == function)
      return &types[i];
  return NULL;
}
