/* Functions of one element. Operator set 13 has some of them only as several nodes, of which the
 * last has the layer's name. */
#include "converter/export/exporter.h"

/* A node of one input, its name and result named after the layer. */
static const char *add_function(exporter *e, const char *op, const graph_node *node,
                                const char *suffix, const char *x, Onnx__NodeProto **made) {
  const char *y = exporter_name(e, node->name, suffix);
  *made = exporter_node(e, op, y, 1, &x, y);
  return y;
}

/* x and a number. */
static const char *add_number(exporter *e, const char *op, const graph_node *node,
                              const char *suffix, const char *x, float number) {
  const char *y = exporter_name(e, node->name, suffix);
  return exporter_binary(e, op, y, x, exporter_number(e, y, "_number", number), y);
}

static const char *add_product(exporter *e, const graph_node *node, const char *suffix,
                               const char *a, const char *b) {
  const char *y = exporter_name(e, node->name, suffix);
  return exporter_binary(e, "Mul", y, a, b, y);
}

static void add_plain(exporter *e, const char *op, const graph_node *node, const char *output,
                      bool has_alpha, bool has_beta) {
  const char *x = exporter_real(e, node, 0);
  Onnx__NodeProto *n = exporter_node(e, op, node->name, 1, &x, output);
  if (has_alpha)
    proto_attribute_float(&e->proto, n, "alpha", node->attributes.unary.alpha);
  if (has_beta)
    proto_attribute_float(&e->proto, n, "beta", node->attributes.unary.beta);
}

/* x · sigmoid(x) */
static void add_silu(exporter *e, const graph_node *node, const char *output) {
  const char *x = exporter_real(e, node, 0);
  Onnx__NodeProto *n = NULL;
  exporter_binary(e, "Mul", node->name, x, add_function(e, "Sigmoid", node, "_sigmoid", x, &n),
                  output);
}

/* x · hard sigmoid(x), of slope 1 / 6; an operator of its own since set 14. */
static void add_hard_swish(exporter *e, const graph_node *node, const char *output) {
  const char *x = exporter_real(e, node, 0);
  Onnx__NodeProto *n = NULL;
  const char *gate = add_function(e, "HardSigmoid", node, "_gate", x, &n);
  proto_attribute_float(&e->proto, n, "alpha", 1.0f / 6.0f);
  proto_attribute_float(&e->proto, n, "beta", 0.5f);
  exporter_binary(e, "Mul", node->name, x, gate, output);
}

/* x · (1 + gate) / 2 */
static void add_gated(exporter *e, const graph_node *node, const char *gate, const char *output) {
  const char *x = exporter_real(e, node, 0);
  const char *sum = add_number(e, "Add", node, "_sum", gate, 1.0f);
  const char *product = add_product(e, node, "_product", x, sum);
  exporter_binary(e, "Mul", node->name, product, exporter_number(e, node->name, "_half", 0.5f),
                  output);
}

/* The gate erf(x / √2). */
static void add_gelu(exporter *e, const graph_node *node, const char *output) {
  const char *x = exporter_real(e, node, 0);
  Onnx__NodeProto *n = NULL;
  const char *scaled = add_number(e, "Div", node, "_scaled", x, 1.41421356f);
  add_gated(e, node, add_function(e, "Erf", node, "_erf", scaled, &n), output);
}

/* The gate tanh(√(2 / π) · (x + 0.044715 · x³)). */
static void add_gelu_tanh(exporter *e, const graph_node *node, const char *output) {
  const char *x = exporter_real(e, node, 0);
  Onnx__NodeProto *n = NULL;
  const char *cube = add_product(e, node, "_cube", x, add_product(e, node, "_square", x, x));
  const char *part = add_number(e, "Mul", node, "_part", cube, 0.044715f);
  const char *name = exporter_name(e, node->name, "_inner");
  const char *inner = exporter_binary(e, "Add", name, x, part, name);
  const char *scaled = add_number(e, "Mul", node, "_scaled", inner, 0.79788456f);
  add_gated(e, node, add_function(e, "Tanh", node, "_tanh", scaled, &n), output);
}

typedef struct function_row {
  const char *op; /* NULL: `add` */
  bool has_alpha, has_beta;
  exporter_layer add;
} function_row;

static const function_row rows[] = {
    [OCTAVO_UNARY_SIGMOID] = {.op = "Sigmoid"},
    [OCTAVO_UNARY_TANH] = {.op = "Tanh"},
    [OCTAVO_UNARY_HARD_SIGMOID] = {.op = "HardSigmoid", .has_alpha = true, .has_beta = true},
    [OCTAVO_UNARY_HARD_SWISH] = {.add = add_hard_swish},
    [OCTAVO_UNARY_SILU] = {.add = add_silu},
    [OCTAVO_UNARY_GELU] = {.add = add_gelu},
    [OCTAVO_UNARY_GELU_TANH] = {.add = add_gelu_tanh},
    [OCTAVO_UNARY_LEAKY_RELU] = {.op = "LeakyRelu", .has_alpha = true},
    [OCTAVO_UNARY_ELU] = {.op = "Elu", .has_alpha = true},
    [OCTAVO_UNARY_ERF] = {.op = "Erf"},
};

void exporter_unary(exporter *e, const graph_node *node, const char *output) {
  const uint32_t function = node->attributes.unary.function;
  if (function >= sizeof rows / sizeof rows[0] ||
      (rows[function].op == NULL && rows[function].add == NULL))
    proto_fail(&e->proto, OCTAVO_ERROR_UNSUPPORTED,
               "layer '%.200s': function %u is not known to the exporter", node->name, function);
  else if (rows[function].op != NULL)
    add_plain(e, rows[function].op, node, output, rows[function].has_alpha,
              rows[function].has_beta);
  else
    rows[function].add(e, node, output);
}
