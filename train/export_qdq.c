#include "export_qdq.h"

#include "export_nodes.h"
#include "qat/fold.h"

#include <stdio.h>
#include <string.h>

typedef struct exporter {
  const network *n;
  proto_graph *proto;
  const char **names; /* of what each layer's readers read */
} exporter;

enum { INT8 = ONNX__TENSOR_PROTO__DATA_TYPE__INT8, INT32 = ONNX__TENSOR_PROTO__DATA_TYPE__INT32 };

/* A constant "<base><suffix>" with a copy of `data`; rank 0 or more. */
static const char *add_constant(exporter *e, const char *base, const char *suffix, int32_t type,
                                size_t rank, const int64_t *shape, const void *data, size_t bytes) {
  const char *name = export_name(e->proto, base, suffix);
  void *copy = proto_constant(e->proto, name, type, rank, shape, bytes);
  if (copy != NULL)
    memcpy(copy, data, bytes);
  return name;
}

/* ---- Activations ------------------------------------------------------------------------------
 */

/* The pair "<base>.quantize", "<base>.dequantize" behind `x`, with the numbers of fake quantization
 * `grid`. Returns what readers read: `output`, or with NULL a name made here. */
static const char *add_pair(exporter *e, const char *base, uint32_t grid, const char *x,
                            const char *output) {
  const char *owner = e->n->plan->layers[grid].name;
  const char *scale = export_name(e->proto, owner, ".scale"),
             *zero = export_name(e->proto, owner, ".zero_point");
  const char *quantized = export_name(e->proto, base, ".quantize_output");
  if (output == NULL)
    output = export_name(e->proto, base, ".dequantize_output");
  proto_node(e->proto, "QuantizeLinear", export_name(e->proto, base, ".quantize"), 3,
             (const char *const[]){x, scale, zero}, quantized);
  proto_node(e->proto, "DequantizeLinear", export_name(e->proto, base, ".dequantize"), 3,
             (const char *const[]){quantized, scale, zero}, output);
  return output;
}

static const char *add_clamp(exporter *e, const char *base, architecture_function function,
                             const char *x) {
  const char *output = NULL;
  if (function == ARCHITECTURE_RELU) {
    output = export_name(e->proto, base, ".relu_output");
    proto_node(e->proto, "Relu", export_name(e->proto, base, ".relu"), 1, &x, output);
  } else if (function == ARCHITECTURE_RELU6) {
    output = export_name(e->proto, base, ".clip_output");
    const char *inputs[] = {x, export_number(e->proto, base, ".min", 0.0f),
                            export_number(e->proto, base, ".max", 6.0f)};
    proto_node(e->proto, "Clip", export_name(e->proto, base, ".clip"), 3, inputs, output);
  }
  return output != NULL ? output : x;
}

static const char *add_max_pool(exporter *e, const architecture_layer *pool, uint32_t grid,
                                const char *x) {
  const char *output = export_name(e->proto, pool->name, "_output");
  export_window(e->proto, proto_node(e->proto, "MaxPool", pool->name, 1, &x, output), pool);
  return add_pair(e, pool->name, grid, output, NULL);
}

/* The maximum between a convolution and the batch norm that fake quantization `i` rounds: it is
 * written behind them. NULL if there is none. */
static const architecture_layer *postponed_pool(const exporter *e, uint32_t i) {
  const architecture_layer *layers = e->n->plan->layers;
  const architecture_layer *l = &layers[layers[i].inputs[0]];
  if (l->kind == ARCHITECTURE_BATCH_NORM)
    l = &layers[l->inputs[0]];
  return l->kind == ARCHITECTURE_MAX_POOL ? l : NULL;
}

