#include "proto.h"

#include "common/atomic_file.h"
#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

enum { IR_VERSION = 7, OPSET_VERSION = 13 };

struct proto_block {
  proto_block *next;
  alignas(max_align_t) uint8_t data[];
};

void proto_begin(proto_graph *p, const char *name) {
  *p = (proto_graph){0};
  onnx__graph_proto__init(&p->graph);
  p->graph.name = proto_name(p, name, "");
}

void proto_end(proto_graph *p) {
  octavo_memory_free(p->graph.node);
  octavo_memory_free(p->graph.initializer);
  octavo_memory_free(p->metadata);
  while (p->blocks != NULL) {
    proto_block *next = p->blocks->next;
    octavo_memory_free(p->blocks);
    p->blocks = next;
  }
}

void proto_fail(proto_graph *p, octavo_status status, const char *format, ...) {
  if (p->status != OCTAVO_OK)
    return;
  char text[sizeof p->error.text];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  p->status = octavo_error_set(&p->error, status, "%s", text);
}

static void fail_memory(proto_graph *p, uint64_t bytes) {
  if (p->status == OCTAVO_OK)
    p->status = octavo_error_memory(&p->error, bytes, "the network");
}

void *proto_alloc(proto_graph *p, size_t count, size_t size) {
  if (p->status != OCTAVO_OK)
    return NULL;
  uint64_t bytes = 0;
  size_t total = 0;
  if (!octavo_checked_multiply(count, size, &bytes) ||
      !octavo_checked_add(bytes, sizeof(proto_block), &bytes) ||
      !octavo_checked_size(bytes, &total)) {
    fail_memory(p, UINT64_MAX);
    return NULL;
  }
  proto_block *block = octavo_memory_alloc(1, total);
  if (block == NULL) {
    fail_memory(p, total);
    return NULL;
  }
  block->next = p->blocks;
  p->blocks = block;
  return block->data;
}

char *proto_format(proto_graph *p, const char *format, va_list arguments) {
  char text[256];
  vsnprintf(text, sizeof text, format, arguments);
  return proto_name(p, text, "");
}

char *proto_name(proto_graph *p, const char *base, const char *suffix) {
  if (p->status != OCTAVO_OK)
    return NULL;
  const size_t size = strlen(base) + strlen(suffix) + 1;
  char *name = proto_alloc(p, size, 1);
  if (name != NULL)
    snprintf(name, size, "%s%s", base, suffix);
  return name;
}

/* Makes room for one more pointer in an array. */
static bool grow(proto_graph *p, void *array, size_t count, uint32_t *capacity) {
  if (p->status != OCTAVO_OK)
    return false;
  if (count < *capacity)
    return true;
  const uint32_t wanted = *capacity ? *capacity * 2 : 64;
  void *old = NULL;
  memcpy(&old, array, sizeof old);
  void *grown = octavo_memory_resize(old, wanted, sizeof(void *));
  if (grown == NULL) {
    fail_memory(p, (uint64_t)wanted * sizeof(void *));
    return false;
  }
  memcpy(array, &grown, sizeof grown);
  *capacity = wanted;
  return true;
}

Onnx__NodeProto *proto_node(proto_graph *p, const char *op, const char *name, size_t input_count,
                            const char *const *inputs, const char *output) {
  Onnx__NodeProto *node = proto_alloc(p, 1, sizeof *node);
  if (!grow(p, &p->graph.node, p->graph.n_node, &p->node_capacity))
    return NULL;
  onnx__node_proto__init(node);
  node->op_type = proto_name(p, op, "");
  node->name = proto_name(p, name, "");
  node->input = proto_alloc(p, input_count, sizeof *node->input);
  node->output = proto_alloc(p, 1, sizeof *node->output);
  if (p->status != OCTAVO_OK)
    return NULL;
  for (size_t i = 0; i < input_count; i++)
    node->input[i] = proto_name(p, inputs[i], "");
  node->output[0] = proto_name(p, output, "");
  node->n_input = input_count;
  node->n_output = 1;
  p->graph.node[p->graph.n_node++] = node;
  return node;
}

/* Attributes per node; the most that any operator here has. */
enum { MAX_ATTRIBUTES = 8 };

static Onnx__AttributeProto *add_attribute(proto_graph *p, Onnx__NodeProto *node,
                                           const char *name) {
  if (node == NULL)
    return NULL;
  if (node->attribute == NULL)
    node->attribute = proto_alloc(p, MAX_ATTRIBUTES, sizeof(Onnx__AttributeProto *));
  Onnx__AttributeProto *attribute = proto_alloc(p, 1, sizeof *attribute);
  if (p->status != OCTAVO_OK)
    return NULL;
  onnx__attribute_proto__init(attribute);
  attribute->name = proto_name(p, name, "");
  attribute->has_type = true;
  node->attribute[node->n_attribute++] = attribute;
  return attribute;
}

void proto_attribute_int(proto_graph *p, Onnx__NodeProto *node, const char *name, int64_t value) {
  Onnx__AttributeProto *attribute = add_attribute(p, node, name);
  if (attribute == NULL)
    return;
  attribute->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
  attribute->has_i = true;
  attribute->i = value;
}

void proto_attribute_ints(proto_graph *p, Onnx__NodeProto *node, const char *name, size_t count,
                          const int64_t *values) {
  Onnx__AttributeProto *attribute = add_attribute(p, node, name);
  int64_t *copy = proto_alloc(p, count, sizeof *copy);
  if (attribute == NULL || copy == NULL)
    return;
  memcpy(copy, values, count * sizeof *copy);
  attribute->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
  attribute->n_ints = count;
  attribute->ints = copy;
}

