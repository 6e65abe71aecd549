#include "converter/export/exporter.h"

#include <stdio.h>
#include <string.h>

bool exporter_take_names(exporter *e) {
  bool complete = true;
  for (uint32_t i = 0; i < e->g->tensor_count; i++)
    complete &= name_map_set(&e->names, e->g->tensors[i].name, 0);
  for (uint32_t i = 0; i < e->g->node_count; i++)
    complete &= name_map_set(&e->names, e->g->nodes[i].name, 0);
  return complete;
}

const char *exporter_name(exporter *e, const char *base, const char *suffix) {
  char *name = proto_name(&e->proto, base, suffix);
  char end[64];
  for (uint32_t k = 2; name != NULL && name_map_find(&e->names, name) != NULL; k++) {
    snprintf(end, sizeof end, "%s_%u", suffix, k);
    name = proto_name(&e->proto, base, end);
  }
  if (name == NULL)
    return "";
  e->is_short_of_memory |= !name_map_set(&e->names, name, 0);
  return name;
}

bool exporter_is_output(const exporter *e, int32_t tensor) {
  for (uint32_t i = 0; i < e->g->output_count; i++)
    if (e->g->outputs[i] == tensor)
      return true;
  return false;
}

Onnx__NodeProto *exporter_node(exporter *e, const char *op, const char *name, size_t input_count,
                               const char *const *inputs, const char *output) {
  return proto_node(&e->proto, op, name, input_count, inputs, output);
}

exporter_scale exporter_add_scale(exporter *e, const char *base, const float *scales,
                                  uint32_t count, int32_t zero_point, int32_t type) {
  const exporter_scale s = {exporter_name(e, base, "_scale"),
                            exporter_name(e, base, "_zero_point")};
  const uint32_t elements = count == 0 ? 1 : count;
  const size_t rank = count == 0 ? 0 : 1,
               size = type == ONNX__TENSOR_PROTO__DATA_TYPE__INT8 ? 1 : 4;
  const int64_t shape = count;
  void *data = proto_constant(&e->proto, s.scale, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, rank,
                              &shape, elements * sizeof *scales);
  if (data != NULL)
    memcpy(data, scales, elements * sizeof *scales);
  /* Several zero points are those of weights and biases: 0, as the memory is. */
  int8_t *zero = proto_constant(&e->proto, s.zero_point, type, rank, &shape, elements * size);
  if (zero != NULL && count == 0 && size == 1)
    *zero = (int8_t)zero_point;
  return s;
}

void exporter_quantize(exporter *e, const char *name, const char *x, exporter_scale scale,
                       const char *y) {
  const char *inputs[3] = {x, scale.scale, scale.zero_point};
  exporter_node(e, "QuantizeLinear", name, 3, inputs, y);
}

void exporter_dequantize(exporter *e, const char *name, const char *x, exporter_scale scale,
                         int64_t axis, const char *y) {
  const char *inputs[3] = {x, scale.scale, scale.zero_point};
  Onnx__NodeProto *node = exporter_node(e, "DequantizeLinear", name, 3, inputs, y);
  if (axis >= 0)
    proto_attribute_int(&e->proto, node, "axis", axis);
}

const char *exporter_longs(exporter *e, const char *base, const char *suffix, size_t count,
                           const int64_t *values) {
  const char *name = exporter_name(e, base, suffix);
  const int64_t shape = (int64_t)count;
  int64_t *data = proto_constant(&e->proto, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 1, &shape,
                                 count * sizeof *data);
  if (data != NULL)
    memcpy(data, values, count * sizeof *data);
  return name;
}

const char *exporter_number(exporter *e, const char *base, const char *suffix, float value) {
  const char *name = exporter_name(e, base, suffix);
  float *data =
      proto_constant(&e->proto, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, NULL, sizeof *data);
  if (data != NULL)
    *data = value;
  return name;
}
