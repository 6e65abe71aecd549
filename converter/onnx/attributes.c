#include "converter/onnx/node.h"

#include <string.h>

static const Onnx__AttributeProto *find(const onnx_node *n, const char *name) {
  for (size_t i = 0; i < n->proto->n_attribute; i++) {
    const Onnx__AttributeProto *attribute = n->proto->attribute[i];
    if (attribute->name != NULL && strcmp(attribute->name, name) == 0)
      return attribute;
  }
  return NULL;
}

bool onnx_has_attribute(const onnx_node *n, const char *name) {
  return find(n, name) != NULL;
}

octavo_status onnx_attribute_int(const onnx_node *n, const char *name, int64_t missing,
                                 int64_t *value) {
  const Onnx__AttributeProto *attribute = find(n, name);
  *value = missing;
  if (attribute == NULL)
    return OCTAVO_OK;
  if (!attribute->has_i)
    return onnx_invalid(n, "attribute %s: expected a whole number", name);
  *value = attribute->i;
  return OCTAVO_OK;
}

octavo_status onnx_attribute_float(const onnx_node *n, const char *name, float missing,
                                   float *value) {
  const Onnx__AttributeProto *attribute = find(n, name);
  *value = missing;
  if (attribute == NULL)
    return OCTAVO_OK;
  if (!attribute->has_f)
    return onnx_invalid(n, "attribute %s: expected a number", name);
  *value = attribute->f;
  return OCTAVO_OK;
}

octavo_status onnx_attribute_ints(const onnx_node *n, const char *name, onnx_shape *ints) {
  const Onnx__AttributeProto *attribute = find(n, name);
  *ints = (onnx_shape){0};
  if (attribute == NULL)
    return OCTAVO_OK;
  if (attribute->n_ints > GRAPH_MAX_RANK)
    return onnx_invalid(n, "attribute %s: expected at most %d numbers, found %zu", name,
                        GRAPH_MAX_RANK, attribute->n_ints);
  ints->rank = (uint32_t)attribute->n_ints;
  for (uint32_t i = 0; i < ints->rank; i++)
    ints->dims[i] = attribute->ints[i];
  return OCTAVO_OK;
}

octavo_status onnx_attribute_list(const onnx_node *n, const char *name, uint32_t count,
                                  int64_t *values) {
  const Onnx__AttributeProto *attribute = find(n, name);
  const size_t found = attribute == NULL ? 0 : attribute->n_ints;
  if (found != count)
    return onnx_invalid(n, "attribute %s: expected %u numbers, found %zu", name, count, found);
  for (uint32_t i = 0; i < count; i++)
    values[i] = attribute->ints[i];
  return OCTAVO_OK;
}

bool onnx_attribute_is(const onnx_node *n, const char *name, const char *text, bool missing) {
  const Onnx__AttributeProto *attribute = find(n, name);
  if (attribute == NULL)
    return missing;
  return attribute->has_s && attribute->s.len == strlen(text) &&
         memcmp(attribute->s.data, text, attribute->s.len) == 0;
}