void *proto_constant(proto_graph *p, const char *name, int32_t type, size_t rank,
                     const int64_t *shape, size_t bytes) {
  Onnx__TensorProto *tensor = proto_alloc(p, 1, sizeof *tensor);
  if (!grow(p, &p->graph.initializer, p->graph.n_initializer, &p->initializer_capacity))
    return NULL;
  onnx__tensor_proto__init(tensor);
  tensor->name = proto_name(p, name, "");
  tensor->dims = proto_alloc(p, rank, sizeof *tensor->dims);
  tensor->raw_data.data = proto_alloc(p, bytes, 1);
  if (p->status != OCTAVO_OK)
    return NULL;
  if (rank > 0)
    memcpy(tensor->dims, shape, rank * sizeof *tensor->dims);
  tensor->n_dims = rank;
  tensor->has_data_type = true;
  tensor->data_type = type;
  tensor->has_raw_data = true;
  tensor->raw_data.len = bytes;
  p->graph.initializer[p->graph.n_initializer++] = tensor;
  return tensor->raw_data.data;
}

/* One dimension: the batch "N" if value is 0. */
static Onnx__TensorShapeProto__Dimension *make_dimension(proto_graph *p, int64_t value) {
  Onnx__TensorShapeProto__Dimension *dimension = proto_alloc(p, 1, sizeof *dimension);
  if (dimension == NULL)
    return NULL;
  onnx__tensor_shape_proto__dimension__init(dimension);
  if (value == 0) {
    dimension->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    dimension->dim_param = proto_name(p, "N", "");
  } else {
    dimension->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    dimension->dim_value = value;
  }
  return dimension;
}

/* The list of `count` values with one more behind them. NULL after an error. */
static Onnx__ValueInfoProto **add_value_info(proto_graph *p, Onnx__ValueInfoProto *const *values,
                                             size_t count, const char *name, size_t rank,
                                             const int64_t *shape) {
  Onnx__ValueInfoProto **list = proto_alloc(p, count + 1, sizeof(*list));
  Onnx__ValueInfoProto *info = proto_alloc(p, 1, sizeof *info);
  Onnx__TypeProto *type = proto_alloc(p, 1, sizeof *type);
  Onnx__TypeProto__Tensor *tensor = proto_alloc(p, 1, sizeof *tensor);
  Onnx__TensorShapeProto *dims = proto_alloc(p, 1, sizeof *dims);
  Onnx__TensorShapeProto__Dimension **dim = proto_alloc(p, rank, sizeof(*dim));
  if (p->status != OCTAVO_OK)
    return NULL;
  onnx__tensor_shape_proto__init(dims);
  for (size_t i = 0; i < rank; i++)
    dim[i] = make_dimension(p, i == 0 ? 0 : shape[i]);
  dims->dim = dim;
  dims->n_dim = rank;
  onnx__type_proto__tensor__init(tensor);
  tensor->has_elem_type = true;
  tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  tensor->shape = dims;
  onnx__type_proto__init(type);
  type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  type->tensor_type = tensor;
  onnx__value_info_proto__init(info);
  info->name = proto_name(p, name, "");
  info->type = type;
  if (count > 0)
    memcpy(list, values, count * sizeof(*list));
  list[count] = info;
  return list;
}

void proto_input(proto_graph *p, const char *name, size_t rank, const int64_t *shape) {
  Onnx__ValueInfoProto **list =
      add_value_info(p, p->graph.input, p->graph.n_input, name, rank, shape);
  if (list == NULL)
    return;
  p->graph.input = list;
  p->graph.n_input++;
}

void proto_output(proto_graph *p, const char *name, size_t rank, const int64_t *shape) {
  Onnx__ValueInfoProto **list =
      add_value_info(p, p->graph.output, p->graph.n_output, name, rank, shape);
  if (list == NULL)
    return;
  p->graph.output = list;
  p->graph.n_output++;
}

void proto_metadata(proto_graph *p, const char *key, const char *value) {
  Onnx__StringStringEntryProto *entry = proto_alloc(p, 1, sizeof *entry);
  if (!grow(p, &p->metadata, p->metadata_count, &p->metadata_capacity))
    return;
  onnx__string_string_entry_proto__init(entry);
  entry->key = proto_name(p, key, "");
  entry->value = proto_name(p, value, "");
  p->metadata[p->metadata_count++] = entry;
}

static octavo_status pack_and_save(const Onnx__ModelProto *model, const char *path,
                                   octavo_error *error) {
  const size_t size = onnx__model_proto__get_packed_size(model);
  uint8_t *bytes = octavo_memory_alloc(size, 1);
  if (bytes == NULL)
    return octavo_error_memory(error, size, "the model file");
  onnx__model_proto__pack(model, bytes);
  const octavo_status status = atomic_file_save(path, bytes, size, error);
  octavo_memory_free(bytes);
  return status;
}

octavo_status proto_save(proto_graph *p, const char *producer, const char *path,
                         octavo_error *error) {
  if (p->status != OCTAVO_OK)
    return octavo_error_set(error, p->status, "%s", p->error.text);
  char domain[] = "", version[] = OCTAVO_VERSION;
  char *producer_name = proto_name(p, producer, "");
  if (producer_name == NULL)
    return octavo_error_set(error, p->status, "%s", p->error.text);
  Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT;
  opset.domain = domain;
  opset.has_version = true;
  opset.version = OPSET_VERSION;
  Onnx__OperatorSetIdProto *opsets[] = {&opset};
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  model.has_ir_version = true;
  model.ir_version = IR_VERSION;
  model.producer_name = producer_name;
  model.producer_version = version;
  model.n_opset_import = 1;
  model.opset_import = opsets;
  model.graph = &p->graph;
  model.n_metadata_props = p->metadata_count;
  model.metadata_props = p->metadata;
  return pack_and_save(&model, path, error);
}
