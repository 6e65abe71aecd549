/* Gemm: alpha · A · B + beta · C, with the factors folded into the constants B and C. */
#include "converter/operators/table.h"

#include "runtime/memory.h"

#include <math.h>

typedef struct gemm {
  float alpha, beta;
  int64_t transpose_b;
  int64_t inputs, outputs;
} gemm;

static octavo_status read_attributes(const onnx_node *n, gemm *m) {
  int64_t transpose_a = 0;
  octavo_status status = onnx_attribute_float(n, "alpha", 1.0f, &m->alpha);
  if (status == OCTAVO_OK)
    status = onnx_attribute_float(n, "beta", 1.0f, &m->beta);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "transA", 0, &transpose_a);
  if (status == OCTAVO_OK)
    status = onnx_attribute_int(n, "transB", 0, &m->transpose_b);
  if (status == OCTAVO_OK && transpose_a != 0)
    status = onnx_unsupported(n, "transA");
  return status;
}

static octavo_status check(const onnx_node *n, gemm *m) {
  octavo_status status = onnx_expect_inputs(n, 2, 3);
  if (status == OCTAVO_OK)
    status = onnx_expect_activation(n, 0);
  if (status == OCTAVO_OK)
    status = onnx_expect_floats(n, 1, 2, "weights");
  if (status == OCTAVO_OK && onnx_has_input(n, 2))
    status = onnx_expect_floats(n, 2, GRAPH_NONE, "bias");
  if (status == OCTAVO_OK)
    status = read_attributes(n, m);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *x = onnx_input(n, 0), *b = onnx_input(n, 1), *c = onnx_input(n, 2);
  m->inputs = b->shape[m->transpose_b ? 1 : 0];
  m->outputs = b->shape[m->transpose_b ? 0 : 1];
  if (x->rank != 2 || x->shape[1] != m->inputs)
    return onnx_invalid(n, "expected an input of rank 2 with %lld columns, found rank %u and %lld",
                        (long long)m->inputs, x->rank,
                        (long long)(x->rank == 0 ? 0 : x->shape[x->rank - 1]));
  if (c != NULL && c->rank == 2 && c->shape[0] != 1)
    return onnx_unsupported(n, "a bias with one row per image");
  const int64_t bias = c == NULL ? 1 : (int64_t)graph_element_count(c);
  if (bias != 1 && (bias != m->outputs || c->shape[c->rank - 1] != bias))
    return onnx_invalid(n, "the bias: expected %lld elements, found %lld", (long long)m->outputs,
                        (long long)bias);
  return OCTAVO_OK;
}

static octavo_status add_weights(onnx_node *n, const gemm *m, int32_t *index) {
  const float *b = onnx_input(n, 1)->data;
  float *weights = octavo_memory_alloc((size_t)(m->inputs * m->outputs) + 1, sizeof *weights);
  if (weights == NULL)
    return octavo_error_memory(n->error, (uint64_t)(m->inputs * m->outputs) * 4, "weights");
  for (int64_t o = 0; o < m->outputs; o++)
    for (int64_t i = 0; i < m->inputs; i++)
      weights[o * m->inputs + i] =
          m->alpha * b[m->transpose_b ? o * m->inputs + i : i * m->outputs + o];
  const onnx_shape shape = {.rank = 2, .dims = {m->outputs, m->inputs}};
  octavo_status status = onnx_add_constant(n, 1, &shape, weights, index);
  octavo_memory_free(weights);
  if (status == OCTAVO_OK && m->alpha == 1.0f)
    status = graph_set_integers(n->graph, *index, onnx_input(n, 1)->integers, n->error);
  graph_integers *integers = status == OCTAVO_OK ? n->graph->tensors[*index].integers : NULL;
  if (integers != NULL && !m->transpose_b)
    integers->axis = 1 - integers->axis;
  return status;
}

static octavo_status add_bias(onnx_node *n, const gemm *m, int32_t *index) {
  const graph_tensor *c = onnx_input(n, 2);
  float *bias = octavo_memory_alloc((size_t)m->outputs + 1, sizeof *bias);
  if (bias == NULL)
    return octavo_error_memory(n->error, (uint64_t)m->outputs * 4, "a bias");
  const bool one = graph_element_count(c) == 1;
  for (int64_t o = 0; o < m->outputs; o++)
    bias[o] = m->beta * ((const float *)c->data)[one ? 0 : o];
  const onnx_shape shape = {.rank = 1, .dims = {m->outputs}};
  octavo_status status = onnx_add_constant(n, 2, &shape, bias, index);
  octavo_memory_free(bias);
  if (status == OCTAVO_OK && m->beta == 1.0f && !one && onnx_input(n, 2)->rank == 1)
    status = graph_set_integers(n->graph, *index, onnx_input(n, 2)->integers, n->error);
  return status;
}

octavo_status import_gemm(onnx_node *n) {
  gemm m = {0};
  int32_t operands[3] = {n->inputs[0], GRAPH_NONE, GRAPH_NONE};
  octavo_status status = check(n, &m);
  if (status == OCTAVO_OK)
    status = add_weights(n, &m, &operands[1]);
  if (status == OCTAVO_OK && onnx_has_input(n, 2))
    status = add_bias(n, &m, &operands[2]);
  if (status != OCTAVO_OK)
    return status;
  const onnx_shape shape = {.rank = 2, .dims = {onnx_input(n, 0)->shape[0], m.outputs}};
  graph_node *node = NULL;
  status = onnx_emit(n, OCTAVO_OP_FULLY_CONNECTED, operands, operands[2] == GRAPH_NONE ? 2 : 3,
                     &shape, &node);
  if (status == OCTAVO_OK)
    node->attributes.clamp =
        (octavo_attributes_clamp){.clamp_min = -INFINITY, .clamp_max = INFINITY};
  return status;
}
