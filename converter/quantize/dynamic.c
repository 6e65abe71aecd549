#include "converter/quantize/quantize.h"
#include "converter/quantize/weights.h"
#include "runtime/error.h"
#include "runtime/memory.h"

static bool is_constant(const graph *g, const graph_node *node, uint32_t which) {
  if (which >= node->input_count || node->inputs[which] == GRAPH_NONE)
    return false;
  const graph_tensor *t = &g->tensors[node->inputs[which]];
  return t->constant && t->type == GRAPH_FLOAT32 && graph_element_count(t) > 0;
}

static uint64_t depth_of(const graph_tensor *weights) {
  return graph_element_count(weights) / (uint64_t)weights->shape[0];
}

/* XNNPACK has no depthwise kernel for it and computes such a convolution group by group, 11 to 32
 * times slower than in float32 (MobileNetV2 on AVX-512 VNNI). With several outputs per group, or
 * one group that is a gray image, it is slower too; from two input channels per group on it gains.
 */
static bool has_one_channel_groups(const graph_node *n, const graph_tensor *weights) {
  return n->op == OCTAVO_OP_CONVOLUTION && weights->shape[3] == 1;
}

bool quantize_is_dynamic_capable(const graph *g, uint32_t node) {
  const graph_node *n = &g->nodes[node];
  if ((n->op != OCTAVO_OP_CONVOLUTION && n->op != OCTAVO_OP_FULLY_CONNECTED) ||
      !is_constant(g, n, 1) || g->tensors[n->inputs[0]].type != GRAPH_FLOAT32)
    return false;
  const graph_tensor *weights = &g->tensors[n->inputs[1]];
  return depth_of(weights) <= WEIGHTS_MAX_DEPTH && !has_one_channel_groups(n, weights);
}

octavo_status quantize_dynamic_constants(graph *g, uint32_t node, octavo_error *error) {
  const graph_node *n = &g->nodes[node];
  if (!is_constant(g, n, 1))
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "layer '%s' (%s): expected constant float32 weights", n->name,
                            n->source_op);
  octavo_status status = quantize_own_operand(g, node, 1, error);
  if (status != OCTAVO_OK)
    return status;
  graph_tensor *weights = &g->tensors[n->inputs[1]];
  const uint32_t channels = (uint32_t)weights->shape[0];
  const uint64_t count = graph_element_count(weights);
  const weights_source source = {
      .layer = n->name,
      .weights = weights->data,
      .bias = is_constant(g, n, 2) ? g->tensors[n->inputs[2]].data : NULL,
      .channels = channels,
      .depth = depth_of(weights),
  };
  int8_t *values = octavo_memory_alloc(count, 1);
  float *scales = octavo_memory_alloc(channels, sizeof *scales);
  if (values == NULL || scales == NULL)
    status = octavo_error_memory(error, count, "int8 weights");
  else
    status = weights_quantize_dynamic(&source, values, scales, error);
  if (status != OCTAVO_OK) {
    octavo_memory_free(scales);
    octavo_memory_free(values);
    return status;
  }
  quantize_replace_data(weights, GRAPH_INT8, values, count);
  weights->quantization.scales = scales;
  weights->quantization.scale_count = channels;
  return OCTAVO_OK;
}
