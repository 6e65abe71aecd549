#include "converter/octavo_import.h"

#include "platforms/platform.h"
#include "runtime/memory.h"
#include "runtime/model.h"
#include "runtime/operator.h"

#include <string.h>

typedef struct reader {
  const octavo_model *model;
  graph *g;
  int32_t *indices; /* per tensor of the file: in the graph; GRAPH_NONE for scales of channels */
  octavo_error *error;
} reader;

static octavo_status set_scales(const reader *r, const octavo_format_tensor *t, int32_t index) {
  graph_quantization *q = &r->g->tensors[index].quantization;
  q->scale = t->scale;
  q->zero_point = t->zero_point;
  if (t->role != OCTAVO_ROLE_CONSTANT || t->scales < 0)
    return OCTAVO_OK;
  const octavo_format_tensor *scales = &r->model->tensors[t->scales];
  q->scales = octavo_memory_alloc(1, (size_t)scales->bytes);
  if (q->scales == NULL)
    return octavo_error_memory(r->error, scales->bytes, "scales");
  memcpy(q->scales, octavo_model_constant(r->model, scales), (size_t)scales->bytes);
  q->scale_count = scales->shape[0];
  return OCTAVO_OK;
}

static octavo_status add_tensor(const reader *r, uint32_t index) {
  const octavo_format_tensor *t = &r->model->tensors[index];
  const bool constant = t->role == OCTAVO_ROLE_CONSTANT;
  int64_t shape[OCTAVO_MAX_RANK];
  for (uint32_t i = 0; i < OCTAVO_MAX_RANK; i++)
    shape[i] = t->shape[i];
  const octavo_status status = graph_add_tensor(
      r->g, octavo_model_string(r->model, t->name), (graph_type)t->type, t->rank, shape,
      constant ? octavo_model_constant(r->model, t) : NULL, &r->indices[index], r->error);
  return status == OCTAVO_OK ? set_scales(r, t, r->indices[index]) : status;
}

/* The scales of channels are part of the tensors that have them. */
static octavo_status add_tensors(const reader *r) {
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; i < r->model->tensor_count; i++)
    if (r->model->tensors[i].role == OCTAVO_ROLE_CONSTANT && r->model->tensors[i].scales >= 0)
      r->indices[r->model->tensors[i].scales] = GRAPH_NONE;
  for (uint32_t i = 0; i < r->model->tensor_count && status == OCTAVO_OK; i++)
    if (r->indices[i] != GRAPH_NONE)
      status = add_tensor(r, i);
  return status;
}

static octavo_status add_operator(const reader *r, const octavo_format_operator *op) {
  const uint32_t count = (uint32_t)op->input_count + op->output_count;
  int32_t *operands = octavo_memory_alloc((size_t)count + 1, sizeof *operands);
  if (operands == NULL)
    return octavo_error_memory(r->error, count * sizeof *operands, "operands");
  uint32_t inputs = op->input_count, index = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int32_t operand = r->model->operands[op->first_operand + i];
    operands[i] = operand < 0 ? GRAPH_NONE : r->indices[operand];
  }
  while (inputs > 0 && operands[inputs - 1] == GRAPH_NONE)
    inputs--;
  const octavo_status status =
      graph_insert_node(r->g, r->g->node_count, op->opcode, octavo_model_string(r->model, op->name),
                        octavo_operator_find(op->opcode)->kind, operands, inputs,
                        operands + op->input_count, op->output_count, &index, r->error);
  if (status == OCTAVO_OK)
    r->g->nodes[index].attributes = op->attributes;
  octavo_memory_free(operands);
  return status;
}

static octavo_status set_ends(const reader *r, const uint32_t *tensors, uint32_t count,
                              int32_t **ends, uint32_t *end_count) {
  *ends = octavo_memory_alloc((size_t)count + 1, sizeof **ends);
  if (*ends == NULL)
    return octavo_error_memory(r->error, count * sizeof **ends, "inputs and outputs");
  for (uint32_t i = 0; i < count; i++)
    (*ends)[i] = r->indices[tensors[i]];
  *end_count = count;
  return OCTAVO_OK;
}

static octavo_status read_model(const reader *r) {
  const octavo_model *m = r->model;
  octavo_status status = add_tensors(r);
  for (uint32_t i = 0; i < m->operator_count && status == OCTAVO_OK; i++)
    status = add_operator(r, &m->operators[i]);
  if (status == OCTAVO_OK)
    status = set_ends(r, m->inputs, m->input_count, &r->g->inputs, &r->g->input_count);
  if (status == OCTAVO_OK)
    status = set_ends(r, m->outputs, m->output_count, &r->g->outputs, &r->g->output_count);
  return status;
}

octavo_status octavo_import(const octavo_model *model, graph **result, octavo_error *error) {
  *result = NULL;
  reader r = {.model = model, .g = graph_create(error), .error = error};
  if (r.g == NULL)
    return OCTAVO_ERROR_MEMORY;
  r.indices = octavo_memory_alloc((size_t)model->tensor_count + 1, sizeof *r.indices);
  octavo_status status =
      r.indices == NULL
          ? octavo_error_memory(error, model->tensor_count * sizeof *r.indices, "tensor indices")
          : read_model(&r);
  octavo_memory_free(r.indices);
  if (status == OCTAVO_OK)
    *result = r.g;
  else
    graph_free(r.g);
  return status;
}

octavo_status octavo_import_recognises(const char *path, bool *result, octavo_error *error) {
  platform_file file;
  const octavo_status status = platform_file_open(path, "a network", &file, error);
  if (status != OCTAVO_OK)
    return status;
  const size_t length = strlen(OCTAVO_FORMAT_MAGIC);
  *result = file.size >= length && memcmp(file.data, OCTAVO_FORMAT_MAGIC, length) == 0;
  platform_file_close(&file);
  return OCTAVO_OK;
}
