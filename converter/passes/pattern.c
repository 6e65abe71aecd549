#include "converter/passes/pattern.h"

#include "converter/passes/pass.h"

#include <math.h>
#include <string.h>

bool pattern_close(double value, double expected) {
  return fabs(value - expected) <= 1e-5 * fabs(expected);
}

/* The number that is the node's constant operand. */
static bool read_number(const graph *g, const graph_node *node, double *number) {
  const graph_tensor *constant = &g->tensors[node->inputs[1]];
  if (!constant->constant || constant->type != GRAPH_FLOAT32 || graph_element_count(constant) != 1)
    return false;
  *number = (double)*(const float *)constant->data;
  return true;
}

bool pattern_scale(const graph *g, int32_t *tensor, double *factor) {
  const int32_t producer = graph_producer(g, *tensor);
  const bool divides = pass_is(g, producer, GRAPH_OP_DIVIDE);
  double number = 0;
  if ((!divides && !pass_is(g, producer, GRAPH_OP_MULTIPLY)) ||
      !read_number(g, &g->nodes[producer], &number) || number == 0)
    return false;
  *tensor = g->nodes[producer].inputs[0];
  *factor *= divides ? 1 / number : number;
  return true;
}

void pattern_scales(const graph *g, int32_t *tensor, double *factor) {
  for (uint32_t i = 0; i < PATTERN_MAX_SCALES && pattern_scale(g, tensor, factor); i++)
    ;
}

bool pattern_shift(const graph *g, int32_t *tensor, double *shift) {
  const int32_t producer = graph_producer(g, *tensor);
  const bool subtracts = pass_is(g, producer, GRAPH_OP_SUBTRACT);
  double number = 0;
  if ((!subtracts && !pass_is(g, producer, GRAPH_OP_ADD_CONSTANT)) ||
      (subtracts && g->nodes[producer].flag) || !read_number(g, &g->nodes[producer], &number))
    return false;
  *tensor = g->nodes[producer].inputs[0];
  *shift += subtracts ? -number : number;
  return true;
}

bool pattern_is_product(const graph *g, uint32_t node) {
  const uint32_t op = g->nodes[node].op;
  return !g->nodes[node].removed &&
         (op == OCTAVO_OP_MULTIPLY || op == GRAPH_OP_MULTIPLY || op == GRAPH_OP_DIVIDE);
}

bool pattern_is_unary(const graph *g, int32_t node, octavo_unary_function function) {
  return pass_is(g, node, OCTAVO_OP_UNARY) && g->nodes[node].attributes.unary.function == function;
}

/* Whether factor · tensor is x. */
static bool is_scaled(const graph *g, double factor, int32_t tensor, int32_t x) {
  for (uint32_t i = 0; i < PATTERN_MAX_SCALES && tensor != x; i++)
    if (!pattern_scale(g, &tensor, &factor))
      return false;
  return tensor == x && pattern_close(factor, 1);
}

/* Whether factor · left · right is x · gate(x), with x on the left. */
static bool is_gated(const graph *g, double factor, int32_t left, int32_t right, pattern_gate gate,
                     int32_t *x) {
  for (uint32_t i = 0; i < PATTERN_MAX_SCALES; i++) {
    double gate_factor = 1;
    if (gate(g, right, x, &gate_factor))
      return is_scaled(g, factor * gate_factor, left, *x);
    if (!pattern_scale(g, &right, &factor))
      return false;
  }
  return false;
}

bool pattern_gated(const graph *g, uint32_t node, pattern_gate gate, int32_t *x) {
  double factor = 1;
  int32_t tensor = g->nodes[node].outputs[0];
  if (!pattern_is_product(g, node))
    return false;
  pattern_scales(g, &tensor, &factor);
  const int32_t producer = graph_producer(g, tensor);
  if (!pass_is(g, producer, OCTAVO_OP_MULTIPLY))
    return false;
  const int32_t *inputs = g->nodes[producer].inputs;
  return is_gated(g, factor, inputs[0], inputs[1], gate, x) ||
         is_gated(g, factor, inputs[1], inputs[0], gate, x);
}

void pattern_become_unary(graph *g, uint32_t node, int32_t x, octavo_attributes_unary attributes) {
  graph_node *n = &g->nodes[node];
  n->op = OCTAVO_OP_UNARY;
  n->inputs[0] = x;
  n->input_count = 1;
  n->flag = false;
  memset(&n->attributes, 0, sizeof n->attributes);
  n->attributes.unary = attributes;
}
