#include "converter/passes/pass.h"

#include <math.h>

static octavo_status check_tensor(const graph *g, uint32_t node, const graph_tensor *tensor,
                                  octavo_error *error) {
  if (tensor->rank == 0 || tensor->rank > OCTAVO_MAX_RANK)
    return pass_unsupported(g, node, error, "'%.100s' has rank %u, expected 1 to %d", tensor->name,
                            tensor->rank, OCTAVO_MAX_RANK);
  const bool quantized = !tensor->constant && tensor->type == GRAPH_INT8;
  if ((tensor->type != GRAPH_FLOAT32 && !quantized) || (!tensor->constant && tensor->shape[0] != 1))
    return pass_unsupported(g, node, error,
                            "'%.100s' is not floating point, or has a batch of %lld", tensor->name,
                            (long long)tensor->shape[0]);
  for (size_t i = 0; tensor->constant && i < tensor->bytes / sizeof(float); i++)
    if (!isfinite(((const float *)tensor->data)[i]))
      return pass_unsupported(g, node, error, "its constant '%.100s' has an element that is %g",
                              tensor->name, (double)((const float *)tensor->data)[i]);
  return OCTAVO_OK;
}

static octavo_status check_node(const graph *g, uint32_t node, octavo_error *error) {
  const graph_node *n = &g->nodes[node];
  if (n->op >= GRAPH_OP_FIRST_IMPORTED)
    return pass_unsupported(g, node, error, "could not be lowered to an operator of the runtime");
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < n->input_count && status == OCTAVO_OK; i++)
    if (n->inputs[i] != GRAPH_NONE)
      status = check_tensor(g, node, &g->tensors[n->inputs[i]], error);
  for (uint32_t i = 0; i < n->output_count && status == OCTAVO_OK; i++)
    status = check_tensor(g, node, &g->tensors[n->outputs[i]], error);
  return status;
}

octavo_status pass_check_lowered(graph *g, uint32_t *changes, octavo_error *error) {
  (void)changes;
  if (g->node_count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "the network has no operator that computes anything");
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < g->node_count && status == OCTAVO_OK; i++)
    status = check_node(g, i, error);
  return status;
}
