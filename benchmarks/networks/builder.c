#include "builder.h"

#include "weights.h"

#include "common/onnx/proto.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <stdarg.h>

struct net_builder {
  proto_graph proto;
  weights_source weights;
  net_options options;
};

/* How many standard deviations of an activation its range covers. */
static const double RANGE_DEVIATIONS = 4.0;

net_builder *net_create(const char *name, const net_options *options) {
  net_builder *b = octavo_memory_alloc(1, sizeof *b);
  if (b == NULL)
    return NULL;
  b->options = *options;
  proto_begin(&b->proto, name);
  weights_begin(&b->weights, &b->proto, options->seed, options->precision != NET_FLOAT);
  return b;
}

void net_free(net_builder *b) {
  if (b == NULL)
    return;
  proto_end(&b->proto);
  octavo_memory_free(b);
}

const net_options *net_get_options(const net_builder *b) {
  return &b->options;
}

const char *net_name(net_builder *b, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *name = proto_format(&b->proto, format, arguments);
  va_end(arguments);
  return name != NULL ? name : "";
}

static bool failed(const net_builder *b) {
  return b->proto.status != OCTAVO_OK;
}

static bool quantized(const net_builder *b) {
  return b->options.precision != NET_FLOAT;
}

/* Scale and zero point that cover the range of `v`. */
static void choose_scale(const net_builder *b, net_value *v) {
  const bool is_unsigned = b->options.precision == NET_QDQ_U8;
  v->scale = (float)(v->positive ? v->range / 255.0 : v->range * 2.0 / 255.0);
  if (v->positive)
    v->zero_point = is_unsigned ? 0 : -128;
  else
    v->zero_point = is_unsigned ? 128 : 0;
}

/* Adds the QuantizeLinear/DequantizeLinear pair after tensor `raw` and makes the second's output
 * what is read of `v`. Nothing to do in float. */
static void quantize_value(net_builder *b, net_value *v, const char *raw) {
  v->name = raw;
  if (!quantized(b) || failed(b))
    return;
  proto_graph *p = &b->proto;
  const int32_t type = b->options.precision == NET_QDQ_U8 ? ONNX__TENSOR_PROTO__DATA_TYPE__UINT8
                                                          : ONNX__TENSOR_PROTO__DATA_TYPE__INT8;
  const char *scale = proto_name(p, raw, "_scale"), *zero = proto_name(p, raw, "_zero_point");
  float *scale_data =
      proto_constant(p, scale, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, NULL, sizeof *scale_data);
  uint8_t *zero_data = proto_constant(p, zero, type, 0, NULL, 1);
  if (failed(b))
    return;
  *scale_data = v->scale;
  *zero_data = (uint8_t)v->zero_point;
  const char *q = proto_name(p, raw, "_QuantizeLinear_Output");
  const char *dq = proto_name(p, raw, "_DequantizeLinear_Output");
  proto_node(p, "QuantizeLinear", proto_name(p, raw, "_QuantizeLinear"), 3,
             (const char *[]){raw, scale, zero}, q);
  proto_node(p, "DequantizeLinear", proto_name(p, raw, "_DequantizeLinear"), 3,
             (const char *[]){q, scale, zero}, dq);
  v->name = dq;
}

/* Applies the activation after tensor `raw`, adjusts what is known of `v`, and quantizes. In the
 * quantized forms the clamp is the quantization's own: ONNX Runtime's quantizer drops the node. */
static void finish_layer(net_builder *b, net_value *v, const char *name, const char *raw,
                         net_activation activation) {
  proto_graph *p = &b->proto;
  v->range = RANGE_DEVIATIONS * sqrt(v->moment);
  v->positive = activation != NET_LINEAR;
  if (v->positive)
    v->moment /= 2;
  if (activation == NET_RELU6)
    v->range = fmin(v->range, 6.0);
  choose_scale(b, v);
  if (activation != NET_LINEAR && !quantized(b)) {
    const char *output = net_name(b, "%s.activation_output", name);
    const char *node = net_name(b, "%s.activation", name);
    if (activation == NET_RELU)
      proto_node(p, "Relu", node, 1, &raw, output);
    else
      proto_node(p, "Clip", node, 3,
                 (const char *[]){raw, weights_scalar(&b->weights, "clip_minimum", 0),
                                  weights_scalar(&b->weights, "clip_maximum", 6)},
                 output);
    raw = output;
  }
  quantize_value(b, v, raw);
}