static octavo_status add_fake_quantize(exporter *e, uint32_t i, octavo_error *error) {
  (void)error;
  const architecture_layer *spec = &e->n->plan->layers[i], *pool = postponed_pool(e, i);
  const quantization_parameters p = qat_parameters(e->n, i);
  const int8_t zero = (int8_t)p.zero_point;
  export_number(e->proto, spec->name, ".scale", p.scale);
  add_constant(e, spec->name, ".zero_point", INT8, 0, NULL, &zero, sizeof zero);
  /* What was before it: qat_plan's name without ".quantize". */
  char base[64];
  snprintf(base, sizeof base, "%.*s", (int)(strrchr(spec->name, '.') - spec->name), spec->name);
  const char *x = add_clamp(e, base, spec->function, e->names[spec->inputs[0]]);
  e->names[i] = add_pair(e, base, i, x, i + 1 == e->n->count ? "logits" : NULL);
  if (pool != NULL)
    e->names[i] = add_max_pool(e, pool, i, e->names[i]);
  return OCTAVO_OK;
}

/* ---- Layers with weights ----------------------------------------------------------------------
 */

/* Integers "<layer>.<what>" of one scale for each channel; returns their real values' name. */
static const char *add_dequantized(exporter *e, const char *owner, const char *what, int32_t type,
                                   size_t rank, const int64_t *shape, const void *data,
                                   const float *scales) {
  static const int32_t zeros = 0;
  char base[96];
  snprintf(base, sizeof base, "%s.%s", owner, what);
  const size_t size = type == INT8 ? 1 : 4, channels = (size_t)shape[0];
  size_t bytes = size;
  for (size_t i = 0; i < rank; i++)
    bytes *= (size_t)shape[i];
  const char *inputs[] = {add_constant(e, base, "", type, rank, shape, data, bytes),
                          add_constant(e, base, "_scale", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 1,
                                       shape, scales, channels * sizeof *scales),
                          export_name(e->proto, base, "_zero_point")};
  void *zero_points = proto_constant(e->proto, inputs[2], type, 1, shape, channels * size);
  for (size_t c = 0; zero_points != NULL && c < channels; c++)
    memcpy((char *)zero_points + c * size, &zeros, size);
  const char *output = export_name(e->proto, base, ".dequantize_output");
  Onnx__NodeProto *node = proto_node(e->proto, "DequantizeLinear",
                                     export_name(e->proto, base, ".dequantize"), 3, inputs, output);
  proto_attribute_int(e->proto, node, "axis", 0);
  return output;
}

/* Adds weights and bias of layer `i`; `inputs` gets their names. */
static octavo_status add_weights(exporter *e, uint32_t i, const char **inputs,
                                 octavo_error *error) {
  const architecture_layer *spec = &e->n->plan->layers[i];
  folded_layer f;
  const octavo_status status = qat_fold(e->n, i, &f, error);
  if (status != OCTAVO_OK)
    return status;
  const int64_t depth = (int64_t)(f.count / f.channels);
  const int64_t k = spec->kernel > 0 ? spec->kernel : 1;
  const int64_t shape[] = {f.channels, depth / (k * k), k, k};
  const size_t rank = spec->kind == ARCHITECTURE_CONVOLUTION ? 4 : 2;
  inputs[0] = add_dequantized(e, spec->name, "weight", INT8, rank, shape, f.weights, f.scales);
  /* From here on the scales are the bias's. */
  const float input_scale = qat_parameters(e->n, qat_source(e->n, i)).scale;
  for (uint32_t c = 0; c < f.channels; c++)
    f.scales[c] *= input_scale;
  inputs[1] = add_dequantized(e, spec->name, "bias", INT32, 1, shape, f.bias, f.scales);
  folded_layer_free(&f);
  return OCTAVO_OK;
}

static octavo_status add_convolution(exporter *e, uint32_t i, octavo_error *error) {
  const architecture_layer *spec = &e->n->plan->layers[i];
  const char *inputs[3] = {e->names[spec->inputs[0]]};
  const octavo_status status = add_weights(e, i, inputs + 1, error);
  if (status != OCTAVO_OK)
    return status;
  e->names[i] = export_name(e->proto, spec->name, "_output");
  export_convolution(e->proto, spec, 3, inputs, e->names[i]);
  return OCTAVO_OK;
}

