#include "converter/correct/layer_list.h"

#include "converter/quantize/scale_rules.h"
#include "runtime/memory.h"

#include <string.h>

/* Int8 results through int8 weights and an int32 bias. */
static bool is_int8_layer(const graph *g, const graph_node *node) {
  const scale_rule *rule = scale_rule_find(node->op);
  return rule != NULL && rule->weighted && node->input_count > 2 && node->inputs[2] != GRAPH_NONE &&
         g->tensors[node->outputs[0]].type == GRAPH_INT8 &&
         g->tensors[node->inputs[1]].quantization.scales != NULL &&
         g->tensors[node->inputs[2]].type == GRAPH_INT32;
}

octavo_status layer_list_make(const graph *source, const graph *quantized, layer_list *list,
                              octavo_error *error) {
  *list = (layer_list){.rows = octavo_memory_alloc(quantized->node_count, sizeof *list->rows)};
  if (list->rows == NULL)
    return octavo_error_memory(error, quantized->node_count * sizeof *list->rows, "layers");
  for (uint32_t n = 0; n < quantized->node_count; n++) {
    const graph_node *node = &quantized->nodes[n];
    const int32_t from =
        is_int8_layer(quantized, node) ? graph_find_node(source, node->name) : GRAPH_NONE;
    if (from == GRAPH_NONE)
      continue;
    const uint32_t channels = (uint32_t)quantized->tensors[node->inputs[1]].shape[0];
    const graph_quantization q = quantized->tensors[node->outputs[0]].quantization;
    list->rows[list->count++] = (listed_layer){
        .source = (uint32_t)from,
        .node = n,
        .channels = channels,
        .offset = list->channels,
        .range = scale_to_range((quantization_parameters){q.scale, q.zero_point}),
    };
    list->channels += channels;
  }
  return OCTAVO_OK;
}

void layer_list_free(layer_list *list) {
  octavo_memory_free(list->rows);
  memset(list, 0, sizeof *list);
}