net_value net_input(net_builder *b) {
  const uint32_t size = b->options.size;
  net_value v = {.channels = 3, .height = size, .width = size, .moment = 1, .range = 3};
  choose_scale(b, &v);
  proto_input(&b->proto, "input", 4, (const int64_t[]){0, 3, size, size});
  quantize_value(b, &v, "input");
  return v;
}

static bool slide(net_builder *b, net_value *v, const char *name, uint32_t kernel, uint32_t stride,
                  uint32_t padding) {
  if (failed(b))
    return false;
  if (v->height + 2 * padding < kernel || v->width + 2 * padding < kernel) {
    proto_fail(&b->proto, OCTAVO_ERROR_ARGUMENT,
               "%s: expected an input of at least %u x %u, found %u x %u; choose a larger --size",
               name, kernel - 2 * padding, kernel - 2 * padding, v->height, v->width);
    return false;
  }
  v->height = (v->height + 2 * padding - kernel) / stride + 1;
  v->width = (v->width + 2 * padding - kernel) / stride + 1;
  return true;
}

static void add_window(net_builder *b, Onnx__NodeProto *node, int64_t kernel, int64_t stride,
                       int64_t padding) {
  proto_graph *p = &b->proto;
  proto_attribute_ints(p, node, "kernel_shape", 2, (const int64_t[]){kernel, kernel});
  proto_attribute_ints(p, node, "pads", 4, (const int64_t[]){padding, padding, padding, padding});
  proto_attribute_ints(p, node, "strides", 2, (const int64_t[]){stride, stride});
}

/* BatchNormalization of tensor `raw`, whose mean of squares is v->moment. Returns its output. */
static const char *add_batch_norm(net_builder *b, net_value *v, const char *name, const char *raw) {
  proto_graph *p = &b->proto;
  const weights_norm norm = weights_batch_norm(&b->weights, name, v->channels, v->moment);
  const char *output = net_name(b, "%s.bn_output", name);
  proto_node(p, "BatchNormalization", net_name(b, "%s.bn", name), 5,
             (const char *[]){raw, norm.gamma, norm.beta, norm.mean, norm.variance}, output);
  v->moment = 1;
  return output;
}

net_value net_conv(net_builder *b, net_value x, const char *name, net_conv_shape shape) {
  net_value v = x;
  if (!slide(b, &v, name, shape.kernel, shape.stride, shape.padding))
    return v;
  const uint32_t groups = shape.groups ? shape.groups : 1;
  v.channels = shape.channels;
  const bool batch_norm = b->options.batch_norm;
  /* A gain of 2 makes up for the half that ReLU takes away; without ReLU there is none to make up
   * for. */
  const double gain = shape.activation == NET_LINEAR ? 1 : 2;
  const weights_layer layer = {
      .name = name,
      .rank = 4,
      .shape = {shape.channels, x.channels / groups, shape.kernel, shape.kernel},
      .gain = gain,
      .input_scale = x.scale,
      .bias = !batch_norm};
  v.moment = x.moment * gain;
  const weights_tensors tensors = weights_make(&b->weights, &layer);
  const char *raw = net_name(b, "%s_output", name);
  Onnx__NodeProto *node = proto_node(&b->proto, "Conv", name, batch_norm ? 2 : 3,
                                     (const char *[]){x.name, tensors.weight, tensors.bias}, raw);
  add_window(b, node, shape.kernel, shape.stride, shape.padding);
  proto_attribute_ints(&b->proto, node, "dilations", 2, (const int64_t[]){1, 1});
  proto_attribute_int(&b->proto, node, "group", groups);
  if (batch_norm)
    raw = add_batch_norm(b, &v, name, raw);
  finish_layer(b, &v, name, raw, shape.activation);
  return v;
}

