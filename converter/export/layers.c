#include "converter/export/exporter.h"

#include <math.h>
#include <string.h>

int64_t exporter_axis(uint32_t rank, uint32_t axis) {
  static const int64_t from_nhwc[4] = {0, 2, 3, 1};
  return rank == 4 ? from_nhwc[axis] : axis;
}

void exporter_shape(const graph_tensor *t, int64_t shape[GRAPH_MAX_RANK]) {
  for (uint32_t i = 0; i < t->rank; i++)
    shape[exporter_axis(t->rank, i)] = t->shape[i];
}

static const graph_tensor *tensor_of(const exporter *e, int32_t index) {
  return &e->g->tensors[index];
}

const char *exporter_real(const exporter *e, const graph_node *node, uint32_t input) {
  const char *name = e->real[node->inputs[input]];
  return name == NULL ? "" : name;
}

/* A node of one input; returns its output, of a name like `base` unless `output` is given. */
static const char *add_step(exporter *e, const char *op, const char *base, const char *suffix,
                            const char *x, const char *output, Onnx__NodeProto **node) {
  const char *y = output != NULL ? output : exporter_name(e, base, suffix);
  *node = exporter_node(e, op, exporter_name(e, base, suffix), 1, &x, y);
  return y;
}

/* ---- Clamps --------------------------------------------------------------------------------- */

static void add_clamp(exporter *e, const char *name, const char *x, float low, float high,
                      const char *output) {
  const char *inputs[3] = {x, "", ""};
  if (low == 0.0f && high == INFINITY) {
    exporter_node(e, "Relu", name, 1, inputs, output);
    return;
  }
  if (low != -INFINITY)
    inputs[1] = exporter_number(e, name, "_min", low);
  if (high != INFINITY)
    inputs[2] = exporter_number(e, name, "_max", high);
  exporter_node(e, "Clip", name, high != INFINITY ? 3 : 2, inputs, output);
}

static void add_clip(exporter *e, const graph_node *node, const char *output) {
  add_clamp(e, node->name, exporter_real(e, node, 0), node->attributes.clamp.clamp_min,
            node->attributes.clamp.clamp_max, output);
}

/* ---- Layers with weights -------------------------------------------------------------------- */

static void add_convolution(exporter *e, const graph_node *node, const char *output) {
  const octavo_attributes_convolution *c = &node->attributes.convolution;
  const char *inputs[3] = {exporter_real(e, node, 0), "", ""};
  const size_t constants = exporter_add_weights(e, node, inputs + 1);
  Onnx__NodeProto *n = exporter_node(e, "Conv", node->name, 1 + constants, inputs, output);
  const int64_t dilations[2] = {c->dilation_height, c->dilation_width};
  const int64_t kernel[2] = {c->kernel_height, c->kernel_width};
  const int64_t pads[4] = {c->pad_top, c->pad_left, c->pad_bottom, c->pad_right};
  const int64_t strides[2] = {c->stride_height, c->stride_width};
  proto_attribute_ints(&e->proto, n, "dilations", 2, dilations);
  proto_attribute_int(&e->proto, n, "group", c->groups);
  proto_attribute_ints(&e->proto, n, "kernel_shape", 2, kernel);
  proto_attribute_ints(&e->proto, n, "pads", 4, pads);
  proto_attribute_ints(&e->proto, n, "strides", 2, strides);
}

static void add_fully_connected(exporter *e, const graph_node *node, const char *output) {
  const char *inputs[3] = {exporter_real(e, node, 0), "", ""};
  Onnx__NodeProto *n = NULL;
  if (tensor_of(e, node->inputs[0])->rank != 2) {
    inputs[0] = add_step(e, "Flatten", node->name, "_flatten", inputs[0], NULL, &n);
    proto_attribute_int(&e->proto, n, "axis", 1);
  }
  const size_t constants = exporter_add_weights(e, node, inputs + 1);
  n = exporter_node(e, "Gemm", node->name, 1 + constants, inputs, output);
  proto_attribute_int(&e->proto, n, "transB", 1);
}

/* ---- Others --------------------------------------------------------------------------------- */

const char *exporter_binary(exporter *e, const char *op, const char *name, const char *a,
                            const char *b, const char *output) {
  const char *inputs[2] = {a, b};
  exporter_node(e, op, name, 2, inputs, output);
  return output;
}