static octavo_status add_linear(exporter *e, uint32_t i, octavo_error *error) {
  const architecture_layer *spec = &e->n->plan->layers[i];
  const char *flat = export_flatten(e->proto, spec, e->names[spec->inputs[0]]);
  const char *inputs[3] = {
      add_pair(e, export_name(e->proto, spec->name, ".flatten"), qat_source(e->n, i), flat, NULL)};
  const octavo_status status = add_weights(e, i, inputs + 1, error);
  if (status != OCTAVO_OK)
    return status;
  e->names[i] = export_name(e->proto, spec->name, "_output");
  export_linear(e->proto, spec, 3, inputs, e->names[i]);
  return OCTAVO_OK;
}

/* ---- The others -------------------------------------------------------------------------------
 */

/* Part of the layer before. */
static octavo_status add_nothing(exporter *e, uint32_t i, octavo_error *error) {
  (void)error;
  e->names[i] = e->names[e->n->plan->layers[i].inputs[0]];
  return OCTAVO_OK;
}

static octavo_status add_pool(exporter *e, uint32_t i, octavo_error *error) {
  const architecture_layer *spec = &e->n->plan->layers[i];
  const uint32_t source = qat_source(e->n, i);
  if (e->n->plan->layers[source].kind != ARCHITECTURE_FAKE_QUANTIZE)
    return add_nothing(e, i, error); /* postponed */
  e->names[i] = add_max_pool(e, spec, source, e->names[spec->inputs[0]]);
  return OCTAVO_OK;
}

static octavo_status add_average(exporter *e, uint32_t i, octavo_error *error) {
  (void)error;
  const architecture_layer *spec = &e->n->plan->layers[i];
  const bool whole = spec->kind == ARCHITECTURE_GLOBAL_AVERAGE;
  e->names[i] = export_name(e->proto, spec->name, "_output");
  Onnx__NodeProto *node = proto_node(e->proto, whole ? "GlobalAveragePool" : "AveragePool",
                                     spec->name, 1, &e->names[spec->inputs[0]], e->names[i]);
  if (!whole)
    export_window(e->proto, node, spec);
  return OCTAVO_OK;
}

static octavo_status add_sum(exporter *e, uint32_t i, octavo_error *error) {
  (void)error;
  const architecture_layer *spec = &e->n->plan->layers[i];
  const char *inputs[] = {e->names[spec->inputs[0]], e->names[spec->inputs[1]]};
  e->names[i] = export_name(e->proto, spec->name, "_output");
  proto_node(e->proto, "Add", spec->name, 2, inputs, e->names[i]);
  return OCTAVO_OK;
}

static octavo_status (*const add_layer[ARCHITECTURE_KINDS])(exporter *, uint32_t,
                                                            octavo_error *) = {
    [ARCHITECTURE_CONVOLUTION] = add_convolution,
    [ARCHITECTURE_BATCH_NORM] = add_nothing,
    [ARCHITECTURE_ADD] = add_sum,
    [ARCHITECTURE_MAX_POOL] = add_pool,
    [ARCHITECTURE_AVERAGE_POOL] = add_average,
    [ARCHITECTURE_GLOBAL_AVERAGE] = add_average,
    [ARCHITECTURE_LINEAR] = add_linear,
    [ARCHITECTURE_ACTIVATION] = add_nothing,
    [ARCHITECTURE_FAKE_QUANTIZE] = add_fake_quantize,
};

octavo_status export_qdq(proto_graph *proto, const network *n, octavo_error *error) {
  exporter e = {.n = n, .proto = proto};
  const architecture_layer *image = &n->plan->layers[0];
  e.names = proto_alloc(proto, n->count, sizeof *e.names);
  if (e.names == NULL)
    return OCTAVO_OK; /* *proto tells */
  proto_input(proto, "input", 4,
              (const int64_t[]){0, image->channels, image->height, image->width});
  e.names[0] = "input";
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 1; status == OCTAVO_OK && i < n->count; i++)
    status = add_layer[n->plan->layers[i].kind](&e, i, error);
  proto_output(proto, "logits", 2, (const int64_t[]){0, network_classes(n)});
  return status;
}
