#include "converter/onnx/import.h"

#include "converter/onnx/file_kind.h"
#include "converter/onnx/onnx_import.h"
#include "converter/onnx/wire_scan.h"
#include "converter/operators/quantization.h"
#include "platforms/platform.h"
#include "runtime/memory.h"

#include <stdio.h>
#include <string.h>

/* More than any network has; bounds the time that a hostile file can take. */
#define MAX_NODES 65536u

/* ---- Nodes ---------------------------------------------------------------------------------- */

/* What became of looking up a node's inputs. */
typedef enum inputs_state { INPUTS_KNOWN, INPUTS_UNKNOWN, INPUTS_FAILED } inputs_state;

static inputs_state find_inputs(const onnx_importer *importer, onnx_node *n) {
  const Onnx__NodeProto *proto = n->proto;
  inputs_state state = INPUTS_KNOWN;
  for (size_t i = 0; i < proto->n_input; i++) {
    const char *name = proto->input[i];
    if (name[0] == '\0') {
      n->inputs[i] = GRAPH_NONE;
      continue;
    }
    const int32_t *value = name_map_find(&importer->values, name);
    if (value == NULL) {
      onnx_invalid(n,
                   "its input '%.200s' is not defined by an initializer, a graph input or an "
                   "earlier node (is it missing, are the nodes out of order, or do they form a "
                   "cycle?)",
                   name);
      return INPUTS_FAILED;
    }
    if (*value < 0)
      state = INPUTS_UNKNOWN;
    n->inputs[i] = *value;
    n->input_count = (uint32_t)i + 1;
  }
  return state;
}

static octavo_status define_outputs(onnx_importer *importer, const onnx_node *n, int32_t first) {
  octavo_status status = OCTAVO_OK;
  for (size_t i = 0; i < n->proto->n_output && status == OCTAVO_OK; i++)
    if (n->proto->output[i][0] != '\0')
      status = importer_define(importer, n->proto->output[i],
                               i == 0 || first < 0      ? first
                               : i - 1 < n->other_count ? n->others[i - 1]
                                                        : ONNX_VALUE_UNAVAILABLE);
  return status;
}

static bool reads_unavailable(const onnx_node *n) {
  for (uint32_t i = 0; i < n->input_count; i++)
    if (n->inputs[i] == ONNX_VALUE_UNAVAILABLE)
      return true;
  return false;
}

/* Of a node that reads results of operators that are not supported nothing can be told. */
static octavo_status pass_over(onnx_importer *importer, const onnx_node *n) {
  if (!unsupported_add(&importer->unchecked, n->proto->op_type, NULL, n->name))
    return octavo_error_memory(importer->error, 0, "a message");
  return define_outputs(importer, n, ONNX_VALUE_UNKNOWN);
}

/* Imports a node whose operator is in the table, or notes why it cannot be. */
static octavo_status import_known(onnx_importer *importer, const onnx_operator *op, onnx_node *n) {
  const inputs_state state = find_inputs(importer, n);
  if (state == INPUTS_FAILED)
    return OCTAVO_ERROR_FORMAT;
  if (state == INPUTS_UNKNOWN && !reads_unavailable(n))
    return pass_over(importer, n);
  octavo_status status =
      state == INPUTS_UNKNOWN
          ? onnx_unsupported(n, "reads an output beyond the first of another operator")
          : quantization_import(op, n);
  if (status == OCTAVO_ERROR_UNSUPPORTED) {
    if (!unsupported_add(&importer->unsupported, n->proto->op_type, importer->error->text, n->name))
      return octavo_error_memory(importer->error, 0, "a message");
    n->output = ONNX_VALUE_UNKNOWN;
    status = OCTAVO_OK;
  }
  return status == OCTAVO_OK ? define_outputs(importer, n, n->output) : status;
}

static octavo_status import_unknown(onnx_importer *importer, const onnx_node *n) {
  const char *domain = n->proto->domain;
  char op[256];
  const bool plain = domain == NULL || domain[0] == '\0' || strcmp(domain, "ai.onnx") == 0;
  snprintf(op, sizeof op, "%.100s%s%.100s", plain ? "" : domain, plain ? "" : ".",
           n->proto->op_type);
  if (!unsupported_add(&importer->unsupported, op, NULL, n->name))
    return octavo_error_memory(importer->error, 0, "a message");
  return define_outputs(importer, n, ONNX_VALUE_UNKNOWN);
}