static void add_sum(exporter *e, const graph_node *node, const char *output) {
  exporter_binary(e, "Add", node->name, exporter_real(e, node, 0), exporter_real(e, node, 1),
                  output);
}

static void add_product(exporter *e, const graph_node *node, const char *output) {
  exporter_binary(e, "Mul", node->name, exporter_real(e, node, 0), exporter_real(e, node, 1),
                  output);
}

static void add_difference(exporter *e, const graph_node *node, const char *output) {
  exporter_binary(e, "Sub", node->name, exporter_real(e, node, 0), exporter_real(e, node, 1),
                  output);
}

static Onnx__NodeProto *add_pool(exporter *e, const char *op, const graph_node *node,
                                 const char *output) {
  const octavo_attributes_pool *pool = &node->attributes.pool;
  const char *x = exporter_real(e, node, 0);
  Onnx__NodeProto *n = exporter_node(e, op, node->name, 1, &x, output);
  const int64_t kernel[2] = {pool->kernel_height, pool->kernel_width};
  const int64_t pads[4] = {pool->pad_top, pool->pad_left, pool->pad_bottom, pool->pad_right};
  const int64_t strides[2] = {pool->stride_height, pool->stride_width};
  proto_attribute_ints(&e->proto, n, "kernel_shape", 2, kernel);
  proto_attribute_ints(&e->proto, n, "pads", 4, pads);
  proto_attribute_ints(&e->proto, n, "strides", 2, strides);
  return n;
}

static void add_max_pool(exporter *e, const graph_node *node, const char *output) {
  const int64_t dilations[2] = {node->attributes.pool.dilation_height,
                                node->attributes.pool.dilation_width};
  proto_attribute_ints(&e->proto, add_pool(e, "MaxPool", node, output), "dilations", 2, dilations);
}

static void add_average_pool(exporter *e, const graph_node *node, const char *output) {
  proto_attribute_int(&e->proto, add_pool(e, "AveragePool", node, output), "count_include_pad",
                      node->attributes.pool.count_padding);
}

static void add_global_average_pool(exporter *e, const graph_node *node, const char *output) {
  const bool flat = tensor_of(e, node->outputs[0])->rank == 2;
  const char *x = exporter_real(e, node, 0),
             *y = flat ? exporter_name(e, output, "_image") : output;
  exporter_node(e, "GlobalAveragePool", node->name, 1, &x, y);
  Onnx__NodeProto *n = NULL;
  if (!flat)
    return;
  add_step(e, "Flatten", node->name, "_flatten", y, output, &n);
  proto_attribute_int(&e->proto, n, "axis", 1);
}

static void add_softmax(exporter *e, const graph_node *node, const char *output) {
  const char *x = exporter_real(e, node, 0);
  const uint32_t rank = tensor_of(e, node->inputs[0])->rank;
  proto_attribute_int(&e->proto, exporter_node(e, "Softmax", node->name, 1, &x, output), "axis",
                      exporter_axis(rank, rank - 1));
}

static void add_concatenation(exporter *e, const graph_node *node, const char *output) {
  const char **inputs = proto_alloc(&e->proto, node->input_count, sizeof(*inputs));
  for (uint32_t i = 0; inputs != NULL && i < node->input_count; i++)
    inputs[i] = exporter_real(e, node, i);
  if (inputs == NULL)
    return;
  const uint32_t rank = tensor_of(e, node->outputs[0])->rank;
  proto_attribute_int(&e->proto,
                      exporter_node(e, "Concat", node->name, node->input_count, inputs, output),
                      "axis", exporter_axis(rank, node->attributes.axis.axis));
}

static void add_pad(exporter *e, const graph_node *node, const char *output) {
  const octavo_attributes_pad *pad = &node->attributes.pad;
  const uint32_t rank = tensor_of(e, node->inputs[0])->rank;
  int64_t amounts[2 * GRAPH_MAX_RANK] = {0};
  for (uint32_t i = 0; i < rank; i++) {
    amounts[exporter_axis(rank, i)] = pad->before[i];
    amounts[rank + exporter_axis(rank, i)] = pad->after[i];
  }
  const char *inputs[3] = {exporter_real(e, node, 0),
                           exporter_longs(e, node->name, "_pads", (size_t)rank * 2, amounts),
                           exporter_number(e, node->name, "_value", pad->value)};
  exporter_node(e, "Pad", node->name, 3, inputs, output);
}

