#include "converter/emit.h"

#include "runtime/error.h"
#include "runtime/memory.h"

static octavo_status check_tensor(const graph_tensor *t, octavo_error *error) {
  if (t->rank > OCTAVO_MAX_RANK)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "tensor '%s': expected at most %d dimensions, found %u", t->name,
                            OCTAVO_MAX_RANK, t->rank);
  if (t->type > GRAPH_INT32)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "tensor '%s': expected int8, int32 or float32, found a type of the "
                            "source model; no pass replaced it",
                            t->name);
  for (uint32_t i = 0; i < t->rank; i++)
    if (t->shape[i] < 0 || t->shape[i] > OCTAVO_FORMAT_MAX_DIMENSION)
      return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                              "tensor '%s': expected dimensions in [0, %u], found %lld", t->name,
                              OCTAVO_FORMAT_MAX_DIMENSION, (long long)t->shape[i]);
  return OCTAVO_OK;
}

static int32_t add_tensor(const graph_tensor *t, model_writer *writer) {
  uint32_t shape[OCTAVO_MAX_RANK] = {0};
  for (uint32_t i = 0; i < t->rank; i++)
    shape[i] = (uint32_t)t->shape[i];
  const octavo_type type = (octavo_type)t->type;
  if (!t->constant)
    return model_writer_add_activation(writer, t->name, type, t->rank, shape, t->quantization.scale,
                                       t->quantization.zero_point, t->arena_offset);
  if (t->type == GRAPH_INT8 && t->quantization.scales != NULL)
    return model_writer_add_channel_constant(writer, t->name, t->rank, shape, t->data,
                                             t->quantization.scales);
  return model_writer_add_constant(writer, t->name, type, t->rank, shape, t->data,
                                   t->quantization.scale);
}

static octavo_status add_tensors(const graph *g, model_writer *writer, int32_t *indices,
                                 octavo_error *error) {
  for (uint32_t t = 0; t < g->tensor_count; t++) {
    const octavo_status status = check_tensor(&g->tensors[t], error);
    if (status != OCTAVO_OK)
      return status;
    indices[t] = add_tensor(&g->tensors[t], writer);
  }
  return OCTAVO_OK;
}

/* `mapped` has room for `count`. */
static void map(const int32_t *indices, const int32_t *tensors, uint32_t count, int32_t *mapped) {
  for (uint32_t i = 0; i < count; i++)
    mapped[i] = tensors[i] == GRAPH_NONE ? -1 : indices[tensors[i]];
}

/* The format lists a bias that is left out; a graph may simply end before it. */
static uint32_t operand_count(const graph_node *node) {
  const bool weighted = node->op == OCTAVO_OP_CONVOLUTION || node->op == OCTAVO_OP_FULLY_CONNECTED;
  return weighted && node->input_count == 2 ? 3 : node->input_count;
}

static octavo_status add_operator(const graph_node *node, const int32_t *indices,
                                  model_writer *writer, octavo_error *error) {
  if (node->op >= GRAPH_OP_FIRST_IMPORTED || node->input_count == 0)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "layer '%s': expected an operator of the runtime, found %s, which no "
                            "pass replaced",
                            node->name, node->source_op);
  const uint32_t inputs = operand_count(node);
  int32_t *mapped = octavo_memory_alloc((size_t)inputs + node->output_count, sizeof *mapped);
  if (mapped == NULL)
    return octavo_error_memory(error, inputs * sizeof *mapped, "operands");
  mapped[inputs - 1] = -1;
  map(indices, node->inputs, node->input_count, mapped);
  map(indices, node->outputs, node->output_count, mapped + inputs);
  model_writer_add_operator(writer, node->name, (octavo_opcode)node->op, &node->attributes, inputs,
                            mapped, node->output_count, mapped + inputs);
  octavo_memory_free(mapped);
  return OCTAVO_OK;
}

octavo_status emit_graph(const graph *g, model_writer *writer, octavo_error *error) {
  const size_t ends = (size_t)g->input_count + g->output_count;
  int32_t *indices = octavo_memory_alloc(g->tensor_count + ends, sizeof *indices);
  if (indices == NULL)
    return octavo_error_memory(error, g->tensor_count * sizeof *indices, "tensor indices");
  octavo_status status = add_tensors(g, writer, indices, error);
  for (uint32_t n = 0; n < g->node_count && status == OCTAVO_OK; n++)
    status = add_operator(&g->nodes[n], indices, writer, error);
  if (status == OCTAVO_OK) {
    int32_t *inputs = indices + g->tensor_count, *outputs = inputs + g->input_count;
    map(indices, g->inputs, g->input_count, inputs);
    map(indices, g->outputs, g->output_count, outputs);
    model_writer_set_inputs(writer, g->input_count, inputs);
    model_writer_set_outputs(writer, g->output_count, outputs);
  }
  octavo_memory_free(indices);
  return status;
}
