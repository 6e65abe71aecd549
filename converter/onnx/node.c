#include "converter/onnx/node.h"

#include "runtime/checked.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

octavo_status onnx_unsupported(const onnx_node *n, const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return octavo_error_set(n->error, OCTAVO_ERROR_UNSUPPORTED, "%s", text);
}

octavo_status onnx_invalid(const onnx_node *n, const char *format, ...) {
  char text[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return octavo_error_set(n->error, OCTAVO_ERROR_FORMAT, "%s", text);
}

/* ---- Operands ------------------------------------------------------------------------------- */

octavo_status onnx_expect_inputs(const onnx_node *n, uint32_t least, uint32_t most) {
  if (n->input_count < least || n->input_count > most)
    return onnx_invalid(n, "expected %u to %u inputs, found %u", least, most, n->input_count);
  for (uint32_t i = 0; i < least; i++)
    if (n->inputs[i] == GRAPH_NONE)
      return onnx_invalid(n, "input %u is left out", i);
  return OCTAVO_OK;
}

bool onnx_has_input(const onnx_node *n, uint32_t i) {
  return i < n->input_count && n->inputs[i] != GRAPH_NONE;
}

const graph_tensor *onnx_input(const onnx_node *n, uint32_t i) {
  return onnx_has_input(n, i) ? &n->graph->tensors[n->inputs[i]] : NULL;
}

bool onnx_is_constant(const onnx_node *n, uint32_t i) {
  return onnx_has_input(n, i) && onnx_input(n, i)->constant;
}

bool onnx_all_constant(const onnx_node *n) {
  for (uint32_t i = 0; i < n->input_count; i++)
    if (onnx_has_input(n, i) && !onnx_is_constant(n, i))
      return false;
  return true;
}

onnx_shape onnx_shape_of(const graph_tensor *tensor) {
  onnx_shape shape = {.rank = tensor->rank};
  memcpy(shape.dims, tensor->shape, sizeof shape.dims);
  return shape;
}

octavo_status onnx_expect_activation(const onnx_node *n, uint32_t i) {
  const graph_tensor *tensor = onnx_input(n, i);
  if (tensor == NULL)
    return onnx_invalid(n, "input %u is left out", i);
  if (tensor->constant)
    return onnx_unsupported(n, "input %u is a constant", i);
  if (tensor->type != GRAPH_FLOAT32)
    return onnx_unsupported(n, "input %u is not floating point", i);
  return OCTAVO_OK;
}

octavo_status onnx_expect_floats(const onnx_node *n, uint32_t i, int32_t rank, const char *what) {
  const graph_tensor *tensor = onnx_input(n, i);
  if (tensor == NULL)
    return onnx_invalid(n, "the %s is left out", what);
  if (!tensor->constant)
    return onnx_unsupported(n, "%s computed by the network, not constant", what);
  if (tensor->type != GRAPH_FLOAT32)
    return onnx_unsupported(n, "%s that is not floating point", what);
  if (rank != GRAPH_NONE && tensor->rank != (uint32_t)rank)
    return onnx_invalid(n, "the %s '%s': expected rank %d, found %u", what, tensor->name, (int)rank,
                        tensor->rank);
  return OCTAVO_OK;
}

static double element(const graph_tensor *tensor, size_t i) {
  switch (tensor->type) {
  case GRAPH_FLOAT32:
    return (double)((const float *)tensor->data)[i];
  case GRAPH_INT32:
    return (double)((const int32_t *)tensor->data)[i];
  case GRAPH_INT64:
    return (double)((const int64_t *)tensor->data)[i];
  case GRAPH_INT8:
    return (double)((const int8_t *)tensor->data)[i];
  case GRAPH_UINT8:
  case GRAPH_BOOL:
    return (double)((const uint8_t *)tensor->data)[i];
  }
  return NAN;
}

octavo_status onnx_read_number(const onnx_node *n, uint32_t i, const char *what, double *number) {
  const graph_tensor *tensor = onnx_input(n, i);
  if (tensor == NULL || !tensor->constant)
    return onnx_unsupported(n, "%s computed by the network, not constant", what);
  if (graph_element_count(tensor) != 1)
    return onnx_invalid(n, "the %s: expected one number, found %llu", what,
                        (unsigned long long)graph_element_count(tensor));
  *number = element(tensor, 0);
  return OCTAVO_OK;
}

octavo_status onnx_read_list(const onnx_node *n, uint32_t i, const char *what, uint32_t count,
                             int64_t *values) {
  const graph_tensor *tensor = onnx_input(n, i);
  if (tensor == NULL || !tensor->constant)
    return onnx_unsupported(n, "%s computed by the network, not constant", what);
  if (graph_element_count(tensor) != count || tensor->rank > 1)
    return onnx_invalid(n, "the %s: expected a list of %u numbers, found rank %u and %llu", what,
                        count, tensor->rank, (unsigned long long)graph_element_count(tensor));
  if (tensor->type != GRAPH_INT64 && tensor->type != GRAPH_INT32)
    return onnx_invalid(n, "the %s: expected whole numbers", what);
  for (uint32_t k = 0; k < count; k++)
    values[k] = tensor->type == GRAPH_INT64 ? ((const int64_t *)tensor->data)[k]
                                            : ((const int32_t *)tensor->data)[k];
  return OCTAVO_OK;
}

octavo_status onnx_read_ints(const onnx_node *n, uint32_t i, const char *what, onnx_shape *ints) {
  *ints = (onnx_shape){0};
  const graph_tensor *tensor = onnx_input(n, i);
  const uint64_t count = tensor != NULL && tensor->constant ? graph_element_count(tensor) : 0;
  if (count > GRAPH_MAX_RANK)
    return onnx_invalid(n, "the %s: expected a list of at most %d numbers, found %llu", what,
                        GRAPH_MAX_RANK, (unsigned long long)count);
  ints->rank = (uint32_t)count;
  return onnx_read_list(n, i, what, ints->rank, ints->dims);
}

octavo_status onnx_check_axis(const onnx_node *n, int64_t *axis, uint32_t rank) {
  const int64_t found = *axis;
  if (found < 0)
    *axis = found + (int64_t)rank;
  if (*axis < 0 || *axis >= (int64_t)rank)
    return onnx_invalid(n, "axis: expected %d to %d, found %lld", -(int)rank, (int)rank - 1,
                        (long long)found);
  return OCTAVO_OK;
}

octavo_status onnx_read_axes(const onnx_node *n, uint32_t i, uint32_t rank, onnx_shape *axes,
                             bool *found) {
  octavo_status status = onnx_has_input(n, i) ? onnx_read_ints(n, i, "axes", axes)
                                              : onnx_attribute_ints(n, "axes", axes);
  *found = onnx_has_input(n, i) || onnx_has_attribute(n, "axes");
  for (uint32_t k = 0; k < axes->rank && status == OCTAVO_OK; k++) {
    status = onnx_check_axis(n, &axes->dims[k], rank);
    for (uint32_t j = 0; j < k && status == OCTAVO_OK; j++)
      if (axes->dims[j] == axes->dims[k])
        status = onnx_invalid(n, "axis %lld is listed twice", (long long)axes->dims[k]);
  }
  return status;
}

/* ---- Adding --------------------------------------------------------------------------------- */

octavo_status onnx_count(const onnx_node *n, const onnx_shape *shape, uint64_t *count) {
  uint64_t total = 1;
  for (uint32_t i = 0; i < shape->rank; i++) {
    if (shape->dims[i] < 0 || shape->dims[i] > ONNX_MAX_DIMENSION)
      return onnx_invalid(n, "dimension %u would be %lld: expected 0 to %u", i,
                          (long long)shape->dims[i], ONNX_MAX_DIMENSION);
    if (!octavo_checked_multiply(total, (uint64_t)shape->dims[i], &total) ||
        total > ONNX_MAX_ELEMENTS)
      return onnx_invalid(n, "its result would have more than %u elements", ONNX_MAX_ELEMENTS);
  }
  *count = total;
  return OCTAVO_OK;
}

static octavo_status emit(onnx_node *n, uint32_t op, const int32_t *inputs, uint32_t input_count,
                          const onnx_shape *shape, const char *output_name, graph_node **node,
                          int32_t *output) {
  uint64_t count = 0;
  octavo_status status = onnx_count(n, shape, &count);
  if (status == OCTAVO_OK && count == 0)
    status = onnx_unsupported(n, "with an empty result");
  if (status == OCTAVO_OK && (shape->rank == 0 || shape->dims[0] != 1))
    status = onnx_unsupported(n, "moves values into the batch dimension");
  if (status == OCTAVO_OK)
    status = graph_add_tensor(n->graph, output_name, GRAPH_FLOAT32, shape->rank, shape->dims, NULL,
                              output, n->error);
  uint32_t index = 0;
  if (status == OCTAVO_OK)
    status = graph_insert_node(n->graph, n->graph->node_count, op, n->name, n->proto->op_type,
                               inputs, input_count, output, 1, &index, n->error);
  if (status == OCTAVO_OK)
    *node = &n->graph->nodes[index];
  return status;
}

octavo_status onnx_emit(onnx_node *n, uint32_t op, const int32_t *inputs, uint32_t input_count,
                        const onnx_shape *shape, graph_node **node) {
  return emit(n, op, inputs, input_count, shape, n->proto->output[0], node, &n->output);
}

octavo_status onnx_emit_output(onnx_node *n, uint32_t i, uint32_t op, const int32_t *inputs,
                               uint32_t input_count, const onnx_shape *shape, graph_node **node) {
  if (i == 0)
    return onnx_emit(n, op, inputs, input_count, shape, node);
  octavo_status status =
      emit(n, op, inputs, input_count, shape, n->proto->output[i], node, &n->others[i - 1]);
  if (status == OCTAVO_OK)
    n->other_count = i;
  return status;
}

octavo_status onnx_emit_step(onnx_node *n, uint32_t op, const int32_t *inputs, uint32_t input_count,
                             const onnx_shape *shape, graph_node **node, int32_t *output) {
  return emit(n, op, inputs, input_count, shape, n->name, node, output);
}

octavo_status onnx_add_constant(onnx_node *n, uint32_t i, const onnx_shape *shape,
                                const float *data, int32_t *index) {
  const int32_t old = n->inputs[i];
  octavo_status status = graph_add_tensor(n->graph, n->graph->tensors[old].name, GRAPH_FLOAT32,
                                          shape->rank, shape->dims, data, index, n->error);
  if (status != OCTAVO_OK)
    return status;
  char *name = n->graph->tensors[old].name;
  n->graph->tensors[old].name = n->graph->tensors[*index].name;
  n->graph->tensors[*index].name = name;
  return OCTAVO_OK;
}

octavo_status onnx_emit_constant(onnx_node *n, graph_type type, const onnx_shape *shape,
                                 const void *data) {
  uint64_t count = 0;
  octavo_status status = onnx_count(n, shape, &count);
  if (status != OCTAVO_OK)
    return status;
  *n->computed_bytes += count * graph_type_size(type);
  if (*n->computed_bytes > ONNX_MAX_COMPUTED)
    return onnx_invalid(n, "constants computed from others would take more than %u MiB",
                        ONNX_MAX_COMPUTED >> 20);
  return graph_add_tensor(n->graph, n->proto->output[0], type, shape->rank, shape->dims, data,
                          &n->output, n->error);
}

void onnx_alias(onnx_node *n, int32_t tensor) {
  n->output = tensor;
}
