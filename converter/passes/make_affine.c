#include "converter/passes/pass.h"

#include <math.h>
#include <string.h>

/* Scale and shift of a node per channel, being written. */
typedef struct affine {
  float *scale, *shift;
  int64_t channels;
  int32_t scale_index, shift_index;
} affine;

static octavo_status create(graph *g, uint32_t node, affine *a, octavo_error *error) {
  const graph_tensor *x = &g->tensors[g->nodes[node].inputs[0]];
  const char *name = g->nodes[node].name;
  a->channels = x->shape[x->rank - 1];
  octavo_status status =
      pass_add_floats(g, name, 1, &a->channels, &a->scale_index, &a->scale, error);
  if (status == OCTAVO_OK)
    status = pass_add_floats(g, name, 1, &a->channels, &a->shift_index, &a->shift, error);
  return status;
}

static const float *constant(const graph *g, uint32_t node, uint32_t operand) {
  return g->tensors[g->nodes[node].inputs[operand]].data;
}

/* (x - mean) / sqrt(variance + epsilon) · gamma + beta, in double so that folding costs nothing. */
static octavo_status from_batch_norm(const graph *g, uint32_t node, const affine *a,
                                     octavo_error *error) {
  const float *gamma = constant(g, node, 1), *beta = constant(g, node, 2);
  const float *mean = constant(g, node, 3), *variance = constant(g, node, 4);
  for (int64_t c = 0; c < a->channels; c++) {
    const double spread = (double)variance[c] + (double)g->nodes[node].number;
    if (!(spread > 0))
      return pass_unsupported(g, node, error,
                              "variance + epsilon of channel %lld is %g, expected above 0",
                              (long long)c, spread);
    const double scale = (double)gamma[c] / sqrt(spread);
    a->scale[c] = (float)scale;
    a->shift[c] = (float)((double)beta[c] - (double)mean[c] * scale);
  }
  return OCTAVO_OK;
}

static octavo_status from_arithmetic(const graph *g, uint32_t node, const affine *a,
                                     octavo_error *error) {
  const graph_node *n = &g->nodes[node];
  const graph_tensor *tensor = &g->tensors[n->inputs[1]];
  const int64_t count = (int64_t)graph_element_count(tensor);
  if (count != 1 && (count != a->channels || tensor->shape[tensor->rank - 1] != count))
    return pass_unsupported(g, node, error,
                            "its constant differs from place to place, where only one number or "
                            "one per channel (%lld) is supported",
                            (long long)a->channels);
  for (int64_t c = 0; c < a->channels; c++) {
    const float value = ((const float *)tensor->data)[count == 1 ? 0 : c];
    a->scale[c] = n->op == GRAPH_OP_MULTIPLY ? value
                  : n->op == GRAPH_OP_DIVIDE ? 1.0f / value
                                             : 1.0f;
    a->shift[c] = n->op == GRAPH_OP_ADD_CONSTANT ? value
                  : n->op == GRAPH_OP_SUBTRACT   ? -value
                                                 : 0.0f;
    if (n->op == GRAPH_OP_SUBTRACT && n->flag) {
      a->scale[c] = -1.0f;
      a->shift[c] = value;
    }
    if (!isfinite(a->scale[c]) || !isfinite(a->shift[c]))
      return pass_unsupported(g, node, error, "its constant for channel %lld is %g", (long long)c,
                              (double)value);
  }
  return OCTAVO_OK;
}

static bool is_arithmetic(uint32_t op) {
  return op == GRAPH_OP_MULTIPLY || op == GRAPH_OP_SUBTRACT || op == GRAPH_OP_DIVIDE ||
         op == GRAPH_OP_ADD_CONSTANT;
}

static octavo_status convert(graph *g, uint32_t node, octavo_error *error) {
  affine a = {0};
  octavo_status status = create(g, node, &a, error);
  if (status == OCTAVO_OK)
    status = g->nodes[node].op == GRAPH_OP_BATCH_NORM ? from_batch_norm(g, node, &a, error)
                                                      : from_arithmetic(g, node, &a, error);
  if (status != OCTAVO_OK)
    return status;
  const int32_t x = g->nodes[node].inputs[0], y = g->nodes[node].outputs[0];
  const int32_t operands[3] = {x, a.scale_index, a.shift_index};
  graph_node *n = &g->nodes[node];
  uint32_t index = 0;
  status = graph_insert_node(g, node, GRAPH_OP_AFFINE, "affine", n->source_op, operands, 3, &y, 1,
                             &index, error);
  if (status != OCTAVO_OK)
    return status;
  /* The new node, which has room for three operands, takes the old one's name. */
  char *name = g->nodes[node].name;
  g->nodes[node].name = g->nodes[node + 1].name;
  g->nodes[node + 1].name = name;
  g->nodes[node].separate = g->nodes[node + 1].separate;
  graph_remove_node(g, node + 1);
  return OCTAVO_OK;
}

octavo_status pass_make_affine(graph *g, uint32_t *changes, octavo_error *error) {
  for (uint32_t i = 0; i < g->node_count; i++) {
    if (g->nodes[i].removed ||
        (!is_arithmetic(g->nodes[i].op) && g->nodes[i].op != GRAPH_OP_BATCH_NORM))
      continue;
    const octavo_status status = convert(g, i, error);
    if (status != OCTAVO_OK)
      return status;
    ++*changes;
  }
  return OCTAVO_OK;
}
