#include "converter/graph.h"

#include "converter/graph_integers.h"
#include "runtime/memory.h"

#include <string.h>

/* A copy of `bytes` bytes. NULL stays NULL; *failed is set when memory is short. */
static void *copy_bytes(const void *data, size_t count, size_t size, bool *failed) {
  if (data == NULL)
    return NULL;
  void *copy = octavo_memory_alloc(count == 0 ? 1 : count, size);
  if (copy == NULL)
    *failed = true;
  else if (count > 0)
    memcpy(copy, data, count * size);
  return copy;
}

static char *copy_text(const char *text, bool *failed) {
  return copy_bytes(text, text == NULL ? 0 : strlen(text) + 1, 1, failed);
}

static graph_tensor copy_tensor(const graph_tensor *from, bool *failed) {
  graph_tensor to = *from;
  to.name = copy_text(from->name, failed);
  to.data = copy_bytes(from->data, from->bytes, 1, failed);
  to.quantization.scales =
      copy_bytes(from->quantization.scales, from->quantization.scale_count, sizeof(float), failed);
  if (from->integers != NULL && (to.integers = graph_integers_copy(from->integers)) == NULL)
    *failed = true;
  return to;
}

static graph_node copy_node(const graph_node *from, bool *failed) {
  graph_node to = *from;
  to.name = copy_text(from->name, failed);
  to.source_op = copy_text(from->source_op, failed);
  to.inputs = copy_bytes(from->inputs, from->input_count, sizeof(int32_t), failed);
  to.outputs = copy_bytes(from->outputs, from->output_count, sizeof(int32_t), failed);
  return to;
}

graph *graph_copy(const graph *g, octavo_error *error) {
  graph *copy = graph_create(error);
  if (copy == NULL)
    return NULL;
  bool failed = false;
  copy->inputs = copy_bytes(g->inputs, g->input_count, sizeof(int32_t), &failed);
  copy->outputs = copy_bytes(g->outputs, g->output_count, sizeof(int32_t), &failed);
  copy->tensors = octavo_memory_alloc((size_t)g->tensor_count + 1, sizeof *copy->tensors);
  copy->nodes = octavo_memory_alloc((size_t)g->node_count + 1, sizeof *copy->nodes);
  copy->metadata = g->metadata;
  copy->metadata.labels = copy_text(g->metadata.labels, &failed);
  if (copy->tensors == NULL || copy->nodes == NULL)
    failed = true;
  copy->input_count = g->input_count;
  copy->output_count = g->output_count;
  copy->tensor_capacity = g->tensor_count + 1;
  copy->node_capacity = g->node_count + 1;
  for (uint32_t i = 0; !failed && i < g->tensor_count; i++)
    copy->tensors[copy->tensor_count++] = copy_tensor(&g->tensors[i], &failed);
  for (uint32_t i = 0; !failed && i < g->node_count; i++)
    copy->nodes[copy->node_count++] = copy_node(&g->nodes[i], &failed);
  if (failed) {
    graph_free(copy);
    octavo_error_memory(error, 0, "a copy of the graph");
    return NULL;
  }
  return copy;
}
