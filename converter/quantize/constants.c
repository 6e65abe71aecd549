#include "converter/quantize/quantize.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* Gives `to` what was decided on for `from`, which has the same elements. */
static octavo_status copy_decisions(const graph_tensor *from, graph_tensor *to,
                                    octavo_error *error) {
  const uint32_t channels = from->quantization.scale_count;
  const uint64_t count = graph_element_count(from);
  if (from->quantization.scales != NULL) {
    to->quantization.scales = octavo_memory_alloc(channels, sizeof(float));
    if (to->quantization.scales == NULL)
      return octavo_error_memory(error, channels * sizeof(float), "scales");
    memcpy(to->quantization.scales, from->quantization.scales, channels * sizeof(float));
    to->quantization.scale_count = channels;
  }
  if (from->quantization.decided != NULL) {
    to->quantization.decided = octavo_memory_alloc(count, 1);
    if (to->quantization.decided == NULL)
      return octavo_error_memory(error, count, "int8 weights");
    memcpy(to->quantization.decided, from->quantization.decided, count);
  }
  return OCTAVO_OK;
}

octavo_status quantize_own_operand(graph *g, uint32_t node, uint32_t which, octavo_error *error) {
  const int32_t index = g->nodes[node].inputs[which];
  if (graph_use_count(g, index) == 1)
    return OCTAVO_OK;
  const graph_tensor shared = g->tensors[index];
  int32_t copy = GRAPH_NONE;
  octavo_status status = graph_add_tensor(g, shared.name, shared.type, shared.rank, shared.shape,
                                          shared.data, &copy, error);
  if (status == OCTAVO_OK)
    status = copy_decisions(&shared, &g->tensors[copy], error);
  if (status == OCTAVO_OK)
    g->nodes[node].inputs[which] = copy;
  return status;
}

octavo_status quantize_add_operand(graph *g, uint32_t node, uint32_t which, const char *suffix,
                                   graph_type type, int64_t count, const void *data,
                                   octavo_error *error) {
  char name[OCTAVO_FORMAT_MAX_NAME + 1];
  graph_derive_name(g->nodes[node].name, suffix, name);
  int32_t *inputs = octavo_memory_alloc((size_t)which + 1, sizeof *inputs);
  if (inputs == NULL)
    return octavo_error_memory(error, (which + 1) * sizeof *inputs, "operands");
  memcpy(inputs, g->nodes[node].inputs, which * sizeof *inputs);
  const octavo_status status =
      graph_add_tensor(g, name, type, 1, &count, data, &inputs[which], error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(inputs);
    return status;
  }
  octavo_memory_free(g->nodes[node].inputs);
  g->nodes[node].inputs = inputs;
  g->nodes[node].input_count = which + 1;
  return OCTAVO_OK;
}

/* A layer without bias gets one of zeros, so that one int8 form serves both. */
static octavo_status add_bias(graph *g, uint32_t node, uint32_t channels, octavo_error *error) {
  float *zeros = octavo_memory_alloc(channels, sizeof *zeros);
  if (zeros == NULL)
    return octavo_error_memory(error, channels * sizeof *zeros, "a bias");
  const octavo_status status =
      quantize_add_operand(g, node, 2, "bias", GRAPH_FLOAT32, channels, zeros, error);
  octavo_memory_free(zeros);
  return status;
}

octavo_status quantize_add_exp_table(graph *g, uint32_t node, octavo_error *error) {
  const double scale = g->tensors[g->nodes[node].inputs[0]].quantization.scale;
  int32_t table[256];
  for (int d = 0; d < 256; d++)
    table[d] = (int32_t)lrint(exp(-scale * d) * (1 << 23));
  return quantize_add_operand(g, node, 1, "exp_table", GRAPH_INT32, 256, table, error);
}

void quantize_replace_data(graph_tensor *t, graph_type type, void *data, size_t bytes) {
  octavo_memory_free(t->quantization.decided);
  octavo_memory_free(t->quantization.scales);
  t->quantization = (graph_quantization){0};
  octavo_memory_free(t->data);
  t->type = type;
  t->data = data;
  t->bytes = bytes;
}

static octavo_status convert(graph *g, const graph_node *node, octavo_error *error) {
  graph_tensor *weights = &g->tensors[node->inputs[1]], *bias = &g->tensors[node->inputs[2]];
  const uint32_t channels = (uint32_t)weights->shape[0];
  const uint64_t count = graph_element_count(weights);
  const weights_source source = {
      .layer = node->name,
      .weights = weights->data,
      .bias = bias->data,
      .channels = channels,
      .depth = count / channels,
      .input_scale = g->tensors[node->inputs[0]].quantization.scale,
      .output_scale = g->tensors[node->outputs[0]].quantization.scale,
      .scales = weights->quantization.scales,
      .decided = weights->quantization.decided,
  };
  const weights_result result = {
      .weights = octavo_memory_alloc(count, 1),
      .bias = octavo_memory_alloc(channels, sizeof *result.bias),
      .scales = octavo_memory_alloc(channels, sizeof *result.scales),
  };
  octavo_status status = OCTAVO_OK;
  if (result.weights == NULL || result.bias == NULL || result.scales == NULL)
    status = octavo_error_memory(error, count, "int8 weights");
  else
    status = weights_quantize(&source, &result, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(result.scales);
    octavo_memory_free(result.bias);
    octavo_memory_free(result.weights);
    return status;
  }
  quantize_replace_data(weights, GRAPH_INT8, result.weights, count);
  quantize_replace_data(bias, GRAPH_INT32, result.bias, channels * sizeof *result.bias);
  weights->quantization.scales = result.scales;
  weights->quantization.scale_count = channels;
  return OCTAVO_OK;
}

octavo_status quantize_own_bias(graph *g, uint32_t node, octavo_error *error) {
  const graph_node *layer = &g->nodes[node];
  if (layer->input_count > 2 && layer->inputs[2] != GRAPH_NONE)
    return quantize_own_operand(g, node, 2, error);
  return add_bias(g, node, (uint32_t)g->tensors[layer->inputs[1]].shape[0], error);
}

octavo_status quantize_constants(graph *g, uint32_t node, octavo_error *error) {
  const graph_tensor *weights = &g->tensors[g->nodes[node].inputs[1]];
  if (!weights->constant || weights->type != GRAPH_FLOAT32 || graph_element_count(weights) == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "layer '%s' (%s): expected constant float32 weights",
                            g->nodes[node].name, g->nodes[node].source_op);
  octavo_status status = quantize_own_bias(g, node, error);
  if (status == OCTAVO_OK)
    status = quantize_own_operand(g, node, 1, error);
  return status == OCTAVO_OK ? convert(g, &g->nodes[node], error) : status;
}

octavo_status quantize_add_table(graph *g, uint32_t node, octavo_error *error) {
  switch (g->nodes[node].op) {
  case OCTAVO_OP_SOFTMAX:
    return quantize_add_exp_table(g, node, error);
  case OCTAVO_OP_UNARY:
    return quantize_add_unary_table(g, node, error);
  default:
    return OCTAVO_OK;
  }
}
