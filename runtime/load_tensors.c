#include "checked.h"
#include "load.h"
#include "memory.h"

#include <inttypes.h>
#include <math.h>

/* "tensor 3 (conv1.weight)", for messages. */
static octavo_status refuse(const octavo_model *model, uint32_t index, octavo_error *error) {
  const char *name = octavo_model_string(model, model->tensors[index].name);
  octavo_error_prefix(error, "tensor %" PRIu32 " (%.200s)", index, name);
  return OCTAVO_ERROR_FORMAT;
}

static octavo_status number(octavo_error *error, const char *field, const char *expected,
                            int64_t found) {
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "%s: expected %s, found %" PRId64, field,
                          expected, found);
}

static bool is_scale(float value) {
  return isnormal(value) && value > 0;
}

static octavo_status check_shape(const octavo_format_tensor *tensor, octavo_error *error) {
  if (tensor->rank == 0 || tensor->rank > OCTAVO_MAX_RANK)
    return number(error, "rank", "1 to 6", tensor->rank);
  uint64_t bytes = tensor->type == OCTAVO_INT8 ? 1 : 4;
  for (uint32_t i = 0; i < OCTAVO_MAX_RANK; i++) {
    const uint32_t dimension = tensor->shape[i];
    if (i >= tensor->rank && dimension != 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "shape[%" PRIu32
                              "]: expected 0 beyond the rank of %u, found %" PRIu32,
                              i, tensor->rank, dimension);
    if (i >= tensor->rank)
      continue;
    if (dimension == 0 || dimension > OCTAVO_FORMAT_MAX_DIMENSION)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "shape[%" PRIu32 "]: expected 1 to %u, found %" PRIu32, i,
                              OCTAVO_FORMAT_MAX_DIMENSION, dimension);
    if (!octavo_checked_multiply(bytes, dimension, &bytes) || bytes > OCTAVO_FORMAT_MAX_FILE)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "shape: expected at most %u bytes, found more",
                              OCTAVO_FORMAT_MAX_FILE);
  }
  if (tensor->role == OCTAVO_ROLE_ACTIVATION && tensor->shape[0] != 1)
    return number(error, "shape[0]", "1, the batch, in an activation", tensor->shape[0]);
  if (tensor->bytes != bytes)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "bytes: expected %" PRIu64 " from its shape and type, found %" PRIu64,
                            bytes, tensor->bytes);
  return OCTAVO_OK;
}

static octavo_status check_quantization(const octavo_format_tensor *tensor, octavo_error *error) {
  const bool activation = tensor->role == OCTAVO_ROLE_ACTIVATION;
  if (tensor->type != OCTAVO_INT8 || activation) {
    if (tensor->scales != -1)
      return number(error, "scales", "-1, as only int8 constants have several", tensor->scales);
  } else if (tensor->scales < -1) {
    return number(error, "scales", "-1 or the index of a tensor", tensor->scales);
  }
  if (tensor->type != OCTAVO_INT8 || !activation) {
    if (tensor->zero_point != 0)
      return number(error, "zero_point", "0 except in int8 activations", tensor->zero_point);
  } else if (tensor->zero_point < -128 || tensor->zero_point > 127) {
    return number(error, "zero_point", "-128 to 127", tensor->zero_point);
  }
  if (tensor->type == OCTAVO_INT8 && tensor->scales == -1) {
    if (!is_scale(tensor->scale))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "scale: expected a positive, finite, normal number, found %g",
                              (double)tensor->scale);
  } else if (tensor->scale != 0 || signbit(tensor->scale)) {
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "scale: expected 0 in a tensor without a scale of its own, found %g",
                            (double)tensor->scale);
  }
  return OCTAVO_OK;
}

static octavo_status check_fields(const octavo_format_tensor *tensor, octavo_error *error) {
  const bool activation = tensor->role == OCTAVO_ROLE_ACTIVATION;
  if (!activation && tensor->role != OCTAVO_ROLE_CONSTANT)
    return number(error, "role", "1 (constant) or 2 (activation)", tensor->role);
  if (tensor->type != OCTAVO_INT8 && tensor->type != OCTAVO_FLOAT32 && tensor->type != OCTAVO_INT32)
    return number(error, "type", "1 (int8), 2 (float32) or 3 (int32)", tensor->type);
  if (activation && tensor->type == OCTAVO_INT32)
    return number(error, "type", "1 (int8) or 2 (float32) in an activation", tensor->type);
  if (tensor->reserved8 != 0 || tensor->reserved != 0)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "reserved: expected 0, found %" PRIu32 " and %" PRIu32,
                            (uint32_t)tensor->reserved8, tensor->reserved);
  const octavo_status status = check_shape(tensor, error);
  return status == OCTAVO_OK ? check_quantization(tensor, error) : status;
}

