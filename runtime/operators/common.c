#include "operators/common.h"

#include "checked.h"

#include <inttypes.h>
#include <math.h>

static const char *type_name(uint32_t type) {
  switch (type) {
  case OCTAVO_INT8:
    return "int8";
  case OCTAVO_FLOAT32:
    return "float32";
  case OCTAVO_INT32:
    return "int32";
  default:
    return "an unknown type";
  }
}

static octavo_status check_scale(float scale, const char *what, octavo_error *error) {
  if (scale > 0.0f && isnormal(scale))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "scale of the %s: expected a normal positive number, found %g", what,
                          (double)scale);
}

octavo_status octavo_check_activation(const octavo_model *model, const octavo_format_operator *op,
                                      uint32_t which, const octavo_format_tensor **tensor,
                                      octavo_error *error) {
  const octavo_format_tensor *found = octavo_model_operand(model, op, which);
  if (found == NULL || found->role != OCTAVO_ROLE_ACTIVATION)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "operand %u: expected an activation, "
                            "found %s",
                            which, found == NULL ? "none" : "a constant");
  if (found->type != OCTAVO_INT8 && found->type != OCTAVO_FLOAT32)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "operand %u: expected int8 or float32, found %s", which,
                            type_name(found->type));
  *tensor = found;
  if (found->type != OCTAVO_INT8)
    return OCTAVO_OK;
  if (found->zero_point < INT8_MIN || found->zero_point > INT8_MAX)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "zero point of operand %u: expected -128 to 127, found %" PRId32, which,
                            found->zero_point);
  return check_scale(found->scale, "activation", error);
}

octavo_status octavo_check_unary(const octavo_model *model, const octavo_format_operator *op,
                                 const octavo_format_tensor **x, const octavo_format_tensor **y,
                                 octavo_error *error) {
  octavo_status status = octavo_check_activation(model, op, 0, x, error);
  if (status == OCTAVO_OK)
    status = octavo_check_activation(model, op, op->input_count, y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_type(*x, *y, "output", error);
  return status;
}

octavo_status octavo_check_passing(const octavo_model *model, const octavo_format_operator *op,
                                   size_t used, const octavo_format_tensor **x,
                                   const octavo_format_tensor **y, octavo_error *error) {
  octavo_status status = octavo_check_unary(model, op, x, y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_same_scale(*x, *y, error);
  if (status == OCTAVO_OK)
    status = octavo_check_reserved(op, used, error);
  return status;
}

octavo_status octavo_check_constant(const octavo_model *model, const octavo_format_operator *op,
                                    uint32_t which, octavo_type type, uint32_t rank,
                                    const char *what, const octavo_format_tensor **tensor,
                                    octavo_error *error) {
  const octavo_format_tensor *found = octavo_model_operand(model, op, which);
  if (found == NULL || found->role != OCTAVO_ROLE_CONSTANT)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "%s: expected a constant, found %s", what,
                            found == NULL ? "none" : "an activation");
  if (found->type != (uint8_t)type)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "type of the %s: expected %s, found %s",
                            what, type_name(type), type_name(found->type));
  *tensor = found;
  return octavo_check_rank(found, rank, what, error);
}

octavo_status octavo_check_table(const octavo_model *model, const octavo_format_operator *op,
                                 octavo_type type, const char *layer, const char *what,
                                 const octavo_format_tensor **table, octavo_error *error) {
  if (op->input_count != 2)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "inputs of an int8 %s: expected 2, found %u", layer,
                            (unsigned)op->input_count);
  const octavo_status status = octavo_check_constant(model, op, 1, type, 1, what, table, error);
  if (status != OCTAVO_OK || (*table)->shape[0] == OCTAVO_TABLE_SIZE)
    return status;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "elements of the %s: expected %u, found %" PRIu32, what,
                          OCTAVO_TABLE_SIZE, (*table)->shape[0]);
}

octavo_status octavo_check_same_type(const octavo_format_tensor *a, const octavo_format_tensor *b,
                                     const char *what, octavo_error *error) {
  if (a->type == b->type)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "type of the %s: expected %s as the input has, found %s", what,
                          type_name(a->type), type_name(b->type));
}

octavo_status octavo_check_same_scale(const octavo_format_tensor *a, const octavo_format_tensor *b,
                                      octavo_error *error) {
  if (a->type != OCTAVO_INT8 || (a->scale == b->scale && a->zero_point == b->zero_point))
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "scale and zero point: expected the same in input and output, found "
                          "%g, %" PRId32 " and %g, %" PRId32,
                          (double)a->scale, a->zero_point, (double)b->scale, b->zero_point);
}

