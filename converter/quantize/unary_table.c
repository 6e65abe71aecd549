#include "converter/quantize/quantize.h"

#include <math.h>

#define PI 3.14159265358979323846

/* No table needs the ends of these: a double holds them all, and fmin and fmax take the rest. */
static double function_value(const octavo_attributes_unary *attributes, double x) {
  const double alpha = (double)attributes->alpha, beta = (double)attributes->beta;
  switch ((octavo_unary_function)attributes->function) {
  case OCTAVO_UNARY_SIGMOID:
    return 1 / (1 + exp(-x));
  case OCTAVO_UNARY_TANH:
    return tanh(x);
  case OCTAVO_UNARY_HARD_SIGMOID:
    return fmin(fmax(alpha * x + beta, 0), 1);
  case OCTAVO_UNARY_HARD_SWISH:
    return x * fmin(fmax(x + 3, 0), 6) / 6;
  case OCTAVO_UNARY_SILU:
    return x / (1 + exp(-x));
  case OCTAVO_UNARY_GELU:
    return 0.5 * x * erfc(-x / sqrt(2));
  case OCTAVO_UNARY_GELU_TANH:
    return 0.5 * x * (1 + tanh(sqrt(2 / PI) * (x + 0.044715 * x * x * x)));
  case OCTAVO_UNARY_LEAKY_RELU:
    return x < 0 ? alpha * x : x;
  case OCTAVO_UNARY_ELU:
    return x < 0 ? alpha * expm1(x) : x;
  case OCTAVO_UNARY_ERF:
    return erf(x);
  }
  return 0;
}

octavo_status quantize_add_unary_table(graph *g, uint32_t node, octavo_error *error) {
  const graph_node *n = &g->nodes[node];
  const graph_quantization x = g->tensors[n->inputs[0]].quantization;
  const graph_quantization y = g->tensors[n->outputs[0]].quantization;
  int8_t table[256];
  for (int q = -128; q <= 127; q++) {
    const double real = (double)x.scale * (q - x.zero_point);
    const double value = rint(function_value(&n->attributes.unary, real) / (double)y.scale);
    table[q + 128] = (int8_t)fmin(fmax(value + y.zero_point, -128), 127);
  }
  const octavo_status status =
      quantize_add_operand(g, node, 1, "table", GRAPH_INT8, 256, table, error);
  if (status == OCTAVO_OK)
    g->tensors[g->nodes[node].inputs[1]].quantization.scale = y.scale;
  return status;
}