/* Constants fill WEIGHTS one after another; *end is where the last one ended. */
static octavo_status check_place(const octavo_model *model, const octavo_format_tensor *tensor,
                                 uint64_t *end, octavo_error *error) {
  const uint64_t size = model->sections[OCTAVO_SECTION_WEIGHTS - 1].size;
  uint64_t start = 0;
  if (!octavo_checked_align(*end, OCTAVO_FORMAT_ALIGNMENT, &start) || tensor->offset != start)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "offset: expected %" PRIu64
                            ", the end of the constant before it rounded up to %u, found %" PRIu64,
                            start, OCTAVO_FORMAT_ALIGNMENT, tensor->offset);
  if (!octavo_checked_range(tensor->offset, tensor->bytes, size))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "offset: expected room for %" PRIu64
                            " bytes in WEIGHTS, found %" PRIu64,
                            tensor->bytes, start < size ? size - start : 0);
  if (!octavo_load_is_zero(model->weights + *end, (size_t)(start - *end)))
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "padding before its data: expected zeros, found other bytes");
  *end = tensor->offset + tensor->bytes;
  return OCTAVO_OK;
}

/* Runs when all tensors are known to be sound on their own. */
static octavo_status check_scales(const octavo_model *model, const octavo_format_tensor *tensor,
                                  octavo_error *error) {
  if (tensor->scales < 0)
    return OCTAVO_OK;
  if ((uint32_t)tensor->scales >= model->tensor_count)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "scales: expected the index of one of %" PRIu32
                            " tensors, found %" PRId32,
                            model->tensor_count, tensor->scales);
  const octavo_format_tensor *scales = &model->tensors[tensor->scales];
  if (scales->role != OCTAVO_ROLE_CONSTANT || scales->type != OCTAVO_FLOAT32 || scales->rank != 1 ||
      scales->shape[0] != tensor->shape[0])
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "scales: expected a float32 constant of %" PRIu32
                            " values, found tensor %" PRId32 ", which is none",
                            tensor->shape[0], tensor->scales);
  const float *values = octavo_model_constant(model, scales);
  for (uint32_t i = 0; i < tensor->shape[0]; i++)
    if (!is_scale(values[i]))
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "scales: value %" PRIu32
                              ": expected a positive, finite, normal number, found %g",
                              i, (double)values[i]);
  return OCTAVO_OK;
}

/* An activation's name is what users see and ask for. */
static octavo_status check_names(const octavo_model *model, octavo_error *error) {
  const char **names = octavo_memory_alloc(model->tensor_count, sizeof *names);
  if (names == NULL)
    return octavo_error_memory(error, (uint64_t)model->tensor_count * sizeof *names, "names");
  size_t count = 0;
  octavo_status status = OCTAVO_OK;
  for (uint32_t i = 0; status == OCTAVO_OK && i < model->tensor_count; i++) {
    if (model->tensors[i].role != OCTAVO_ROLE_ACTIVATION)
      continue;
    names[count] = octavo_model_string(model, model->tensors[i].name);
    if (names[count++][0] == '\0')
      status = octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                                "tensor %" PRIu32 ": name: expected one, found an empty string", i);
  }
  if (status == OCTAVO_OK)
    status = octavo_load_check_unique(names, count, "tensor", error);
  octavo_memory_free(names);
  return status;
}

octavo_status octavo_load_tensors(const octavo_model *model, octavo_error *error) {
  uint64_t end = 0; /* of the constants so far, in WEIGHTS */
  for (uint32_t i = 0; i < model->tensor_count; i++) {
    const octavo_format_tensor *tensor = &model->tensors[i];
    octavo_status status = octavo_load_check_string(model, tensor->name, error, "tensor", i);
    if (status != OCTAVO_OK)
      return status;
    status = check_fields(tensor, error);
    if (status == OCTAVO_OK && tensor->role == OCTAVO_ROLE_CONSTANT)
      status = check_place(model, tensor, &end, error);
    if (status != OCTAVO_OK)
      return refuse(model, i, error);
  }
  const uint64_t size = model->sections[OCTAVO_SECTION_WEIGHTS - 1].size;
  if (end != size)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "section WEIGHTS: size: expected %" PRIu64
                            ", the end of the last constant, found %" PRIu64,
                            end, size);
  for (uint32_t i = 0; i < model->tensor_count; i++)
    if (check_scales(model, &model->tensors[i], error) != OCTAVO_OK)
      return refuse(model, i, error);
  return check_names(model, error);
}