net_value net_add(net_builder *b, net_value x, net_value y, const char *name,
                  net_activation activation) {
  net_value v = x;
  v.moment = x.moment + y.moment;
  if (activation != NET_LINEAR) {
    /* ReLU takes nothing away from a sum's part that is positive anyway; finish_layer halves. */
    v.moment += (x.positive ? x.moment : 0) + (y.positive ? y.moment : 0);
  }
  const char *raw = net_name(b, "%s_output", name);
  proto_node(&b->proto, "Add", name, 2, (const char *[]){x.name, y.name}, raw);
  finish_layer(b, &v, name, raw, activation);
  return v;
}

net_value net_max_pool(net_builder *b, net_value x, const char *name, uint32_t kernel,
                       uint32_t stride, uint32_t padding) {
  net_value v = x;
  if (!slide(b, &v, name, kernel, stride, padding))
    return v;
  v.moment *= 2; /* about so for the largest of 4 to 9 rectified values */
  const char *raw = net_name(b, "%s_output", name);
  Onnx__NodeProto *node = proto_node(&b->proto, "MaxPool", name, 1, &x.name, raw);
  add_window(b, node, kernel, stride, padding);
  quantize_value(b, &v, raw);
  return v;
}

net_value net_concat(net_builder *b, net_value x, net_value y, const char *name) {
  net_value v = x;
  v.channels = x.channels + y.channels;
  v.moment = (x.moment * x.channels + y.moment * y.channels) / v.channels;
  v.range = fmax(x.range, y.range);
  v.positive = x.positive && y.positive;
  choose_scale(b, &v);
  const char *raw = net_name(b, "%s_output", name);
  Onnx__NodeProto *node =
      proto_node(&b->proto, "Concat", name, 2, (const char *[]){x.name, y.name}, raw);
  proto_attribute_int(&b->proto, node, "axis", 1);
  quantize_value(b, &v, raw);
  return v;
}

net_value net_global_average_pool(net_builder *b, net_value x, const char *name) {
  net_value v = x;
  v.height = v.width = 1;
  v.moment = x.moment / 2;
  v.range = x.range / 2;
  choose_scale(b, &v);
  const char *raw = net_name(b, "%s_output", name);
  proto_node(&b->proto, "GlobalAveragePool", name, 1, &x.name, raw);
  quantize_value(b, &v, raw);
  return v;
}

net_value net_flatten(net_builder *b, net_value x, const char *name) {
  net_value v = x;
  v.channels = x.channels * x.height * x.width;
  v.height = v.width = 1;
  const char *raw = net_name(b, "%s_output", name);
  Onnx__NodeProto *node = proto_node(&b->proto, "Flatten", name, 1, &x.name, raw);
  proto_attribute_int(&b->proto, node, "axis", 1);
  quantize_value(b, &v, raw);
  return v;
}

net_value net_gemm(net_builder *b, net_value x, const char *name, uint32_t units,
                   net_activation activation) {
  net_value v = x;
  v.channels = units;
  const double gain = activation == NET_LINEAR ? 1 : 2;
  v.moment = x.moment * gain;
  const weights_layer layer = {.name = name,
                               .rank = 2,
                               .shape = {units, x.channels},
                               .gain = gain,
                               .input_scale = x.scale,
                               .bias = true};
  const weights_tensors tensors = weights_make(&b->weights, &layer);
  const char *raw = net_name(b, "%s_output", name);
  Onnx__NodeProto *node = proto_node(&b->proto, "Gemm", name, 3,
                                     (const char *[]){x.name, tensors.weight, tensors.bias}, raw);
  proto_attribute_int(&b->proto, node, "transB", 1);
  finish_layer(b, &v, name, raw, activation);
  return v;
}

void net_output(net_builder *b, net_value x) {
  if (failed(b))
    return;
  /* The node that writes it, the last one, writes "logits" instead. */
  Onnx__NodeProto *last = b->proto.graph.node[b->proto.graph.n_node - 1];
  last->output[0] = proto_name(&b->proto, "logits", "");
  proto_output(&b->proto, "logits", 2, (const int64_t[]){0, x.channels});
}

octavo_status net_save(net_builder *b, const char *path, octavo_error *error) {
  return proto_save(&b->proto, "octavo-make-network", path, error);
}
