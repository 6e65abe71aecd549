#include "converter/graph.h"

#include "converter/graph_integers.h"
#include "runtime/checked.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

graph *graph_create(octavo_error *error) {
  graph *g = octavo_memory_alloc(1, sizeof *g);
  if (g == NULL)
    octavo_error_memory(error, sizeof *g, "the graph");
  return g;
}

static void free_tensor(graph_tensor *tensor) {
  octavo_memory_free(tensor->name);
  octavo_memory_free(tensor->data);
  octavo_memory_free(tensor->quantization.scales);
  graph_integers_free(tensor->integers);
  octavo_memory_free(tensor->quantization.decided);
}

static void free_node(graph_node *node) {
  octavo_memory_free(node->name);
  octavo_memory_free(node->source_op);
  octavo_memory_free(node->inputs);
  octavo_memory_free(node->outputs);
}

void graph_free(graph *g) {
  if (g == NULL)
    return;
  for (uint32_t i = 0; i < g->tensor_count; i++)
    free_tensor(&g->tensors[i]);
  for (uint32_t i = 0; i < g->node_count; i++)
    free_node(&g->nodes[i]);
  octavo_memory_free(g->tensors);
  octavo_memory_free(g->nodes);
  octavo_memory_free(g->inputs);
  octavo_memory_free(g->outputs);
  octavo_memory_free(g->metadata.labels);
  octavo_memory_free(g);
}

uint64_t graph_element_count(const graph_tensor *tensor) {
  uint64_t count = 1;
  for (uint32_t i = 0; i < tensor->rank; i++)
    count *= (uint64_t)tensor->shape[i];
  return count;
}

size_t graph_type_size(graph_type type) {
  switch (type) {
  case GRAPH_INT64:
    return 8;
  case GRAPH_FLOAT32:
  case GRAPH_INT32:
    return 4;
  case GRAPH_INT8:
  case GRAPH_UINT8:
  case GRAPH_BOOL:
    return 1;
  }
  return 0;
}

/* ---- Adding --------------------------------------------------------------------------------- */

static octavo_status reserve(void **items, uint32_t count, uint32_t *capacity, size_t size,
                             octavo_error *error) {
  if (count < *capacity)
    return OCTAVO_OK;
  if (*capacity > UINT32_MAX / 4)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "the graph has too many parts");
  const uint32_t larger = *capacity == 0 ? 32 : *capacity * 2;
  void *grown = octavo_memory_resize(*items, larger, size);
  if (grown == NULL)
    return octavo_error_memory(error, (uint64_t)larger * size, "the graph");
  *items = grown;
  *capacity = larger;
  return OCTAVO_OK;
}

typedef int32_t (*name_finder)(const graph *g, const char *name);

/* A copy of `name`, with _2, _3, ... behind it if it is taken. NULL: out of memory. */
static char *unique_name(const graph *g, const char *name, name_finder find) {
  if (name[0] == '\0')
    name = "unnamed";
  if (find(g, name) == GRAPH_NONE)
    return octavo_memory_copy_string(name);
  const size_t length = strlen(name) + 12;
  char *copy = octavo_memory_alloc(length, 1);
  if (copy == NULL)
    return NULL;
  uint32_t suffix = 2;
  do
    snprintf(copy, length, "%s_%u", name, suffix++);
  while (find(g, copy) != GRAPH_NONE);
  return copy;
}

static octavo_status tensor_bytes(const graph_tensor *tensor, const char *name, size_t *bytes,
                                  octavo_error *error) {
  uint64_t total = graph_type_size(tensor->type);
  for (uint32_t i = 0; i < tensor->rank; i++)
    if (tensor->shape[i] < 0 ||
        !octavo_checked_multiply(total, (uint64_t)tensor->shape[i], &total) || total > INT64_MAX)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "tensor '%s': dimension %u is %lld: negative, or the tensor is too "
                              "large to address",
                              name, i, (long long)tensor->shape[i]);
  if (!octavo_checked_size(total, bytes))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "tensor '%s' is too large", name);
  return OCTAVO_OK;
}

