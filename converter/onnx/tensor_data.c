#include "converter/onnx/tensor_data.h"

#include "converter/onnx/external_data.h"
#include "runtime/checked.h"
#include "runtime/memory.h"

#include <math.h>
#include <string.h>

/* The elements as they lie in the file: `size` bytes each if raw, else one of protobuf's fields. */
typedef struct source {
  const uint8_t *raw;
  size_t raw_bytes;

} source;

static float half_to_float(uint16_t half) {
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  float value = 0;
  if (exponent == 31)
    value = mantissa == 0 ? INFINITY : NAN;
  else if (exponent == 0)
    value = ldexpf((float)mantissa, -24);
  else
    value = ldexpf((float)(1024 + mantissa), exponent - 25);
  return half & 0x8000 ? -value : value;
}

static float bfloat_to_float(uint16_t bfloat) {
  const uint32_t bits = (uint32_t)bfloat << 16;
  float value = 0;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Each converts `count` elements, from raw bytes where there are any. */

static void convert_float(const Onnx__TensorProto *p, const uint8_t *raw, size_t count, void *out) {
  memcpy(out, raw != NULL ? (const void *)raw : p->float_data, count * 4);
}

static void convert_double(const Onnx__TensorProto *p, const uint8_t *raw, size_t count,
                           void *out) {
  const uint8_t *from = raw != NULL ? raw : (const uint8_t *)p->double_data;
  for (size_t i = 0; i < count; i++) {
    double value = 0;
    memcpy(&value, from + i * 8, 8);
    ((float *)out)[i] = (float)value;
  }
}

static uint16_t element16(const Onnx__TensorProto *p, const uint8_t *raw, size_t i) {
  return raw != NULL ? (uint16_t)(raw[2 * i] | raw[2 * i + 1] << 8) : (uint16_t)p->int32_data[i];
}

static void convert_half(const Onnx__TensorProto *p, const uint8_t *raw, size_t count, void *out) {
  for (size_t i = 0; i < count; i++)
    ((float *)out)[i] = half_to_float(element16(p, raw, i));
}

static void convert_bfloat(const Onnx__TensorProto *p, const uint8_t *raw, size_t count,
                           void *out) {
  for (size_t i = 0; i < count; i++)
    ((float *)out)[i] = bfloat_to_float(element16(p, raw, i));
}

static void convert_int32(const Onnx__TensorProto *p, const uint8_t *raw, size_t count, void *out) {
  memcpy(out, raw != NULL ? (const void *)raw : p->int32_data, count * 4);
}

static void convert_int64(const Onnx__TensorProto *p, const uint8_t *raw, size_t count, void *out) {
  memcpy(out, raw != NULL ? (const void *)raw : p->int64_data, count * 8);
}

static void convert_byte(const Onnx__TensorProto *p, const uint8_t *raw, size_t count, void *out) {
  for (size_t i = 0; i < count; i++)
    ((uint8_t *)out)[i] = raw != NULL ? raw[i] : (uint8_t)p->int32_data[i];
}

/* Which of protobuf's fields holds the elements where they are not raw. */
typedef enum field { FIELD_FLOAT, FIELD_DOUBLE, FIELD_INT32, FIELD_INT64 } field;

typedef struct conversion {
  int type; /* TensorProto.DataType */
  graph_type result;
  uint32_t size; /* raw bytes of an element */
  field field;
  void (*convert)(const Onnx__TensorProto *proto, const uint8_t *raw, size_t count, void *out);
} conversion;

static const conversion conversions[] = {
    {ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, GRAPH_FLOAT32, 4, FIELD_FLOAT, convert_float},
    {ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, GRAPH_FLOAT32, 8, FIELD_DOUBLE, convert_double},
    {ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, GRAPH_FLOAT32, 2, FIELD_INT32, convert_half},
    {ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16, GRAPH_FLOAT32, 2, FIELD_INT32, convert_bfloat},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT32, GRAPH_INT32, 4, FIELD_INT32, convert_int32},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT64, GRAPH_INT64, 8, FIELD_INT64, convert_int64},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT8, GRAPH_INT8, 1, FIELD_INT32, convert_byte},
    {ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, GRAPH_UINT8, 1, FIELD_INT32, convert_byte},
    {ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, GRAPH_BOOL, 1, FIELD_INT32, convert_byte},
};

