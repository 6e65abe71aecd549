/* Random constants of the layers, in float or as int8 per output channel with its DequantizeLinear.
 * Part of builder.c. */
#ifndef OCTAVO_BENCHMARKS_NETWORKS_WEIGHTS_H
#define OCTAVO_BENCHMARKS_NETWORKS_WEIGHTS_H

#include "common/onnx/proto.h"
#include "common/random.h"

typedef struct weights_source {
  proto_graph *proto;
  random_state random;
  bool quantized;
} weights_source;

typedef struct weights_layer {
  const char *name;
  size_t rank;
  int64_t shape[4];  /* output channels first */
  double gain;       /* He: variance = gain / inputs per output */
  float input_scale; /* of the layer's input; its bias has scale input_scale · weight scale */
  bool bias;
} weights_layer;

/* Names of the tensors that the layer's node reads. */
typedef struct weights_tensors {
  const char *weight, *bias; /* bias NULL if there is none */
} weights_tensors;

typedef struct weights_norm {
  const char *gamma, *beta, *mean, *variance;
} weights_norm;

void weights_begin(weights_source *w, proto_graph *proto, uint64_t seed, bool quantized);
weights_tensors weights_make(weights_source *w, const weights_layer *layer);
/* Statistics of a convolution whose output has the mean of squares `moment`. */
weights_norm weights_batch_norm(weights_source *w, const char *layer, uint32_t channels,
                                double moment);
/* A float constant of rank 0, made once per name. Returns `name`. */
const char *weights_scalar(weights_source *w, const char *name, float value);

#endif