/* ---- Reshapes ------------------------------------------------------------------------------- */

/* Whether an image has its elements in the same order in both layouts. */
static bool is_plain(const graph_tensor *t) {
  return t->rank != 4 || t->shape[3] == 1 || t->shape[1] * t->shape[2] == 1;
}

static const char *add_transpose(exporter *e, const graph_node *node, const char *suffix,
                                 const int64_t permutation[4], const char *x, const char *output) {
  Onnx__NodeProto *n = NULL;
  const char *y = add_step(e, "Transpose", node->name, suffix, x, output, &n);
  proto_attribute_ints(&e->proto, n, "perm", 4, permutation);
  return y;
}

/* The elements keep their order in NHWC, so images are transposed to that and back. */
static void add_reshape(exporter *e, const graph_node *node, const char *output) {
  static const int64_t to_nhwc[4] = {0, 2, 3, 1};
  const graph_tensor *x = tensor_of(e, node->inputs[0]), *y = tensor_of(e, node->outputs[0]);
  const char *inputs[2] = {exporter_real(e, node, 0), ""};
  if (!is_plain(x))
    inputs[0] = add_transpose(e, node, "_to_nhwc", to_nhwc, inputs[0], NULL);
  int64_t shape[GRAPH_MAX_RANK];
  if (is_plain(y))
    exporter_shape(y, shape);
  else
    memcpy(shape, y->shape, sizeof shape);
  shape[0] = 0; /* as its input has it: the batch */
  inputs[1] = exporter_longs(e, node->name, "_shape", y->rank, shape);
  exporter_node(e, "Reshape", node->name, 2, inputs, output);
}

/* ---- All ------------------------------------------------------------------------------------ */

typedef struct layer_row {
  uint32_t op;
  exporter_layer add;
} layer_row;

static const layer_row rows[] = {
    {OCTAVO_OP_CONVOLUTION, add_convolution},
    {OCTAVO_OP_FULLY_CONNECTED, add_fully_connected},
    {OCTAVO_OP_ADD, add_sum},
    {OCTAVO_OP_MAX_POOL, add_max_pool},
    {OCTAVO_OP_AVERAGE_POOL, add_average_pool},
    {OCTAVO_OP_GLOBAL_AVERAGE_POOL, add_global_average_pool},
    {OCTAVO_OP_CLIP, add_clip},
    {OCTAVO_OP_SOFTMAX, add_softmax},
    {OCTAVO_OP_CONCATENATION, add_concatenation},
    {OCTAVO_OP_RESHAPE, add_reshape},
    {OCTAVO_OP_PAD, add_pad},
    {OCTAVO_OP_UNARY, exporter_unary},
    {OCTAVO_OP_MULTIPLY, add_product},
    {OCTAVO_OP_SUBTRACT, add_difference},
    {OCTAVO_OP_TRANSPOSE, exporter_transpose},
    {OCTAVO_OP_SLICE, exporter_slice},
    {OCTAVO_OP_RESIZE, exporter_resize},
    {OCTAVO_OP_MEAN, exporter_mean},
};

static bool needs_transpose(const exporter *e, const graph_node *node) {
  return node->op == OCTAVO_OP_RESHAPE && !is_plain(tensor_of(e, node->outputs[0]));
}

const char *exporter_tail(const exporter *e, const graph_node *node) {
  float low = 0, high = 0;
  return graph_clamp(node, &low, &high) ? "_clamped" : needs_transpose(e, node) ? "_nchw" : NULL;
}

static void add_tail(exporter *e, const graph_node *node, const char *body, const char *result) {
  static const int64_t to_nchw[4] = {0, 3, 1, 2};
  float low = 0, high = 0;
  if (graph_clamp(node, &low, &high))
    add_clamp(e, exporter_name(e, node->name, "_clamp"), body, low, high, result);
  else if (needs_transpose(e, node))
    add_transpose(e, node, "_to_nchw", to_nchw, body, result);
}

bool exporter_add_layer(exporter *e, const graph_node *node, const char *body, const char *result) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].op != node->op)
      continue;
    rows[i].add(e, node, body);
    add_tail(e, node, body, result);
    return true;
  }
  return false;
}