octavo_status octavo_check_rank(const octavo_format_tensor *tensor, uint32_t rank, const char *what,
                                octavo_error *error) {
  if (tensor->rank == rank)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT, "rank of the %s: expected %u, found %u", what,
                          rank, (unsigned)tensor->rank);
}

octavo_status octavo_check_shape(const octavo_format_tensor *y, uint32_t rank,
                                 const uint64_t *shape, octavo_error *error) {
  const octavo_status status = octavo_check_rank(y, rank, "output", error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t i = 0; i < rank; ++i)
    if (y->shape[i] != shape[i])
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "dimension %u of the output: expected %" PRIu64 ", found %" PRIu32, i,
                              shape[i], y->shape[i]);
  return OCTAVO_OK;
}

octavo_status octavo_check_same_shape(const octavo_format_tensor *a, const octavo_format_tensor *b,
                                      const char *what, octavo_error *error) {
  const octavo_status status = octavo_check_rank(b, a->rank, what, error);
  if (status != OCTAVO_OK)
    return status;
  for (uint32_t i = 0; i < a->rank; ++i)
    if (a->shape[i] != b->shape[i])
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "dimension %u of the %s: expected %" PRIu32 ", found %" PRIu32, i,
                              what, a->shape[i], b->shape[i]);
  return OCTAVO_OK;
}

octavo_status octavo_check_reserved(const octavo_format_operator *op, size_t used,
                                    octavo_error *error) {
  for (size_t i = used; i < OCTAVO_ATTRIBUTE_BYTES; ++i)
    if (op->attributes.bytes[i] != 0)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "reserved attribute byte %zu: expected 0, found %u", i,
                              op->attributes.bytes[i]);
  return OCTAVO_OK;
}

octavo_status octavo_check_clamp(float minimum, float maximum, octavo_error *error) {
  if (minimum <= maximum)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "clamp: expected a minimum not above the maximum, found %g and %g",
                          (double)minimum, (double)maximum);
}

octavo_status octavo_check_range(uint64_t value, uint64_t low, uint64_t high, const char *field,
                                 octavo_error *error) {
  if (value >= low && value <= high)
    return OCTAVO_OK;
  return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                          "%s: expected %" PRIu64 " to %" PRIu64 ", found %" PRIu64, field, low,
                          high, value);
}

size_t octavo_tensor_elements(const octavo_format_tensor *tensor) {
  return (size_t)tensor->bytes / octavo_tensor_element_size(tensor);
}

size_t octavo_tensor_element_size(const octavo_format_tensor *tensor) {
  return tensor->type == OCTAVO_INT8 ? 1 : 4;
}

void *octavo_kernel_data(const octavo_kernel *kernel, const octavo_format_tensor *tensor) {
  return kernel->arena + (size_t)tensor->offset * kernel->batch;
}

/* lrintf(bound / scale) + zero point, clamped before the conversion so that infinities and large
 * bounds are defined. */
static int8_t quantize_bound(float bound, float scale, int32_t zero_point) {
  const float value = bound / scale;
  if (value <= (float)(INT8_MIN - zero_point))
    return INT8_MIN;
  if (value >= (float)(INT8_MAX - zero_point))
    return INT8_MAX;
  return (int8_t)(lrintf(value) + zero_point);
}

octavo_clamp octavo_quantize_clamp(float minimum, float maximum, const octavo_format_tensor *y) {
  const octavo_clamp clamp = {
      .minimum = quantize_bound(minimum, y->scale, y->zero_point),
      .maximum = quantize_bound(maximum, y->scale, y->zero_point),
  };
  return clamp;
}

uint64_t octavo_saturating_multiply(uint64_t a, uint64_t b) {
  uint64_t product = UINT64_MAX;
  (void)octavo_checked_multiply(a, b, &product);
  return product;
}

octavo_status octavo_xnn_status(enum xnn_status status, const char *step, octavo_error *error) {
  switch (status) {
  case xnn_status_success:
    return OCTAVO_OK;
  case xnn_status_out_of_memory:
    return octavo_error_set(error, OCTAVO_ERROR_MEMORY, "out of memory when XNNPACK was to %s",
                            step);
  case xnn_status_unsupported_hardware:
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "this CPU lacks what XNNPACK needs to %s", step);
  default:
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "XNNPACK refused to %s (its status %d)", step, (int)status);
  }
}
