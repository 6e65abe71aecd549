#include "converter/graph.h"

#include "common/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DERIVED_BASE_BYTES 1000u

int32_t graph_find_tensor(const graph *g, const char *name) {
  for (uint32_t t = 0; t < g->tensor_count; t++)
    if (strcmp(g->tensors[t].name, name) == 0)
      return (int32_t)t;
  return GRAPH_NONE;
}

int32_t graph_find_node(const graph *g, const char *name) {
  for (uint32_t n = 0; n < g->node_count; n++)
    if (!g->nodes[n].removed && strcmp(g->nodes[n].name, name) == 0)
      return (int32_t)n;
  return GRAPH_NONE;
}

void graph_derive_name(const char *base, const char *suffix, char *name) {
  snprintf(name, OCTAVO_FORMAT_MAX_NAME + 1, "%.*s_%s", (int)utf8_prefix(base, DERIVED_BASE_BYTES),
           base, suffix);
}

void graph_swap_names(graph *g, int32_t a, int32_t b) {
  char *name = g->tensors[a].name;
  g->tensors[a].name = g->tensors[b].name;
  g->tensors[b].name = name;
}

bool graph_is_conversion(const graph_node *node) {
  return node->op == OCTAVO_OP_QUANTIZE || node->op == OCTAVO_OP_DEQUANTIZE;
}

bool graph_clamp(const graph_node *node, float *min, float *max) {
  *min = -INFINITY;
  *max = INFINITY;
  switch (node->op) {
  case OCTAVO_OP_CONVOLUTION:
    *min = node->attributes.convolution.clamp_min;
    *max = node->attributes.convolution.clamp_max;
    break;
  case OCTAVO_OP_FULLY_CONNECTED:
  case OCTAVO_OP_ADD:
  case OCTAVO_OP_MULTIPLY:
  case OCTAVO_OP_SUBTRACT:
    *min = node->attributes.clamp.clamp_min;
    *max = node->attributes.clamp.clamp_max;
    break;
  default:
    break;
  }
  return *min != -INFINITY || *max != INFINITY;
}
