#include "weights.h"

#include "runtime/memory.h"

#include <math.h>
#include <string.h>

static const double BIAS_DEVIATION = 0.05;

void weights_begin(weights_source *w, proto_graph *proto, uint64_t seed, bool quantized) {
  w->proto = proto;
  w->quantized = quantized;
  random_seed(&w->random, seed);
}

/* A float constant filled from a normal distribution; NULL after an error. */
static float *make_normal(weights_source *w, const char *name, size_t rank, const int64_t *shape,
                          double mean, double deviation) {
  size_t count = 1;
  for (size_t i = 0; i < rank; i++)
    count *= (size_t)shape[i];
  float *data = proto_constant(w->proto, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, rank, shape,
                               count * sizeof *data);
  for (size_t i = 0; data != NULL && i < count; i++)
    data[i] = (float)(mean + deviation * random_normal(&w->random));
  return data;
}

/* Adds the DequantizeLinear of a constant along its axis 0. Returns its output. */
static const char *add_dequantize(proto_graph *p, const char *name, const char *base,
                                  const char *scale, const char *zero_point) {
  const char *output = proto_name(p, base, "_DequantizeLinear_Output");
  Onnx__NodeProto *node =
      proto_node(p, "DequantizeLinear", proto_name(p, base, "_DequantizeLinear"), 3,
                 (const char *[]){name, scale, zero_point}, output);
  proto_attribute_int(p, node, "axis", 0);
  return output;
}

/* The int8 form of `values`, one scale per channel, which goes to scales[]. */
static const char *make_int8(weights_source *w, const weights_layer *layer, const float *values,
                             size_t row, float *scales) {
  proto_graph *p = w->proto;
  const size_t channels = (size_t)layer->shape[0];
  const char *base = proto_name(p, layer->name, ".weight");
  const char *name = proto_name(p, base, "_quantized");
  const char *scale_name = proto_name(p, base, "_scale");
  const char *zero_name = proto_name(p, base, "_zero_point");
  int8_t *data = proto_constant(p, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT8, layer->rank,
                                layer->shape, channels * row);
  float *scale_data = proto_constant(p, scale_name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 1,
                                     layer->shape, channels * sizeof *scale_data);
  proto_constant(p, zero_name, ONNX__TENSOR_PROTO__DATA_TYPE__INT8, 1, layer->shape, channels);
  if (p->status != OCTAVO_OK)
    return NULL;
  for (size_t c = 0; c < channels; c++) {
    float largest = 1e-6f;
    for (size_t i = 0; i < row; i++)
      largest = fmaxf(largest, fabsf(values[c * row + i]));
    scales[c] = scale_data[c] = largest / 127.0f;
    for (size_t i = 0; i < row; i++)
      data[c * row + i] = (int8_t)lrintf(values[c * row + i] / scales[c]);
  }
  return add_dequantize(p, name, base, scale_name, zero_name);
}

/* The int32 bias with the scales that the accumulators have. */
static const char *make_int32_bias(weights_source *w, const weights_layer *layer,
                                   const float *weight_scales) {
  proto_graph *p = w->proto;
  const size_t channels = (size_t)layer->shape[0];
  const char *base = proto_name(p, layer->name, ".bias");
  const char *name = proto_name(p, base, "_quantized");
  const char *scale_name = proto_name(p, base, "_scale");
  const char *zero_name = proto_name(p, base, "_zero_point");
  int32_t *data = proto_constant(p, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT32, 1, layer->shape,
                                 channels * sizeof *data);
  float *scales = proto_constant(p, scale_name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 1,
                                 layer->shape, channels * sizeof *scales);
  proto_constant(p, zero_name, ONNX__TENSOR_PROTO__DATA_TYPE__INT32, 1, layer->shape,
                 channels * sizeof *data);
  if (p->status != OCTAVO_OK)
    return NULL;
  for (size_t c = 0; c < channels; c++) {
    scales[c] = layer->input_scale * weight_scales[c];
    data[c] = (int32_t)lrint(BIAS_DEVIATION * random_normal(&w->random) / (double)scales[c]);
  }
  return add_dequantize(p, name, base, scale_name, zero_name);
}

weights_tensors weights_make(weights_source *w, const weights_layer *layer) {
  proto_graph *p = w->proto;
  size_t row = 1;
  for (size_t i = 1; i < layer->rank; i++)
    row *= (size_t)layer->shape[i];
  const double deviation = sqrt(layer->gain / (double)row);
  weights_tensors tensors = {0};
  if (!w->quantized) {
    tensors.weight = proto_name(p, layer->name, ".weight");
    make_normal(w, tensors.weight, layer->rank, layer->shape, 0, deviation);
    if (layer->bias) {
      tensors.bias = proto_name(p, layer->name, ".bias");
      make_normal(w, tensors.bias, 1, layer->shape, 0, BIAS_DEVIATION);
    }
    return tensors;
  }
  const size_t channels = (size_t)layer->shape[0];
  float *values = octavo_memory_alloc(channels * row, sizeof *values);
  float *scales = octavo_memory_alloc(channels, sizeof *scales);
  if (values == NULL || scales == NULL) {
    proto_fail(p, OCTAVO_ERROR_MEMORY, "out of memory: the weights of %s", layer->name);
  } else {
    for (size_t i = 0; i < channels * row; i++)
      values[i] = (float)(deviation * random_normal(&w->random));
    tensors.weight = make_int8(w, layer, values, row, scales);
    if (layer->bias)
      tensors.bias = make_int32_bias(w, layer, scales);
  }
  octavo_memory_free(values);
  octavo_memory_free(scales);
  return tensors;
}

weights_norm weights_batch_norm(weights_source *w, const char *layer, uint32_t channels,
                                double moment) {
  proto_graph *p = w->proto;
  const int64_t shape = channels;
  const weights_norm norm = {proto_name(p, layer, ".bn.weight"), proto_name(p, layer, ".bn.bias"),
                             proto_name(p, layer, ".bn.running_mean"),
                             proto_name(p, layer, ".bn.running_var")};
  make_normal(w, norm.gamma, 1, &shape, 1, 0.1);
  make_normal(w, norm.beta, 1, &shape, 0, BIAS_DEVIATION);
  make_normal(w, norm.mean, 1, &shape, 0, BIAS_DEVIATION * sqrt(moment));
  float *variance = make_normal(w, norm.variance, 1, &shape, moment, 0);
  for (uint32_t i = 0; variance != NULL && i < channels; i++)
    variance[i] *= (float)(0.75 + 0.5 * random_uniform(&w->random));
  return norm;
}

const char *weights_scalar(weights_source *w, const char *name, float value) {
  const Onnx__GraphProto *graph = &w->proto->graph;
  for (size_t i = 0; i < graph->n_initializer; i++) {
    if (strcmp(graph->initializer[i]->name, name) == 0)
      return name;
  }
  float *data =
      proto_constant(w->proto, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, NULL, sizeof *data);
  if (data != NULL)
    *data = value;
  return name;
}