octavo_status graph_add_tensor(graph *g, const char *name, graph_type type, uint32_t rank,
                               const int64_t *shape, const void *data, int32_t *index,
                               octavo_error *error) {
  if (rank > GRAPH_MAX_RANK)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "tensor '%s' has rank %u, at most %d are supported", name, rank,
                            GRAPH_MAX_RANK);
  /* Before the table moves: `shape` may be that of a tensor in it. */
  graph_tensor tensor = {.type = type, .rank = rank, .constant = data != NULL};
  for (uint32_t i = 0; i < rank; i++)
    tensor.shape[i] = shape[i];
  void *tensors = g->tensors;
  octavo_status status =
      reserve(&tensors, g->tensor_count, &g->tensor_capacity, sizeof *g->tensors, error);
  g->tensors = tensors;
  if (status != OCTAVO_OK)
    return status;
  size_t bytes = 0;
  status = tensor_bytes(&tensor, name, &bytes, error);
  if (status != OCTAVO_OK)
    return status;
  if (data != NULL) {
    tensor.bytes = bytes;
    /* One byte more than none, so that an empty constant has data too. */
    tensor.data = octavo_memory_alloc(bytes == 0 ? 1 : bytes, 1);
    if (tensor.data == NULL)
      return octavo_error_memory(error, bytes, name);
    memcpy(tensor.data, data, bytes);
  }
  tensor.name = unique_name(g, name, graph_find_tensor);
  if (tensor.name == NULL) {
    octavo_memory_free(tensor.data);
    return octavo_error_memory(error, strlen(name), "a tensor's name");
  }
  *index = (int32_t)g->tensor_count;
  g->tensors[g->tensor_count++] = tensor;
  return OCTAVO_OK;
}

static int32_t *copy_indices(const int32_t *indices, uint32_t count) {
  int32_t *copy = octavo_memory_alloc(count == 0 ? 1 : count, sizeof *copy);
  if (copy != NULL && count > 0)
    memcpy(copy, indices, count * sizeof *copy);
  return copy;
}

octavo_status graph_insert_node(graph *g, uint32_t position, uint32_t op, const char *name,
                                const char *source_op, const int32_t *inputs, uint32_t input_count,
                                const int32_t *outputs, uint32_t output_count, uint32_t *index,
                                octavo_error *error) {
  void *nodes = g->nodes;
  octavo_status status = reserve(&nodes, g->node_count, &g->node_capacity, sizeof *g->nodes, error);
  g->nodes = nodes;
  if (status != OCTAVO_OK)
    return status;
  graph_node node = {.op = op, .input_count = input_count, .output_count = output_count};
  node.name = unique_name(g, name, graph_find_node);
  node.source_op = octavo_memory_copy_string(source_op);
  node.inputs = copy_indices(inputs, input_count);
  node.outputs = copy_indices(outputs, output_count);
  if (node.name == NULL || node.source_op == NULL || node.inputs == NULL || node.outputs == NULL) {
    free_node(&node);
    return octavo_error_memory(error, sizeof node, "a node of the graph");
  }
  memmove(&g->nodes[position + 1], &g->nodes[position],
          (g->node_count - position) * sizeof *g->nodes);
  g->nodes[position] = node;
  g->node_count++;
  *index = position;
  return OCTAVO_OK;
}

/* ---- Asking --------------------------------------------------------------------------------- */

int32_t graph_producer(const graph *g, int32_t tensor) {
  for (uint32_t i = 0; i < g->node_count; i++)
    for (uint32_t k = 0; !g->nodes[i].removed && k < g->nodes[i].output_count; k++)
      if (g->nodes[i].outputs[k] == tensor)
        return (int32_t)i;
  return GRAPH_NONE;
}

static uint32_t count_index(const int32_t *indices, uint32_t count, int32_t index) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++)
    found += indices[i] == index;
  return found;
}

uint32_t graph_use_count(const graph *g, int32_t tensor) {
  uint32_t uses = count_index(g->outputs, g->output_count, tensor);
  for (uint32_t i = 0; i < g->node_count; i++)
    if (!g->nodes[i].removed)
      uses += count_index(g->nodes[i].inputs, g->nodes[i].input_count, tensor);
  return uses;
}

