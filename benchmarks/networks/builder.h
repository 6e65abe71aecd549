/* Builds an ONNX network layer by layer, with random weights (He initialization, seeded): speed
 * does not depend on what the weights are. The same options and calls give the same bytes.
 *
 * A net_value is what flows between layers: pass what one function returned to the next. Errors
 * stick: after the first one all functions do nothing, and net_save reports it. One thread. */
#ifndef OCTAVO_BENCHMARKS_NETWORKS_BUILDER_H
#define OCTAVO_BENCHMARKS_NETWORKS_BUILDER_H

#include "octavo.h"

typedef struct net_builder net_builder;

/* How activations and weights are stored. The two QDQ kinds have int8 weights per output channel,
 * int32 biases, and QuantizeLinear/DequantizeLinear pairs where ONNX Runtime's static quantizer
 * puts them; activations are unsigned or signed 8-bit. Ranges come from the weights' variance. */
typedef enum net_precision { NET_FLOAT, NET_QDQ_U8, NET_QDQ_S8 } net_precision;

typedef struct net_options {
  uint64_t seed;
  uint32_t size;    /* height and width of the input image */
  uint32_t classes; /* of the output */
  net_precision precision;
  bool batch_norm; /* keep BatchNormalization nodes; only with NET_FLOAT */
} net_options;

typedef enum net_activation { NET_LINEAR, NET_RELU, NET_RELU6 } net_activation;

typedef struct net_value {
  const char *name; /* of the tensor that the next layer reads; owned by the builder */
  uint32_t channels, height, width;
  double moment; /* expected mean of squares */
  bool positive; /* no negative values */
  double range;  /* of the quantized form: [0, range] or [-range, range] */
  float scale;   /* of the quantized form, with its zero point */
  int32_t zero_point;
} net_value;

typedef struct net_conv_shape {
  uint32_t channels; /* of the output */
  uint32_t kernel, stride, padding;
  uint32_t groups; /* 0 = 1 */
  net_activation activation;
} net_conv_shape;

/* NULL if memory is short. `name` is that of the graph. */
net_builder *net_create(const char *name, const net_options *options);
void net_free(net_builder *b); /* NULL is allowed */

const net_options *net_get_options(const net_builder *b);

/* A layer's name, formatted; owned by the builder. "" after an error. */
const char *net_name(net_builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The input image: "input", [N, 3, size, size]. */
net_value net_input(net_builder *b);
net_value net_conv(net_builder *b, net_value x, const char *name, net_conv_shape shape);
/* x + y, then the activation (NET_LINEAR or NET_RELU). */
net_value net_add(net_builder *b, net_value x, net_value y, const char *name,
                  net_activation activation);
net_value net_max_pool(net_builder *b, net_value x, const char *name, uint32_t kernel,
                       uint32_t stride, uint32_t padding);
/* Joins along the channels. */
net_value net_concat(net_builder *b, net_value x, net_value y, const char *name);
net_value net_global_average_pool(net_builder *b, net_value x, const char *name);
net_value net_flatten(net_builder *b, net_value x, const char *name);
/* Fully connected; x must be flat (height and width 1). */
net_value net_gemm(net_builder *b, net_value x, const char *name, uint32_t units,
                   net_activation activation);
/* Makes x the network's output, "logits". */
void net_output(net_builder *b, net_value x);

/* Writes the model, opset 13; nothing is written after an error. Errors: ARGUMENT (the image is too
 * small for this network), IO, MEMORY. */
octavo_status net_save(net_builder *b, const char *path, octavo_error *error);

#endif