static octavo_status check_node(const onnx_importer *importer, const Onnx__NodeProto *proto,
                                size_t position) {
  if (proto->op_type == NULL || proto->n_output == 0 || proto->n_output > ONNX_MAX_OUTPUTS ||
      proto->n_input > ONNX_MAX_INPUTS)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "node %zu '%.100s': expected an operator type, 1 to %u outputs and at "
                            "most %u inputs, found %s, %zu and %zu",
                            position, proto->name == NULL ? "" : proto->name, ONNX_MAX_OUTPUTS,
                            ONNX_MAX_INPUTS, proto->op_type == NULL ? "no type" : proto->op_type,
                            proto->n_output, proto->n_input);
  octavo_status status = importer_check_name(importer, proto->output[0], "a node's first output");
  for (size_t i = 1; i < proto->n_output && status == OCTAVO_OK; i++)
    if (proto->output[i][0] != '\0')
      status = importer_check_name(importer, proto->output[i], "a node's output");
  if (status == OCTAVO_OK && proto->name != NULL && proto->name[0] != '\0')
    status = importer_check_name(importer, proto->name, "a node");
  if (status == OCTAVO_OK)
    status = importer_check_name(importer, proto->op_type, "a node's operator");
  return status;
}

static octavo_status import_node(onnx_importer *importer, const Onnx__NodeProto *proto,
                                 size_t position) {
  octavo_status status = check_node(importer, proto, position);
  if (status != OCTAVO_OK)
    return status;
  onnx_node n = {
      .graph = importer->graph,
      .proto = proto,
      .name = proto->name != NULL && proto->name[0] != '\0' ? proto->name : proto->output[0],
      .folder = importer->folder,
      .opset = importer->opset,
      .source_batch = importer->source_batch,
      .computed_bytes = &importer->computed_bytes,
      .output = ONNX_VALUE_UNKNOWN,
      .error = importer->error,
  };
  const bool plain =
      proto->domain == NULL || proto->domain[0] == '\0' || strcmp(proto->domain, "ai.onnx") == 0;
  const onnx_operator *op = plain ? onnx_operator_find(proto->op_type, importer->opset)
                            : strcmp(proto->domain, "com.microsoft") == 0
                                ? onnx_operator_find_microsoft(proto->op_type)
                                : NULL;
  status = op == NULL ? import_unknown(importer, &n) : import_known(importer, op, &n);
  if (status == OCTAVO_ERROR_FORMAT || status == OCTAVO_ERROR_IO)
    octavo_error_prefix(importer->error, "node '%.200s' (%.40s)", n.name, proto->op_type);
  return status;
}

/* ---- Model ---------------------------------------------------------------------------------- */

static octavo_status check_opset(onnx_importer *importer) {
  const Onnx__ModelProto *model = importer->model;
  for (size_t i = 0; i < model->n_opset_import; i++) {
    const Onnx__OperatorSetIdProto *set = model->opset_import[i];
    if (set->domain == NULL || set->domain[0] == '\0' || strcmp(set->domain, "ai.onnx") == 0)
      importer->opset = set->version;
  }
  if (importer->opset >= ONNX_MIN_OPSET && importer->opset <= ONNX_MAX_OPSET)
    return OCTAVO_OK;
  if (importer->opset == 0)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "the model does not say which ONNX operator set it uses (a damaged "
                            "file, or no ONNX model?)");
  return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                          "the model uses ONNX operator set %lld, expected %d to %d: export it "
                          "with another opset_version, such as 17",
                          (long long)importer->opset, ONNX_MIN_OPSET, ONNX_MAX_OPSET);
}

static octavo_status report_unsupported(onnx_importer *importer) {
  bool is_cut = false;
  const octavo_status status =
      unsupported_report(&importer->unsupported, &importer->unchecked, &is_cut, importer->error);
  if (!is_cut || importer->listing == NULL)
    return status;
  *importer->listing = unsupported_text(&importer->unsupported, &importer->unchecked);
  return *importer->listing == NULL ? octavo_error_memory(importer->error, 0, "a message") : status;
}