int32_t graph_only_consumer(const graph *g, int32_t tensor) {
  if (count_index(g->outputs, g->output_count, tensor) > 0)
    return GRAPH_NONE;
  int32_t consumer = GRAPH_NONE;
  for (uint32_t i = 0; i < g->node_count; i++) {
    const graph_node *node = &g->nodes[i];
    if (node->removed || count_index(node->inputs, node->input_count, tensor) == 0)
      continue;
    if (consumer != GRAPH_NONE)
      return GRAPH_NONE;
    consumer = (int32_t)i;
  }
  return consumer;
}

/* ---- Rewriting ------------------------------------------------------------------------------ */

static void replace_index(int32_t *indices, uint32_t count, int32_t from, int32_t to) {
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] == from)
      indices[i] = to;
}

void graph_replace_uses(graph *g, int32_t from, int32_t to) {
  if (from == to)
    return;
  for (uint32_t i = 0; i < g->node_count; i++)
    if (!g->nodes[i].removed)
      replace_index(g->nodes[i].inputs, g->nodes[i].input_count, from, to);
  if (count_index(g->outputs, g->output_count, from) == 0)
    return;
  replace_index(g->outputs, g->output_count, from, to);
  char *name = g->tensors[from].name;
  g->tensors[from].name = g->tensors[to].name;
  g->tensors[to].name = name;
}

void graph_remove_node(graph *g, uint32_t node) {
  g->nodes[node].removed = true;
}

/* Removes, from the last node to the first, those whose results nobody reads. */
static void remove_dead_nodes(graph *g) {
  for (uint32_t i = g->node_count; i-- > 0;) {
    uint32_t uses = 0;
    for (uint32_t k = 0; k < g->nodes[i].output_count; k++)
      if (g->nodes[i].outputs[k] != GRAPH_NONE)
        uses += graph_use_count(g, g->nodes[i].outputs[k]);
    if (uses == 0)
      g->nodes[i].removed = true;
  }
}

static void mark_indices(int32_t *map, const int32_t *indices, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] != GRAPH_NONE)
      map[indices[i]] = 1;
}

static void map_indices(const int32_t *map, int32_t *indices, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (indices[i] != GRAPH_NONE)
      indices[i] = map[indices[i]];
}

static void drop_removed_nodes(graph *g) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < g->node_count; i++) {
    if (g->nodes[i].removed)
      free_node(&g->nodes[i]);
    else
      g->nodes[kept++] = g->nodes[i];
  }
  g->node_count = kept;
}

octavo_status graph_compact(graph *g, octavo_error *error) {
  int32_t *map = octavo_memory_alloc((size_t)g->tensor_count + 1, sizeof *map);
  if (map == NULL)
    return octavo_error_memory(error, (uint64_t)g->tensor_count * sizeof *map, "a tensor table");
  remove_dead_nodes(g);
  drop_removed_nodes(g);
  mark_indices(map, g->inputs, g->input_count);
  mark_indices(map, g->outputs, g->output_count);
  for (uint32_t i = 0; i < g->node_count; i++) {
    mark_indices(map, g->nodes[i].inputs, g->nodes[i].input_count);
    mark_indices(map, g->nodes[i].outputs, g->nodes[i].output_count);
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < g->tensor_count; i++) {
    if (map[i] == 0) {
      free_tensor(&g->tensors[i]);
      continue;
    }
    map[i] = (int32_t)kept;
    g->tensors[kept++] = g->tensors[i];
  }
  g->tensor_count = kept;
  map_indices(map, g->inputs, g->input_count);
  map_indices(map, g->outputs, g->output_count);
  for (uint32_t i = 0; i < g->node_count; i++) {
    map_indices(map, g->nodes[i].inputs, g->nodes[i].input_count);
    map_indices(map, g->nodes[i].outputs, g->nodes[i].output_count);
  }
  octavo_memory_free(map);
  return OCTAVO_OK;
}
