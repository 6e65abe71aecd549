#include "export_nodes.h"

const char *export_name(proto_graph *p, const char *base, const char *suffix) {
  const char *name = proto_name(p, base, suffix);
  return name != NULL ? name : "";
}

const char *export_number(proto_graph *p, const char *base, const char *suffix, float number) {
  const char *name = export_name(p, base, suffix);
  float *data =
      proto_constant(p, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, NULL, sizeof *data);
  if (data != NULL)
    *data = number;
  return name;
}

void export_window(proto_graph *p, Onnx__NodeProto *node, const architecture_layer *spec) {
  const int64_t k = spec->kernel, s = spec->stride, pad = spec->padding;
  proto_attribute_ints(p, node, "kernel_shape", 2, (const int64_t[]){k, k});
  proto_attribute_ints(p, node, "pads", 4, (const int64_t[]){pad, pad, pad, pad});
  proto_attribute_ints(p, node, "strides", 2, (const int64_t[]){s, s});
}

void export_convolution(proto_graph *p, const architecture_layer *spec, size_t input_count,
                        const char *const *inputs, const char *output) {
  Onnx__NodeProto *node = proto_node(p, "Conv", spec->name, input_count, inputs, output);
  export_window(p, node, spec);
  proto_attribute_ints(p, node, "dilations", 2, (const int64_t[]){1, 1});
  proto_attribute_int(p, node, "group", spec->groups);
}

void export_linear(proto_graph *p, const architecture_layer *spec, size_t input_count,
                   const char *const *inputs, const char *output) {
  Onnx__NodeProto *node = proto_node(p, "Gemm", spec->name, input_count, inputs, output);
  proto_attribute_int(p, node, "transB", 1);
}

const char *export_flatten(proto_graph *p, const architecture_layer *spec, const char *x) {
  const char *name = export_name(p, spec->name, ".flatten");
  const char *output = export_name(p, name, "_output");
  Onnx__NodeProto *node = proto_node(p, "Flatten", name, 1, &x, output);
  proto_attribute_int(p, node, "axis", 1);
  return output;
}
