/* Constant and ConstantOfShape. */
#include "converter/onnx/tensor_data.h"
#include "converter/operators/table.h"

#include "runtime/memory.h"

#include <string.h>

static const Onnx__AttributeProto *find(const onnx_node *n, const char *name) {
  for (size_t i = 0; i < n->proto->n_attribute; i++)
    if (n->proto->attribute[i]->name != NULL && strcmp(n->proto->attribute[i]->name, name) == 0)
      return n->proto->attribute[i];
  return NULL;
}

octavo_status import_constant(onnx_node *n) {
  const Onnx__AttributeProto *value = find(n, "value");
  if (value != NULL && value->t != NULL)
    return tensor_data_add(n->graph, value->t, n->proto->output[0], n->folder, &n->output,
                           n->error);
  const Onnx__AttributeProto *one_float = find(n, "value_float"), *one_int = find(n, "value_int");
  const Onnx__AttributeProto *floats = find(n, "value_floats"), *ints = find(n, "value_ints");
  const onnx_shape scalar = {0};
  if (one_float != NULL && one_float->has_f)
    return onnx_emit_constant(n, GRAPH_FLOAT32, &scalar, &one_float->f);
  if (one_int != NULL && one_int->has_i)
    return onnx_emit_constant(n, GRAPH_INT64, &scalar, &one_int->i);
  const Onnx__AttributeProto *list = floats != NULL ? floats : ints;
  if (list == NULL)
    return onnx_unsupported(n, "without a number, a list of numbers or a tensor");
  static const int64_t nothing;
  const onnx_shape shape = {.rank = 1,
                            .dims = {(int64_t)(floats != NULL ? floats->n_floats : ints->n_ints)}};
  const void *data = floats != NULL ? (const void *)floats->floats : ints->ints;
  return onnx_emit_constant(n, floats != NULL ? GRAPH_FLOAT32 : GRAPH_INT64, &shape,
                            data == NULL ? &nothing : data);
}

/* The one element that is repeated: a float32 0 unless given. */
static octavo_status read_fill(onnx_node *n, graph_type *type, uint8_t element[8]) {
  const Onnx__AttributeProto *value = find(n, "value");
  *type = GRAPH_FLOAT32;
  memset(element, 0, 8);
  if (value == NULL || value->t == NULL)
    return OCTAVO_OK;
  int32_t index = GRAPH_NONE;
  octavo_status status = tensor_data_add(n->graph, value->t, n->name, n->folder, &index, n->error);
  if (status != OCTAVO_OK)
    return status;
  const graph_tensor *tensor = &n->graph->tensors[index];
  if (graph_element_count(tensor) != 1)
    return onnx_invalid(n, "attribute value: expected one element");
  *type = tensor->type;
  memcpy(element, tensor->data, graph_type_size(tensor->type));
  return OCTAVO_OK;
}

octavo_status import_constant_of_shape(onnx_node *n) {
  onnx_shape shape;
  uint64_t count = 0;
  graph_type type = GRAPH_FLOAT32;
  uint8_t element[8];
  octavo_status status = onnx_expect_inputs(n, 1, 1);
  if (status == OCTAVO_OK)
    status = onnx_read_ints(n, 0, "shape", &shape);
  if (status == OCTAVO_OK)
    status = onnx_count(n, &shape, &count);
  if (status == OCTAVO_OK)
    status = read_fill(n, &type, element);
  if (status != OCTAVO_OK)
    return status;
  const size_t size = graph_type_size(type);
  uint8_t *data = octavo_memory_alloc((size_t)count + 1, size);
  if (data == NULL)
    return octavo_error_memory(n->error, count * size, "a constant");
  for (size_t i = 0; i < count; i++)
    memcpy(data + i * size, element, size);
  status = onnx_emit_constant(n, type, &shape, data);
  octavo_memory_free(data);
  return status;
}
