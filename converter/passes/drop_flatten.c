#include "converter/passes/pass.h"

octavo_status pass_drop_flatten(graph *g, uint32_t *changes, octavo_error *error) {
  (void)error;
  for (uint32_t i = 0; i < g->node_count; i++) {
    if (!pass_is(g, (int32_t)i, OCTAVO_OP_FULLY_CONNECTED))
      continue;
    const int32_t producer = graph_producer(g, g->nodes[i].inputs[0]);
    if (!pass_is(g, producer, OCTAVO_OP_RESHAPE))
      continue;
    g->nodes[i].inputs[0] = g->nodes[producer].inputs[0];
    ++*changes;
  }
  return OCTAVO_OK;
}
