/* The values that an ONNX graph declares: inputs, initializers, outputs. */
#include "converter/onnx/import.h"

#include "common/utf8.h"
#include "converter/onnx/node.h"
#include "converter/onnx/tensor_data.h"
#include "runtime/memory.h"

#include <string.h>

octavo_status importer_check_name(const onnx_importer *importer, const char *name,
                                  const char *what) {
  if (name == NULL || name[0] == '\0')
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT, "the graph: %s has no name",
                            what);
  /* Room for the suffixes that make names unique. */
  if (strlen(name) > OCTAVO_FORMAT_MAX_NAME - 16)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "the graph: the name of %s, '%.40s…', is longer than %u bytes", what,
                            name, OCTAVO_FORMAT_MAX_NAME - 16);
  const char *fault = utf8_name_fault(name, strlen(name));
  return fault == NULL ? OCTAVO_OK
                       : octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                                          "the graph: the name of %s %s", what, fault);
}

octavo_status importer_define(onnx_importer *importer, const char *name, int32_t value) {
  if (name_map_find(&importer->values, name) != NULL)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "the value '%.200s' is defined twice", name);
  if (!name_map_set(&importer->values, name, value))
    return octavo_error_memory(importer->error, strlen(name), "a name");
  return OCTAVO_OK;
}

/* ---- Initializers --------------------------------------------------------------------------- */

static octavo_status add_initializer(onnx_importer *importer, const Onnx__TensorProto *proto) {
  octavo_status status = importer_check_name(importer, proto->name, "an initializer");
  int32_t index = GRAPH_NONE;
  if (status != OCTAVO_OK)
    return status;
  status = tensor_data_add(importer->graph, proto, proto->name, importer->folder, &index,
                           importer->error);
  if (status != OCTAVO_OK) {
    octavo_error_prefix(importer->error, "initializer '%.200s'", proto->name);
    return status;
  }
  return importer_define(importer, proto->name, index);
}

octavo_status importer_add_initializers(onnx_importer *importer) {
  const Onnx__GraphProto *source = importer->model->graph;
  if (source->n_sparse_initializer > 0)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "the graph: %zu initializers are sparse, which is not supported",
                            source->n_sparse_initializer);
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < source->n_initializer && status == OCTAVO_OK; i++)
    status = add_initializer(importer, source->initializer[i]);
  return status;
}

/* ---- Inputs --------------------------------------------------------------------------------- */

/* One dimension that is not the batch. */
static octavo_status fixed_dimension(const onnx_importer *importer, const char *name, size_t i,
                                     const Onnx__TensorShapeProto__Dimension *dimension,
                                     int64_t *value) {
  const bool fixed = dimension->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
  const bool named = dimension->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
  if (!fixed || dimension->dim_value == -1)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "input '%.200s': dimension %zu is dynamic%s%.40s; only the batch "
                            "(dimension 0) may be: export the network with a fixed image size",
                            name, i, named ? ": " : "", named ? dimension->dim_param : "");
  if (dimension->dim_value < 1 || dimension->dim_value > ONNX_MAX_DIMENSION)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "input '%.200s': dimension %zu: expected 1 to %u, found %lld", name, i,
                            ONNX_MAX_DIMENSION, (long long)dimension->dim_value);
  *value = dimension->dim_value;
  return OCTAVO_OK;
}

static octavo_status input_shape(onnx_importer *importer, const char *name,
                                 const Onnx__TensorShapeProto *proto, onnx_shape *shape) {
  if (proto->n_dim < 2 || proto->n_dim > OCTAVO_MAX_RANK)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "input '%.200s': expected 2 to %d dimensions, the first being the "
                            "batch, found %zu",
                            name, OCTAVO_MAX_RANK, proto->n_dim);
  *shape = (onnx_shape){.rank = (uint32_t)proto->n_dim, .dims = {1}};
  const Onnx__TensorShapeProto__Dimension *batch = proto->dim[0];
  const bool fixed = batch->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
  if (fixed && batch->dim_value > 1)
    importer->source_batch = batch->dim_value;
  octavo_status status = OCTAVO_OK;
  uint64_t elements = 1;
  for (size_t i = 1; i < proto->n_dim && status == OCTAVO_OK; i++) {
    status = fixed_dimension(importer, name, i, proto->dim[i], &shape->dims[i]);
    if (status == OCTAVO_OK && (elements *= (uint64_t)shape->dims[i]) > ONNX_MAX_ELEMENTS)
      status =
          octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                           "input '%.200s' has more than %u elements", name, ONNX_MAX_ELEMENTS);
  }
  return status;
}

