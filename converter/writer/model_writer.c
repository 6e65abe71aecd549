#include "model_writer.h"

#include "writer_state.h"

#include "runtime/checked.h"
#include "runtime/error.h"
#include "runtime/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

model_writer *model_writer_create(void) {
  model_writer *writer = octavo_memory_alloc(1, sizeof *writer);
  if (writer == NULL)
    return NULL;
  model_writer_set_provenance(writer,
                              &(octavo_model_info){.accuracy_source = NAN, .accuracy_model = NAN});
  return writer;
}

static void free_provenance_strings(model_writer *writer) {
  for (size_t i = 0; i < 4; i++) {
    octavo_memory_free(writer->provenance_strings[i]);
    writer->provenance_strings[i] = NULL;
  }
}

void model_writer_free(model_writer *writer) {
  if (writer == NULL)
    return;
  string_pool_free(&writer->strings);
  byte_buffer *const buffers[] = {&writer->tensors, &writer->operators, &writer->operands,
                                  &writer->inputs,  &writer->outputs,   &writer->labels,
                                  &writer->tests,   &writer->weights};
  for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
    byte_buffer_free(buffers[i]);
  free_provenance_strings(writer);
  octavo_memory_free(writer);
}

bool writer_alive(const model_writer *writer) {
  return writer != NULL && writer->status == OCTAVO_OK;
}

static void short_of_memory(model_writer *writer, const char *what) {
  writer->status = octavo_error_set(&writer->error, OCTAVO_ERROR_MEMORY,
                                    "model file: out of memory for its %s", what);
}

bool writer_append(model_writer *writer, byte_buffer *buffer, const void *data, size_t size,
                   const char *what) {
  if (byte_buffer_append(buffer, data, size))
    return true;
  short_of_memory(writer, what);
  return false;
}

static bool add_string(model_writer *writer, const char *text, const char *what, uint32_t *offset) {
  const size_t length = strlen(text);
  if (length > OCTAVO_FORMAT_MAX_NAME) {
    writer->status =
        octavo_error_set(&writer->error, OCTAVO_ERROR_ARGUMENT,
                         "model file: %s \"%.40s...\": expected at most %u bytes, found more", what,
                         text, OCTAVO_FORMAT_MAX_NAME);
    return false;
  }
  if (string_pool_add(&writer->strings, text, offset))
    return true;
  writer->status = octavo_error_set(&writer->error, OCTAVO_ERROR_MEMORY,
                                    "model file: no room for %s \"%.40s\"; all names and labels "
                                    "together may take %u bytes",
                                    what, text, OCTAVO_FORMAT_MAX_STRINGS);
  return false;
}

static size_t type_size(octavo_type type) {
  return type == OCTAVO_INT8 ? 1 : 4;
}

/* Fills what activations and constants have in common. */
static bool begin_tensor(model_writer *writer, octavo_format_tensor *tensor, const char *name,
                         octavo_type type, uint32_t rank, const uint32_t *shape) {
  if (rank == 0 || rank > OCTAVO_MAX_RANK) {
    writer->status = octavo_error_set(
        &writer->error, OCTAVO_ERROR_ARGUMENT,
        "model file: tensor \"%.200s\": expected a rank of 1 to %d, found %" PRIu32, name,
        OCTAVO_MAX_RANK, rank);
    return false;
  }
  if (!add_string(writer, name, "tensor", &tensor->name))
    return false;
  tensor->type = (uint8_t)type;
  tensor->rank = (uint8_t)rank;
  tensor->scales = -1;
  tensor->bytes = type_size(type);
  for (uint32_t i = 0; i < rank; i++) {
    tensor->shape[i] = shape[i];
    if (octavo_checked_multiply(tensor->bytes, shape[i], &tensor->bytes) &&
        tensor->bytes <= OCTAVO_FORMAT_MAX_FILE)
      continue;
    writer->status =
        octavo_error_set(&writer->error, OCTAVO_ERROR_ARGUMENT,
                         "model file: tensor \"%.200s\": expected at most %u bytes, found more",
                         name, OCTAVO_FORMAT_MAX_FILE);
    return false;
  }
  return true;
}