static const conversion *find_conversion(const Onnx__TensorProto *proto) {
  for (size_t i = 0; i < sizeof conversions / sizeof conversions[0]; i++)
    if (proto->has_data_type && proto->data_type == conversions[i].type)
      return &conversions[i];
  return NULL;
}

static size_t field_elements(const Onnx__TensorProto *proto, field which) {
  switch (which) {
  case FIELD_FLOAT:
    return proto->n_float_data;
  case FIELD_DOUBLE:
    return proto->n_double_data;
  case FIELD_INT32:
    return proto->n_int32_data;
  case FIELD_INT64:
    return proto->n_int64_data;
  }
  return 0;
}

static octavo_status count_elements(const Onnx__TensorProto *proto, size_t *count,
                                    octavo_error *error) {
  uint64_t total = 1;
  if (proto->n_dims > GRAPH_MAX_RANK)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "it has %zu dimensions, at most %d are supported", proto->n_dims,
                            GRAPH_MAX_RANK);
  for (size_t i = 0; i < proto->n_dims; i++)
    if (proto->dims[i] < 0 || !octavo_checked_multiply(total, (uint64_t)proto->dims[i], &total) ||
        total > OCTAVO_FORMAT_MAX_FILE)
      return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                              "dimension %zu is %lld: negative, or with the others above the "
                              "limit of 2^31 elements",
                              i, (long long)proto->dims[i]);
  *count = (size_t)total;
  return OCTAVO_OK;
}

static octavo_status check_length(const Onnx__TensorProto *proto, const conversion *rule,
                                  const source *from, size_t count, octavo_error *error) {
  if (from->raw != NULL && from->raw_bytes != count * rule->size)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "expected %zu bytes of data for its shape, found %zu",
                            count * rule->size, from->raw_bytes);
  if (from->raw == NULL && field_elements(proto, rule->field) != count)
    return octavo_error_set(error, OCTAVO_ERROR_FORMAT,
                            "expected %zu elements for its shape, found %zu", count,
                            field_elements(proto, rule->field));
  return OCTAVO_OK;
}

static octavo_status convert_and_add(graph *g, const Onnx__TensorProto *proto,
                                     const conversion *rule, const source *from, size_t count,
                                     const char *name, int32_t *index, octavo_error *error) {
  octavo_status status = check_length(proto, rule, from, count, error);
  if (status != OCTAVO_OK)
    return status;
  void *elements = octavo_memory_alloc(count == 0 ? 1 : count, graph_type_size(rule->result));
  if (elements == NULL)
    return octavo_error_memory(error, (uint64_t)count * 4, "a constant");
  if (count > 0)
    rule->convert(proto, from->raw, count, elements);
  status = graph_add_tensor(g, name, rule->result, (uint32_t)proto->n_dims, proto->dims, elements,
                            index, error);
  octavo_memory_free(elements);
  return status;
}

octavo_status tensor_data_add(graph *g, const Onnx__TensorProto *proto, const char *name,
                              const char *folder, int32_t *index, octavo_error *error) {
  const conversion *rule = find_conversion(proto);
  if (rule == NULL)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED,
                            "its data type %d is not supported: expected float, double, float16, "
                            "bfloat16, int32, int64, int8, uint8 or bool",
                            (int)proto->data_type);
  if (proto->segment != NULL)
    return octavo_error_set(error, OCTAVO_ERROR_UNSUPPORTED, "it is split into segments");
  size_t count = 0;
  octavo_status status = count_elements(proto, &count, error);
  if (status != OCTAVO_OK)
    return status;
  source from = {.raw = NULL};
  external_data external = {0};
  if (proto->has_data_location &&
      proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL) {
    status = external_data_open(proto, folder, &external, error);
    if (status != OCTAVO_OK)
      return status;
    from = (source){.raw = external.data, .raw_bytes = external.size};
  } else if (proto->has_raw_data) {
    /* An empty protobuf field has no address. */
    static const uint8_t nothing;
    from.raw = proto->raw_data.len == 0 ? &nothing : proto->raw_data.data;
    from.raw_bytes = proto->raw_data.len;
  }
  status = convert_and_add(g, proto, rule, &from, count, name, index, error);
  external_data_close(&external);
  return status;
}
