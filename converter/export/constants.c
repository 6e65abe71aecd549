#include "converter/export/exporter.h"

#include <string.h>

/* How the elements of a constant move: `rows` rows of `outer` times `inner`, which swap places. */
typedef struct move {
  int64_t rows, outer, inner;
} move;

/* OHWI to OIHW. A fully connected layer behind an image reads it flattened, in ONNX channels first.
 */
static move weights_move(const exporter *e, const graph_node *node) {
  const graph_tensor *w = &e->g->tensors[node->inputs[1]], *x = &e->g->tensors[node->inputs[0]];
  if (node->op == OCTAVO_OP_CONVOLUTION)
    return (move){w->shape[0], w->shape[1] * w->shape[2], w->shape[3]};
  if (x->rank == 4)
    return (move){w->shape[0], x->shape[1] * x->shape[2], x->shape[3]};
  return (move){w->shape[0], 1, w->shape[1]};
}

static void move_elements(const move *m, size_t size, const uint8_t *from, uint8_t *to) {
  const size_t row = (size_t)(m->outer * m->inner) * size;
  for (int64_t r = 0; r < m->rows; r++, from += row, to += row)
    for (int64_t o = 0; o < m->outer; o++)
      for (int64_t i = 0; i < m->inner; i++)
        memcpy(to + (size_t)(i * m->outer + o) * size, from + (size_t)(o * m->inner + i) * size,
               size);
}

static void weights_shape(const graph_node *node, const graph_tensor *w, int64_t shape[4]) {
  memcpy(shape, w->shape, 4 * sizeof *shape);
  if (node->op != OCTAVO_OP_CONVOLUTION)
    return;
  shape[1] = w->shape[3];
  shape[2] = w->shape[1];
  shape[3] = w->shape[2];
}

static int32_t onnx_type(graph_type type) {
  return type == GRAPH_INT8    ? ONNX__TENSOR_PROTO__DATA_TYPE__INT8
         : type == GRAPH_INT32 ? ONNX__TENSOR_PROTO__DATA_TYPE__INT32
                               : ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
}

static void add_data(exporter *e, const graph_node *node, const char *name) {
  const graph_tensor *w = &e->g->tensors[node->inputs[1]];
  int64_t shape[4];
  weights_shape(node, w, shape);
  uint8_t *data = proto_constant(&e->proto, name, onnx_type(w->type), w->rank, shape, w->bytes);
  const move m = weights_move(e, node);
  if (data != NULL)
    move_elements(&m, graph_type_size(w->type), w->data, data);
}

static const char *add_weights(exporter *e, const graph_node *node) {
  const int32_t index = node->inputs[1];
  const graph_tensor *w = &e->g->tensors[index];
  const bool shared = e->real[index] != NULL;
  const char *name = shared ? exporter_name(e, w->name, "") : w->name;
  e->real[index] = name;
  if (w->type == GRAPH_FLOAT32) {
    add_data(e, node, name);
    return name;
  }
  const char *integers = exporter_name(e, name, "_quantized");
  add_data(e, node, integers);
  const bool per_channel = w->quantization.scales != NULL;
  const exporter_scale scale =
      per_channel ? exporter_add_scale(e, name, w->quantization.scales, w->quantization.scale_count,
                                       0, ONNX__TENSOR_PROTO__DATA_TYPE__INT8)
                  : exporter_add_scale(e, name, &w->quantization.scale, 0, 0,
                                       ONNX__TENSOR_PROTO__DATA_TYPE__INT8);
  exporter_dequantize(e, exporter_name(e, name, "_dequantize"), integers, scale,
                      per_channel ? 0 : -1, name);
  return name;
}

/* The scale of integer biases is that of the sums: input · weights. */
static exporter_scale add_bias_scale(exporter *e, const graph_node *node, const char *name) {
  const graph_quantization *w = &e->g->tensors[node->inputs[1]].quantization;
  const float input = e->g->tensors[node->inputs[0]].quantization.scale;
  const uint32_t count = w->scales != NULL ? w->scale_count : 0;
  float *scales = proto_alloc(&e->proto, (size_t)count + 1, sizeof *scales);
  if (scales == NULL)
    return (exporter_scale){"", ""};
  if (count == 0)
    scales[0] = input * w->scale;
  for (uint32_t c = 0; c < count; c++)
    scales[c] = input * w->scales[c];
  return exporter_add_scale(e, name, scales, count, 0, ONNX__TENSOR_PROTO__DATA_TYPE__INT32);
}

static const char *add_bias(exporter *e, const graph_node *node) {
  const int32_t index = node->inputs[2];
  const graph_tensor *b = &e->g->tensors[index];
  if (e->real[index] != NULL && b->type == GRAPH_FLOAT32)
    return e->real[index];
  const char *name = e->real[index] != NULL ? exporter_name(e, b->name, "") : b->name;
  e->real[index] = name;
  const bool quantized = b->type == GRAPH_INT32;
  const char *data_name = quantized ? exporter_name(e, name, "_quantized") : name;
  void *data =
      proto_constant(&e->proto, data_name, onnx_type(b->type), b->rank, b->shape, b->bytes);
  if (data != NULL)
    memcpy(data, b->data, b->bytes);
  if (quantized)
    exporter_dequantize(e, exporter_name(e, name, "_dequantize"), data_name,
                        add_bias_scale(e, node, name),
                        e->g->tensors[node->inputs[1]].quantization.scales != NULL ? 0 : -1, name);
  return name;
}

size_t exporter_add_weights(exporter *e, const graph_node *node, const char *names[2]) {
  names[0] = add_weights(e, node);
  if (node->input_count < 3 || node->inputs[2] == GRAPH_NONE)
    return 1;
  names[1] = add_bias(e, node);
  return 2;
}