/* Whether an operator that tells what integers stand for reads the value. */
static bool is_read_quantized(const onnx_importer *importer, const char *name) {
  const Onnx__GraphProto *source = importer->model->graph;
  for (size_t n = 0; n < source->n_node; n++) {
    const Onnx__NodeProto *node = source->node[n];
    const bool tells = node->op_type != NULL && (strncmp(node->op_type, "QLinear", 7) == 0 ||
                                                 strcmp(node->op_type, "QGemm") == 0 ||
                                                 strcmp(node->op_type, "DequantizeLinear") == 0);
    for (size_t i = 0; tells && i < node->n_input; i++)
      if (strcmp(node->input[i], name) == 0)
        return true;
  }
  return false;
}

/* False: no type that an input may have. */
static bool input_type(const onnx_importer *importer, const char *name, int element,
                       graph_type *type) {
  switch (element) {
  case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
  case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16:
  case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
    *type = GRAPH_FLOAT32;
    return true;
  case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
  case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8:
    *type = element == ONNX__TENSOR_PROTO__DATA_TYPE__INT8 ? GRAPH_INT8 : GRAPH_UINT8;
    return is_read_quantized(importer, name);
  default:
    return false;
  }
}

static octavo_status add_input(onnx_importer *importer, const Onnx__ValueInfoProto *proto) {
  octavo_status status = importer_check_name(importer, proto->name, "an input");
  if (status != OCTAVO_OK)
    return status;
  const Onnx__TypeProto *type = proto->type;
  if (type == NULL || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "input '%.200s' is not a tensor", proto->name);
  const int element = type->tensor_type->elem_type;
  graph_type kind = GRAPH_FLOAT32;
  if (!input_type(importer, proto->name, element, &kind))
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "input '%.200s' has data type %d, expected floating point: export the "
                            "network without its preprocessing",
                            proto->name, element);
  if (type->tensor_type->shape == NULL)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "input '%.200s' has no shape: export the network with a fixed image "
                            "size",
                            proto->name);
  onnx_shape shape;
  status = input_shape(importer, proto->name, type->tensor_type->shape, &shape);
  int32_t index = GRAPH_NONE;
  if (status == OCTAVO_OK)
    status = graph_add_tensor(importer->graph, proto->name, kind, shape.rank, shape.dims, NULL,
                              &index, importer->error);
  if (status == OCTAVO_OK)
    status = importer_define(importer, proto->name, index);
  if (status == OCTAVO_OK)
    importer->graph->inputs[importer->graph->input_count++] = index;
  return status;
}

octavo_status importer_add_inputs(onnx_importer *importer) {
  const Onnx__GraphProto *source = importer->model->graph;
  graph *g = importer->graph;
  g->inputs = octavo_memory_alloc(source->n_input + 1, sizeof *g->inputs);
  if (g->inputs == NULL)
    return octavo_error_memory(importer->error, source->n_input, "the inputs");
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < source->n_input && status == OCTAVO_OK; i++) {
    const char *name = source->input[i]->name;
    const int32_t *known = name == NULL ? NULL : name_map_find(&importer->values, name);
    /* Before IR version 4, initializers are listed among the inputs too. */
    if (known == NULL || !g->tensors[*known].constant)
      status = add_input(importer, source->input[i]);
  }
  if (status == OCTAVO_OK && g->input_count == 0)
    status = octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT, "the graph has no input");
  return status;
}

/* ---- Outputs -------------------------------------------------------------------------------- */

/* Operators that become several may have given the name to another of their tensors. */
static void keep_name(graph *g, int32_t output, const char *name) {
  for (uint32_t i = 0; i < g->tensor_count; i++) {
    if (strcmp(g->tensors[i].name, name) != 0)
      continue;
    char *other = g->tensors[output].name;
    g->tensors[output].name = g->tensors[i].name;
    g->tensors[i].name = other;
    return;
  }
}

static octavo_status set_output(onnx_importer *importer, const char *name) {
  graph *g = importer->graph;
  octavo_status status = importer_check_name(importer, name, "an output");
  if (status != OCTAVO_OK)
    return status;
  const int32_t *value = name_map_find(&importer->values, name);
  if (value == NULL)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "output '%.200s' is not computed by any node", name);
  if (*value < 0)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "output '%.200s' is the second output of an operator, which is not "
                            "supported",
                            name);
  if (g->tensors[*value].constant)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "output '%.200s' does not depend on the input", name);
  for (uint32_t i = 0; i < g->output_count; i++)
    if (g->outputs[i] == *value)
      return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                              "output '%.200s' is listed twice", name);
  g->outputs[g->output_count++] = *value;
  keep_name(g, *value, name);
  return OCTAVO_OK;
}

octavo_status importer_set_outputs(onnx_importer *importer) {
  const Onnx__GraphProto *source = importer->model->graph;
  graph *g = importer->graph;
  g->outputs = octavo_memory_alloc(source->n_output + 1, sizeof *g->outputs);
  if (g->outputs == NULL)
    return octavo_error_memory(importer->error, source->n_output, "the outputs");
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < source->n_output && status == OCTAVO_OK; i++)
    status = set_output(importer, source->output[i]->name);
  if (status == OCTAVO_OK && g->output_count == 0)
    status = octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT, "the graph has no output");
  return status;
}