static int32_t end_tensor(model_writer *writer, const octavo_format_tensor *tensor) {
  const size_t index = writer->tensors.size / sizeof *tensor;
  if (index >= OCTAVO_FORMAT_MAX_TENSORS) {
    writer->status = octavo_error_set(&writer->error, OCTAVO_ERROR_ARGUMENT,
                                      "model file: expected at most %u tensors, found more",
                                      OCTAVO_FORMAT_MAX_TENSORS);
    return -1;
  }
  return writer_append(writer, &writer->tensors, tensor, sizeof *tensor, "tensors") ? (int32_t)index
                                                                                    : -1;
}

int32_t model_writer_add_activation(model_writer *writer, const char *name, octavo_type type,
                                    uint32_t rank, const uint32_t *shape, float scale,
                                    int32_t zero_point, uint64_t offset) {
  octavo_format_tensor tensor = {.role = OCTAVO_ROLE_ACTIVATION};
  if (!writer_alive(writer) || !begin_tensor(writer, &tensor, name, type, rank, shape))
    return -1;
  tensor.scale = scale;
  tensor.zero_point = zero_point;
  tensor.offset = offset == MODEL_WRITER_NEXT ? writer->arena_size : offset;
  uint64_t end = 0;
  if (!octavo_checked_add(tensor.offset, tensor.bytes, &end) ||
      !octavo_checked_align(end, OCTAVO_FORMAT_ALIGNMENT, &end)) {
    writer->status = octavo_error_set(&writer->error, OCTAVO_ERROR_ARGUMENT,
                                      "model file: tensor \"%.200s\": its end, offset %" PRIu64
                                      " plus %" PRIu64 " bytes, does not fit 64 bits",
                                      name, tensor.offset, tensor.bytes);
    return -1;
  }
  if (end > writer->arena_size)
    writer->arena_size = end;
  return end_tensor(writer, &tensor);
}

/* Places the data and adds the tensor. */
static int32_t add_constant(model_writer *writer, octavo_format_tensor *tensor, const void *data) {
  if (!byte_buffer_align(&writer->weights, OCTAVO_FORMAT_ALIGNMENT)) {
    short_of_memory(writer, "weights");
    return -1;
  }
  tensor->offset = writer->weights.size;
  if (!writer_append(writer, &writer->weights, data, (size_t)tensor->bytes, "weights"))
    return -1;
  return end_tensor(writer, tensor);
}

int32_t model_writer_add_constant(model_writer *writer, const char *name, octavo_type type,
                                  uint32_t rank, const uint32_t *shape, const void *data,
                                  float scale) {
  octavo_format_tensor tensor = {.role = OCTAVO_ROLE_CONSTANT};
  if (!writer_alive(writer) || !begin_tensor(writer, &tensor, name, type, rank, shape))
    return -1;
  tensor.scale = scale;
  return add_constant(writer, &tensor, data);
}

int32_t model_writer_add_channel_constant(model_writer *writer, const char *name, uint32_t rank,
                                          const uint32_t *shape, const int8_t *data,
                                          const float *scales) {
  octavo_format_tensor tensor = {.role = OCTAVO_ROLE_CONSTANT};
  if (!writer_alive(writer) || !begin_tensor(writer, &tensor, name, OCTAVO_INT8, rank, shape))
    return -1;
  tensor.scales = model_writer_add_constant(writer, "", OCTAVO_FLOAT32, 1, shape, scales, 0);
  return tensor.scales < 0 ? -1 : add_constant(writer, &tensor, data);
}

