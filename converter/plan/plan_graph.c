#include "converter/plan/plan.h"
#include "runtime/error.h"
#include "runtime/memory.h"

/* Steps are nodes; inputs are there from the first on. */
static void find_lifetimes(const graph *g, plan_item *lifetimes) {
  for (uint32_t n = 0; n < g->node_count; n++) {
    const graph_node *node = &g->nodes[n];
    for (uint32_t i = 0; i < node->output_count; i++)
      if (node->outputs[i] != GRAPH_NONE)
        lifetimes[node->outputs[i]].first = lifetimes[node->outputs[i]].last = n;
    for (uint32_t i = 0; i < node->input_count; i++)
      if (node->inputs[i] != GRAPH_NONE)
        lifetimes[node->inputs[i]].last = n;
  }
  for (uint32_t i = 0; i < g->input_count; i++) {
    lifetimes[g->inputs[i]].first = 0;
    lifetimes[g->inputs[i]].last = g->node_count;
  }
  for (uint32_t i = 0; i < g->output_count; i++)
    lifetimes[g->outputs[i]].last = g->node_count;
}

octavo_status plan_graph(graph *g, plan_result *result, octavo_error *error) {
  *result = (plan_result){0, 0};
  plan_item *items = octavo_memory_alloc(g->tensor_count, sizeof *items);
  if (items == NULL)
    return octavo_error_memory(error, g->tensor_count * sizeof *items, "the memory plan");
  find_lifetimes(g, items);
  for (uint32_t t = 0; t < g->tensor_count; t++)
    items[t].bytes = g->tensors[t].constant ? 0
                                            : graph_element_count(&g->tensors[t]) *
                                                  graph_type_size(g->tensors[t].type);
  const octavo_status status = plan_items(items, g->tensor_count, result, error);
  for (uint32_t t = 0; t < g->tensor_count && status == OCTAVO_OK; t++)
    g->tensors[t].arena_offset = g->tensors[t].constant ? 0 : items[t].offset;
  octavo_memory_free(items);
  return status;
}