static octavo_status import_graph(onnx_importer *importer) {
  const Onnx__GraphProto *source = importer->model->graph;
  if (source == NULL || source->n_node == 0)
    return octavo_error_set(importer->error, OCTAVO_ERROR_FORMAT,
                            "the model holds no graph, or one without nodes (a damaged file, or "
                            "no ONNX model?)");
  if (source->n_node > MAX_NODES || source->n_initializer > MAX_NODES ||
      source->n_input > MAX_NODES)
    return octavo_error_set(importer->error, OCTAVO_ERROR_UNSUPPORTED,
                            "the graph has %zu nodes, %zu initializers and %zu inputs, at most %u "
                            "of each are supported",
                            source->n_node, source->n_initializer, source->n_input, MAX_NODES);
  octavo_status status = check_opset(importer);
  if (status == OCTAVO_OK)
    status = importer_add_initializers(importer);
  if (status == OCTAVO_OK)
    status = importer_add_inputs(importer);
  for (size_t i = 0; i < source->n_node && status == OCTAVO_OK; i++)
    status = import_node(importer, source->node[i], i);
  if (status == OCTAVO_OK)
    status = report_unsupported(importer);
  if (status == OCTAVO_OK)
    status = importer_set_outputs(importer);
  if (status == OCTAVO_OK)
    status = quantization_finish(importer->graph, importer->error);
  if (status == OCTAVO_OK)
    status = importer_read_metadata(importer);
  if (status == OCTAVO_OK)
    status = graph_compact(importer->graph, importer->error);
  return status;
}

static octavo_status import_unpacked(const Onnx__ModelProto *model, const char *folder,
                                     graph **result, char **listing, octavo_error *error) {
  onnx_importer importer = {
      .model = model, .folder = folder, .source_batch = 1, .listing = listing, .error = error};
  importer.graph = graph_create(error);
  if (importer.graph == NULL)
    return OCTAVO_ERROR_MEMORY;
  const octavo_status status = import_graph(&importer);
  if (status == OCTAVO_OK)
    *result = importer.graph;
  else
    graph_free(importer.graph);
  name_map_clear(&importer.values);
  unsupported_clear(&importer.unsupported);
  unsupported_clear(&importer.unchecked);
  return status;
}

/* protobuf-c does not tell why it failed: `context` is a bool that becomes true. */
static void *allocate(void *context, size_t size) {
  void *memory = octavo_memory_alloc(size, 1);
  if (memory == NULL)
    *(bool *)context = true;
  return memory;
}

static void release(void *context, void *pointer) {
  (void)context;
  octavo_memory_free(pointer);
}

static octavo_status import_checked(const uint8_t *data, size_t size, const char *folder,
                                    graph **result, char **listing, octavo_error *error) {
  if (size > OCTAVO_FORMAT_MAX_FILE)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "the model has %zu bytes, at most 2 GiB are supported", size);
  octavo_status status = file_kind_check(data, size, error);
  if (status == OCTAVO_OK)
    status = wire_scan(&onnx__model_proto__descriptor, data, size, error);
  if (status != OCTAVO_OK)
    return status;
  bool memory_short = false;
  ProtobufCAllocator allocator = {
      .alloc = allocate, .free = release, .allocator_data = &memory_short};
  Onnx__ModelProto *model = onnx__model_proto__unpack(&allocator, size, data);
  if (model == NULL && memory_short)
    return octavo_error_memory(error, size, "the unpacked model");
  if (model == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "not a valid ONNX file: its fields do not follow the ONNX schema");
  status = import_unpacked(model, folder, result, listing, error);
  onnx__model_proto__free_unpacked(model, &allocator);
  return status;
}

static octavo_status import_named(const uint8_t *data, size_t size, const char *name,
                                  const char *folder, graph **result, char **listing,
                                  octavo_error *error) {
  octavo_error text;
  *result = NULL;
  /* The importer reads texts back, so it needs them even where the caller does not. */
  const octavo_status status = import_checked(data, size, folder, result, listing, &text);
  if (status != OCTAVO_OK)
    octavo_error_set(error, status, "%s: %s", name, text.text);
  return status;
}

octavo_status onnx_import_memory(const uint8_t *data, size_t size, const char *name,
                                 const char *folder, graph **result, octavo_error *error) {
  return import_named(data, size, name, folder, result, NULL, error);
}

octavo_status onnx_import_listing(const char *path, graph **result, char **listing,
                                  octavo_error *error) {
  platform_file file;
  *result = NULL;
  if (listing != NULL)
    *listing = NULL;
  octavo_status status = platform_file_open(path, "an ONNX model", &file, error);
  if (status != OCTAVO_OK)
    return status;
  char *folder = octavo_memory_copy_string(path);
  if (folder == NULL) {
    status = octavo_error_memory(error, strlen(path), "a path");
  } else {
    folder[platform_path_folder_length(path)] = '\0';
    status = import_named(file.data, file.size, path, folder, result, listing, error);
  }
  octavo_memory_free(folder);
  platform_file_close(&file);
  return status;
}

octavo_status onnx_import(const char *path, graph **result, octavo_error *error) {
  return onnx_import_listing(path, result, NULL, error);
}
