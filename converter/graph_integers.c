#include "converter/graph_integers.h"

#include "runtime/memory.h"

#include <string.h>

void graph_integers_free(graph_integers *integers) {
  if (integers == NULL)
    return;
  octavo_memory_free(integers->scales);
  octavo_memory_free(integers->values);
  octavo_memory_free(integers);
}

graph_integers *graph_integers_copy(const graph_integers *from) {
  graph_integers *copy = octavo_memory_alloc(1, sizeof *copy);
  if (copy == NULL)
    return NULL;
  *copy = *from;
  copy->scales = octavo_memory_alloc((size_t)from->scale_count + 1, sizeof *copy->scales);
  copy->values = from->values == NULL
                     ? NULL
                     : octavo_memory_alloc((size_t)from->value_count + 1, sizeof *copy->values);
  if (copy->scales == NULL || (from->values != NULL && copy->values == NULL)) {
    graph_integers_free(copy);
    return NULL;
  }
  memcpy(copy->scales, from->scales, from->scale_count * sizeof *copy->scales);
  if (from->values != NULL)
    memcpy(copy->values, from->values, from->value_count * sizeof *copy->values);
  return copy;
}

octavo_status graph_set_integers(graph *g, int32_t tensor, const graph_integers *from,
                                 octavo_error *error) {
  graph_integers *copy = from == NULL ? NULL : graph_integers_copy(from);
  if (from != NULL && copy == NULL)
    return octavo_error_memory(error, from->scale_count * sizeof(float), "scales of a constant");
  graph_integers_free(g->tensors[tensor].integers);
  g->tensors[tensor].integers = copy;
  return OCTAVO_OK;
}
