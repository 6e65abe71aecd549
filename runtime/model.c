#include "model.h"

#include "error.h"
#include "load.h"
#include "memory.h"
#include "operator.h"

#include <string.h>

/* An octavo_model with nothing in it but its lock. NULL if that fails. */
static octavo_model *create(octavo_error *error) {
  octavo_model *model = octavo_memory_alloc(1, sizeof *model);
  if (model == NULL) {
    (void)octavo_error_memory(error, sizeof *model, "a model");
    return NULL;
  }
  if (pthread_mutex_init(&model->packing, NULL) != 0) {
    octavo_memory_free(model);
    (void)octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory: a lock for a model");
    return NULL;
  }
  return model;
}

/* Loads from model->base; hands the model over, or frees it. */
static octavo_status load(octavo_model *loaded, octavo_model **model, octavo_error *error) {
  octavo_status status = octavo_load(loaded, error);
  if (status == OCTAVO_OK) {
    loaded->packed = octavo_memory_alloc(loaded->operator_count, sizeof *loaded->packed);
    if (loaded->packed == NULL)
      status = octavo_error_memory(error, loaded->operator_count * sizeof *loaded->packed,
                                   "a list of packed weights");
  }
  if (status == OCTAVO_OK)
    *model = loaded;
  else
    octavo_model_close(loaded);
  return status;
}

octavo_status octavo_model_open(const char *path, octavo_model **model, octavo_error *error) {
  if (model == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "octavo_model_open: model is NULL");
  *model = NULL;
  if (path == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "octavo_model_open: path is NULL");
  octavo_model *loaded = create(error);
  if (loaded == NULL)
    return OCTAVO_ERROR_MEMORY;
  octavo_status status = platform_file_open(path, "an Octavo model", &loaded->file, error);
  if (status != OCTAVO_OK) {
    octavo_model_close(loaded);
    return status;
  }
  loaded->base = loaded->file.data;
  loaded->size = loaded->file.size;
  status = load(loaded, model, error);
  if (status != OCTAVO_OK)
    octavo_error_prefix(error, "%.300s", path);
  return status;
}

octavo_status octavo_model_open_memory(const void *data, size_t size, octavo_model **model,
                                       octavo_error *error) {
  if (model == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT,
                            "octavo_model_open_memory: model is NULL");
  *model = NULL;
  if (data == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_ARGUMENT, "octavo_model_open_memory: data is NULL");
  octavo_model *loaded = create(error);
  if (loaded == NULL)
    return OCTAVO_ERROR_MEMORY;
  loaded->base = data;
  loaded->size = size;
  return load(loaded, model, error);
}

void octavo_model_close(octavo_model *model) {
  if (model == NULL)
    return;
  if (model->packed != NULL)
    for (uint32_t i = 0; i < model->operator_count; i++)
      octavo_memory_free_aligned(model->packed[i].data);
  void *const tables[] = {model->packed,   model->strings, model->tensors, model->operators,
                          model->operands, model->inputs,  model->outputs, model->labels};
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    octavo_memory_free(tables[i]);
  octavo_memory_free_aligned(model->aligned_copy);
  platform_file_close(&model->file);
  (void)pthread_mutex_destroy(&model->packing);
  octavo_memory_free(model);
}

void octavo_model_fill_info(const octavo_model *model, const octavo_format_tensor *tensor,
                            octavo_tensor_info *info) {
  const bool quantized = tensor->type == OCTAVO_INT8;
  *info = (octavo_tensor_info){
      .name = octavo_model_string(model, tensor->name),
      .type = (octavo_type)tensor->type,
      .rank = tensor->rank,
      .bytes = (size_t)tensor->bytes,
      .scale = quantized ? tensor->scale : 1.0F,
      .zero_point = tensor->zero_point,
  };
  memcpy(info->shape, tensor->shape, sizeof info->shape);
}

uint32_t octavo_model_input_count(const octavo_model *model) {
  return model->input_count;
}

uint32_t octavo_model_output_count(const octavo_model *model) {
  return model->output_count;
}

