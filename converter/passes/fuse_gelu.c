#include "converter/passes/pass.h"
#include "converter/passes/pattern.h"

/* 1 / √2, √(2 / π), and the factor of x³ in Hendrycks and Gimpel's approximation (GELU, 2016). */
#define ERF_SCALE  0.70710678118654752
#define TANH_SCALE 0.79788456080286536
#define CUBE_SCALE 0.044715

/* Whether `tensor` is 1 + function(expected · inner). */
static bool is_one_plus(const graph *g, int32_t tensor, octavo_unary_function function,
                        double expected, int32_t *inner) {
  double one = 0, scale = 1;
  if (!pattern_shift(g, &tensor, &one) || one != 1)
    return false;
  const int32_t node = graph_producer(g, tensor);
  if (!pattern_is_unary(g, node, function))
    return false;
  *inner = g->nodes[node].inputs[0];
  for (uint32_t i = 0; i < PATTERN_MAX_SCALES && !pattern_close(scale, expected); i++)
    if (!pattern_scale(g, inner, &scale))
      return false;
  return pattern_close(scale, expected);
}

/* 1 + erf(x / √2), twice the gate. */
static bool is_exact_gate(const graph *g, int32_t tensor, int32_t *x, double *factor) {
  *factor = 2;
  return is_one_plus(g, tensor, OCTAVO_UNARY_ERF, ERF_SCALE, x);
}

static bool is_product(const graph *g, int32_t tensor, int32_t *a, int32_t *b) {
  const int32_t node = graph_producer(g, tensor);
  if (!pass_is(g, node, OCTAVO_OP_MULTIPLY))
    return false;
  *a = g->nodes[node].inputs[0];
  *b = g->nodes[node].inputs[1];
  return true;
}

/* x · (x · x) */
static bool is_cube(const graph *g, int32_t tensor, int32_t x) {
  int32_t a = GRAPH_NONE, b = GRAPH_NONE, c = GRAPH_NONE;
  if (!is_product(g, tensor, &a, &b) || (a != x && b != x) ||
      !is_product(g, a == x ? b : a, &b, &c))
    return false;
  return b == x && c == x;
}

/* CUBE_SCALE · x³ */
static bool is_scaled_cube(const graph *g, int32_t tensor, int32_t x) {
  double scale = 1;
  pattern_scales(g, &tensor, &scale);
  return pattern_close(scale, CUBE_SCALE) && is_cube(g, tensor, x);
}

/* 1 + tanh(TANH_SCALE · (x + CUBE_SCALE · x³)), about twice the gate. */
static bool is_tanh_gate(const graph *g, int32_t tensor, int32_t *x, double *factor) {
  int32_t sum = GRAPH_NONE;
  if (!is_one_plus(g, tensor, OCTAVO_UNARY_TANH, TANH_SCALE, &sum))
    return false;
  const int32_t add = graph_producer(g, sum);
  if (!pass_is(g, add, OCTAVO_OP_ADD))
    return false;
  *factor = 2;
  const int32_t *inputs = g->nodes[add].inputs;
  const bool cube_first = is_scaled_cube(g, inputs[0], inputs[1]);
  *x = inputs[cube_first ? 1 : 0];
  return cube_first || is_scaled_cube(g, inputs[1], *x);
}

octavo_status pass_fuse_gelu(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++) {
    int32_t x = GRAPH_NONE;
    octavo_attributes_unary gelu = {0};
    if (pattern_gated(g, i, is_exact_gate, &x))
      gelu.function = OCTAVO_UNARY_GELU;
    else if (pattern_gated(g, i, is_tanh_gate, &x))
      gelu.function = OCTAVO_UNARY_GELU_TANH;
    else
      continue;
    pattern_become_unary(g, i, x, gelu);
    ++*changes;
  }
  return OCTAVO_OK;
}
