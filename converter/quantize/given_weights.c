#include "converter/quantize/given_internal.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <stdio.h>

typedef struct layer_constants {
  const graph_tensor *weights, *bias; /* bias NULL: none */
  float input_scale, output_scale;
  uint32_t channels;
  uint64_t depth;
  int8_t *q; /* results */
  int32_t *sums;
  float *scales;
  uint64_t raised;
} layer_constants;

static float scale_of(const graph_integers *integers, uint32_t channel) {
  return integers->scales[integers->scale_count == 1 ? 0 : channel];
}

static bool are_int8_weights(const graph_tensor *t) {
  const graph_integers *integers = t->integers;
  return t->constant && t->type == GRAPH_FLOAT32 && integers != NULL && integers->values == NULL &&
         t->shape[0] > 0 &&
         (integers->scale_count == 1 ||
          (integers->axis == 0 && integers->scale_count == (uint64_t)t->shape[0]));
}

/* q · s was rounded to float32 once, by at most 2^-24 of itself, and the quotient is once more:
 * with |q| at most 128 that is far from the next half, so rounding gives q. False where a pass
 * changed the values after all. */
static bool recover_weights(layer_constants *l) {
  const float *values = l->weights->data;
  for (uint64_t i = 0; i < l->channels * l->depth; i++) {
    const float scale = scale_of(l->weights->integers, (uint32_t)(i / l->depth));
    const float q = rintf(values[i] / scale);
    if (!(fabsf(q) <= 128.0f) || q * scale != values[i])
      return false;
    l->raised += q == -128.0f;
    l->q[i] = (int8_t)fmaxf(q, -127.0f);
  }
  return true;
}

/* Whether the source's integers are of this scale: it may have multiplied in another order. */
static bool same_scale(float a, float b) {
  return fabsf(a - b) <= 0x1p-21f * fabsf(b);
}

static int32_t bias_of(const layer_constants *l, uint32_t c, double *exact) {
  if (l->bias == NULL) {
    *exact = 0;
    return 0;
  }
  const float unit = l->input_scale * l->scales[c];
  const graph_integers *integers = l->bias->integers;
  if (integers != NULL && integers->values != NULL && c < integers->value_count &&
      same_scale(scale_of(integers, c), unit)) {
    *exact = integers->values[c];
    return integers->values[c];
  }
  *exact = rint((double)((const float *)l->bias->data)[c] /
                ((double)l->input_scale * (double)l->scales[c]));
  return fabs(*exact) < 0x1p31 ? (int32_t)*exact : 0;
}

static bool convert_channels(layer_constants *l) {
  const int64_t limit = weights_bias_limit(l->depth);
  for (uint32_t c = 0; c < l->channels; c++) {
    double exact = 0;
    l->scales[c] = scale_of(l->weights->integers, c);
    const float ratio = l->input_scale * l->scales[c] / l->output_scale;
    l->sums[c] = bias_of(l, c, &exact);
    if (!(ratio >= REQUANTIZATION_MIN && ratio < REQUANTIZATION_BELOW) ||
        !(fabs(exact) <= (double)limit))
      return false;
  }
  return recover_weights(l);
}

/* New constants under the names of the old ones, which other layers may read. */
static octavo_status add_constants(graph *g, uint32_t node, const layer_constants *l,
                                   int32_t constants[2], octavo_error *error) {
  const graph_tensor weights = *l->weights;
  const int64_t channels = l->channels;
  char bias_name[OCTAVO_FORMAT_MAX_NAME + 1];
  if (l->bias != NULL)
    snprintf(bias_name, sizeof bias_name, "%s", l->bias->name);
  else
    graph_derive_name(g->nodes[node].name, "bias", bias_name);
  octavo_status status = graph_add_tensor(g, weights.name, GRAPH_INT8, weights.rank, weights.shape,
                                          l->q, &constants[0], error);
  if (status == OCTAVO_OK)
    status =
        graph_add_tensor(g, bias_name, GRAPH_INT32, 1, &channels, l->sums, &constants[1], error);
  return status;
}

static octavo_status install(graph *g, uint32_t node, layer_constants *l, octavo_error *error) {
  int32_t constants[2] = {GRAPH_NONE, GRAPH_NONE};
  /* Of one channel the two are one; the converter writes it so. */
  const bool per_channel = l->weights->integers->scale_count > 1 || l->channels == 1;
  octavo_status status = add_constants(g, node, l, constants, error);
  graph_node *n = &g->nodes[node];
  int32_t *inputs = status == OCTAVO_OK ? octavo_memory_resize(n->inputs, 3, sizeof *inputs) : NULL;
  if (status != OCTAVO_OK)
    return status;
  if (inputs == NULL)
    return octavo_error_memory(error, 3 * sizeof *inputs, "operands");
  n->inputs = inputs;
  graph_swap_names(g, inputs[1], constants[0]);
  if (l->bias != NULL)
    graph_swap_names(g, inputs[2], constants[1]);
  inputs[1] = constants[0];
  inputs[2] = constants[1];
  n->input_count = 3;
  graph_quantization *quantization = &g->tensors[constants[0]].quantization;
  if (!per_channel) {
    quantization->scale = l->scales[0];
    return OCTAVO_OK;
  }
  quantization->scales = l->scales;
  quantization->scale_count = l->channels;
  l->scales = NULL;
  return OCTAVO_OK;
}

octavo_status given_weights(graph *g, uint32_t node, float output_scale, bool *done,
                            uint64_t *raised, octavo_error *error) {
  const graph_node *n = &g->nodes[node];
  const bool has_bias = n->input_count > 2 && n->inputs[2] != GRAPH_NONE;
  layer_constants l = {
      .weights = &g->tensors[n->inputs[1]],
      .bias = has_bias ? &g->tensors[n->inputs[2]] : NULL,
      .input_scale = g->tensors[n->inputs[0]].quantization.scale,
      .output_scale = output_scale,
  };
  *done = false;
  if (!are_int8_weights(l.weights) || (has_bias && !l.bias->constant))
    return OCTAVO_OK;
  const uint64_t count = graph_element_count(l.weights);
  l.channels = (uint32_t)l.weights->shape[0];
  l.depth = count / l.channels;
  l.q = octavo_memory_alloc(count + 1, 1);
  l.sums = octavo_memory_alloc(l.channels, sizeof *l.sums);
  l.scales = octavo_memory_alloc(l.channels, sizeof *l.scales);
  octavo_status status = OCTAVO_OK;
  if (l.q == NULL || l.sums == NULL || l.scales == NULL) {
    status = octavo_error_memory(error, count, "int8 weights");
  } else if (convert_channels(&l)) {
    status = install(g, node, &l, error);
    *done = status == OCTAVO_OK;
    *raised += l.raised;
  }
  octavo_memory_free(l.scales);
  octavo_memory_free(l.sums);
  octavo_memory_free(l.q);
  return status;
}