octavo_status octavo_model_input(const octavo_model *model, uint32_t index,
                                 octavo_tensor_info *info) {
  if (index >= model->input_count)
    return OCTAVO_ERROR_ARGUMENT;
  octavo_model_fill_info(model, &model->tensors[model->inputs[index]], info);
  return OCTAVO_OK;
}

octavo_status octavo_model_output(const octavo_model *model, uint32_t index,
                                  octavo_tensor_info *info) {
  if (index >= model->output_count)
    return OCTAVO_ERROR_ARGUMENT;
  octavo_model_fill_info(model, &model->tensors[model->outputs[index]], info);
  return OCTAVO_OK;
}

uint32_t octavo_model_operator_count(const octavo_model *model) {
  return model->operator_count;
}

octavo_status octavo_model_operator(const octavo_model *model, uint32_t index,
                                    octavo_operator_info *info) {
  if (index >= model->operator_count)
    return OCTAVO_ERROR_ARGUMENT;
  const octavo_format_operator *op = &model->operators[index];
  const octavo_operator_type *type = octavo_operator_find(op->opcode);
  const octavo_format_tensor *output = octavo_model_operator_output(model, op, 0);
  *info = (octavo_operator_info){
      .name = octavo_model_string(model, op->name),
      .kind = type->kind,
      .macs = type->macs == NULL ? 0 : type->macs(model, op),
      .arena_offset = output->offset,
  };
  octavo_model_fill_info(model, output, &info->output);
  for (uint32_t i = 0; i < op->input_count; i++) {
    const octavo_format_tensor *tensor = octavo_model_operand(model, op, i);
    if (tensor == NULL || tensor->role != OCTAVO_ROLE_CONSTANT)
      continue;
    info->weight_bytes += (size_t)tensor->bytes;
    if (tensor->scales >= 0)
      info->weight_bytes += (size_t)model->tensors[tensor->scales].bytes;
  }
  return OCTAVO_OK;
}

octavo_status octavo_model_describe(const octavo_model *model, octavo_model_info *info) {
  const octavo_format_provenance *stored = &model->provenance;
  *info = (octavo_model_info){
      .tool = octavo_model_string(model, stored->tool),
      .source = octavo_model_string(model, stored->source),
      .mode = octavo_model_string(model, stored->mode),
      .calibrator = octavo_model_string(model, stored->calibrator),
      .calibration_images = stored->calibration_images,
      .seed = stored->seed,
      .accuracy_source = stored->accuracy_source,
      .accuracy_model = stored->accuracy_model,
      .accuracy_images = stored->accuracy_images,
      .file_size = model->size,
      .weight_bytes = (size_t)model->sections[OCTAVO_SECTION_WEIGHTS - 1].size,
      .arena_bytes = (size_t)model->header.arena_size,
      .test_vectors = model->has_tests ? model->tests.vector_count : 0,
  };
  memcpy(info->source_sha256, stored->source_sha256, sizeof info->source_sha256);
  memcpy(info->calibration_sha256, stored->calibration_sha256, sizeof info->calibration_sha256);
  return OCTAVO_OK;
}

uint32_t octavo_model_label_count(const octavo_model *model) {
  return model->label_count;
}

const char *octavo_model_label(const octavo_model *model, uint32_t index) {
  return index < model->label_count ? octavo_model_string(model, model->labels[index]) : NULL;
}

void octavo_model_fill_preprocessing(const octavo_model *model, octavo_preprocessing *rule) {
  const octavo_format_preprocessing *stored = &model->preprocessing;
  *rule = (octavo_preprocessing){
      .width = stored->width,
      .height = stored->height,
      .resize_width = stored->resize_width,
      .resize_height = stored->resize_height,
      .resize = (octavo_resize)stored->resize,
      .bgr = stored->bgr != 0,
      .channels = stored->channels,
      .scale = stored->scale,
  };
  memcpy(rule->mean, stored->mean, sizeof rule->mean);
  memcpy(rule->std, stored->std, sizeof rule->std);
}

octavo_status octavo_model_preprocessing(const octavo_model *model,
                                         octavo_preprocessing *preprocessing) {
  if (!model->has_preprocessing)
    return OCTAVO_ERROR_ARGUMENT;
  octavo_model_fill_preprocessing(model, preprocessing);
  return OCTAVO_OK;
}