void model_writer_add_operator(model_writer *writer, const char *name, octavo_opcode opcode,
                               const octavo_attributes *attributes, uint32_t input_count,
                               const int32_t *inputs, uint32_t output_count,
                               const int32_t *outputs) {
  octavo_format_operator op = {.opcode = (uint16_t)opcode};
  if (!writer_alive(writer) || !add_string(writer, name, "layer", &op.name))
    return;
  if (writer_needs_minor_1(writer, opcode, input_count, inputs, output_count, outputs))
    writer->minor = writer->minor > 1 ? writer->minor : 1;
  const size_t first = writer->operands.size / sizeof(int32_t);
  if (input_count > UINT16_MAX || output_count > UINT16_MAX ||
      first + input_count + output_count > OCTAVO_FORMAT_MAX_OPERANDS) {
    writer->status = octavo_error_set(
        &writer->error, OCTAVO_ERROR_ARGUMENT,
        "model file: layer \"%.200s\": expected at most %u operands of one layer and %u of all, "
        "found more",
        name, UINT16_MAX, OCTAVO_FORMAT_MAX_OPERANDS);
    return;
  }
  op.first_operand = (uint32_t)first;
  op.input_count = (uint16_t)input_count;
  op.output_count = (uint16_t)output_count;
  if (attributes != NULL)
    op.attributes = *attributes;
  (void)(writer_append(writer, &writer->operands, inputs, input_count * sizeof *inputs,
                       "operands") &&
         writer_append(writer, &writer->operands, outputs, output_count * sizeof *outputs,
                       "operands") &&
         writer_append(writer, &writer->operators, &op, sizeof op, "operators"));
}

/* Negative indices become ones that no file has, for the loader to refuse. */
static void set_list(model_writer *writer, byte_buffer *list, uint32_t count,
                     const int32_t *tensors) {
  list->size = 0;
  (void)writer_append(writer, list, tensors, count * sizeof *tensors, "list of inputs or outputs");
}

void model_writer_set_inputs(model_writer *writer, uint32_t count, const int32_t *tensors) {
  if (writer_alive(writer))
    set_list(writer, &writer->inputs, count, tensors);
}

void model_writer_set_outputs(model_writer *writer, uint32_t count, const int32_t *tensors) {
  if (writer_alive(writer))
    set_list(writer, &writer->outputs, count, tensors);
}

void model_writer_set_preprocessing(model_writer *writer, const octavo_preprocessing *rule) {
  if (!writer_alive(writer))
    return;
  writer->has_preprocessing = rule != NULL;
  if (rule == NULL)
    return;
  writer->preprocessing = (octavo_format_preprocessing){
      .width = rule->width,
      .height = rule->height,
      .resize_width = rule->resize_width,
      .resize_height = rule->resize_height,
      .resize = (uint32_t)rule->resize,
      .bgr = rule->bgr ? 1 : 0,
      .channels = rule->channels,
      .scale = rule->scale,
  };
  for (uint32_t c = 0; c < 3 && c < rule->channels; c++) {
    writer->preprocessing.mean[c] = rule->mean[c];
    writer->preprocessing.std[c] = rule->std[c];
  }
}

void model_writer_add_label(model_writer *writer, const char *label) {
  uint32_t offset = 0;
  if (writer_alive(writer) && add_string(writer, label, "label", &offset))
    (void)writer_append(writer, &writer->labels, &offset, sizeof offset, "labels");
}

void model_writer_set_provenance(model_writer *writer, const octavo_model_info *info) {
  if (!writer_alive(writer))
    return;
  const char *const strings[4] = {info->tool, info->source, info->mode, info->calibrator};
  free_provenance_strings(writer);
  for (size_t i = 0; i < 4; i++) {
    if (strings[i] == NULL || strings[i][0] == '\0')
      continue;
    writer->provenance_strings[i] = octavo_memory_copy_string(strings[i]);
    if (writer->provenance_strings[i] == NULL) {
      short_of_memory(writer, "provenance");
      return;
    }
  }
  octavo_format_provenance *to = &writer->provenance;
  memcpy(to->source_sha256, info->source_sha256, sizeof to->source_sha256);
  memcpy(to->calibration_sha256, info->calibration_sha256, sizeof to->calibration_sha256);
  to->seed = info->seed;
  to->calibration_images = info->calibration_images;
  /* One bit pattern for "not measured", so that equal runs give equal files. */
  to->accuracy_source = isnan(info->accuracy_source) ? NAN : info->accuracy_source;
  to->accuracy_model = isnan(info->accuracy_model) ? NAN : info->accuracy_model;
  to->accuracy_images = info->accuracy_images;
}
