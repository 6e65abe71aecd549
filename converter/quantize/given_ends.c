/* Where a network that is quantized already begins and ends. */
#include "converter/quantize/given_internal.h"

#include <string.h>

static bool contains(const int32_t *indices, uint32_t count, int32_t index) {
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] == index)
      return true;
  return false;
}

bool given_is_model_output(const graph *g, int32_t tensor) {
  return contains(g->outputs, g->output_count, tensor);
}

bool given_is_model_input(const graph *g, int32_t tensor) {
  return contains(g->inputs, g->input_count, tensor);
}

void given_inputs(graph *g) {
  for (uint32_t i = 0; i < g->input_count; i++) {
    const int32_t x = g->inputs[i], reader = graph_only_consumer(g, x);
    if (g->tensors[x].type != GRAPH_FLOAT32 || reader == GRAPH_NONE ||
        g->nodes[reader].op != OCTAVO_OP_QUANTIZE)
      continue;
    const int32_t y = g->nodes[reader].outputs[0];
    if (given_is_model_output(g, y))
      continue;
    g->tensors[x].type = GRAPH_INT8;
    g->tensors[x].quantization = g->tensors[y].quantization;
    graph_replace_uses(g, y, x);
    graph_remove_node(g, (uint32_t)reader);
  }
}

void given_outputs(graph *g) {
  for (uint32_t i = 0; i < g->output_count; i++) {
    const int32_t y = g->outputs[i], producer = graph_producer(g, y);
    if (producer == GRAPH_NONE || g->nodes[producer].op != OCTAVO_OP_DEQUANTIZE)
      continue;
    const int32_t x = g->nodes[producer].inputs[0];
    if (given_is_model_input(g, x) || given_is_model_output(g, x))
      continue;
    /* Other readers of the real values keep them. */
    g->outputs[i] = x;
    graph_swap_names(g, x, y);
  }
}
