#include "tests/converter/onnx_backend/rewriting.h"

namespace {

char *Text(const std::string &text) {
  return const_cast<char *>(text.c_str());
}

std::string Pack(const Onnx__ModelProto &model) {
  std::string bytes(onnx__model_proto__get_packed_size(&model), '\0');
  onnx__model_proto__pack(&model, reinterpret_cast<uint8_t *>(bytes.data()));
  return bytes;
}

template <typename T>
std::vector<T *> Joined(T **some, size_t count, const std::vector<T *> &more) {
  std::vector<T *> all(some, some + count);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/* The list must outlive the use of `g`. */
void SetInitializers(Onnx__GraphProto *g, std::vector<Onnx__TensorProto *> *all) {
  g->initializer = all->data();
  g->n_initializer = all->size();
}

struct Dimension : Onnx__TensorShapeProto__Dimension {
  explicit Dimension(int64_t size)
      : Onnx__TensorShapeProto__Dimension ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT {
    value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    dim_value = size;
  }
};

/* A float32 tensor [1, size]. */
struct RowInfo {
  RowInfo(const std::string &row, int64_t size) : name(row), elements(size) {
    shape.n_dim = 2;
    shape.dim = dims;
    tensor.has_elem_type = 1;
    tensor.elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor.shape = &shape;
    type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type.tensor_type = &tensor;
    info.name = Text(name);
    info.type = &type;
  }
  std::string name;
  Dimension batch{1}, elements;
  Onnx__TensorShapeProto__Dimension *dims[2] = {&batch, &elements};
  Onnx__TensorShapeProto shape = ONNX__TENSOR_SHAPE_PROTO__INIT;
  Onnx__TypeProto__Tensor tensor = ONNX__TYPE_PROTO__TENSOR__INIT;
  Onnx__TypeProto type = ONNX__TYPE_PROTO__INIT;
  Onnx__ValueInfoProto info = ONNX__VALUE_INFO_PROTO__INIT;
};

struct Node {
  Node(const std::string &op, const std::vector<std::string> &from, const std::string &to)
      : op_type(op), inputs(from), output(to) {
    for (const std::string &input : inputs)
      input_texts.push_back(Text(input));
    proto.op_type = Text(op_type);
    proto.input = input_texts.data();
    proto.n_input = input_texts.size();
    output_text = Text(output);
    proto.output = &output_text;
    proto.n_output = 1;
  }
  std::string op_type;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<char *> input_texts;
  char *output_text;
  Onnx__NodeProto proto = ONNX__NODE_PROTO__INIT;
};

/* Turns what a node says into a float32 row: Cast, then Reshape. */
struct ToRow {
  ToRow(const std::string &value, int64_t size)
      : cast("Cast", {value}, "folded_floats"),
        reshape("Reshape", {"folded_floats", "folded_shape"}, "folded_row"), dims{1, size} {
    to.name = to_name;
    to.has_type = to.has_i = 1;
    to.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    to.i = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    cast.proto.attribute = &attribute;
    cast.proto.n_attribute = 1;
    shape.name = shape_name;
    shape.has_data_type = 1;
    shape.data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
    shape.dims = &rank;
    shape.n_dims = 1;
    shape.int64_data = dims;
    shape.n_int64_data = 2;
  }
  Node cast, reshape;
  char to_name[3] = "to", shape_name[13] = "folded_shape";
  Onnx__AttributeProto to = ONNX__ATTRIBUTE_PROTO__INIT;
  Onnx__AttributeProto *attribute = &to;
  int64_t rank = 2, dims[2];
  Onnx__TensorProto shape = ONNX__TENSOR_PROTO__INIT;
};

} // namespace

std::string PackWith(const Onnx__ModelProto &model,
                     const std::vector<Onnx__TensorProto *> &constants) {
  Onnx__GraphProto g = *model.graph;
  auto initializers = Joined(g.initializer, g.n_initializer, constants);
  SetInitializers(&g, &initializers);
  Onnx__ModelProto changed = model;
  changed.graph = &g;
  return Pack(changed);
}

std::string PackFolded(const Onnx__ModelProto &model,
                       const std::vector<Onnx__TensorProto *> &constants, const std::string &output,
                       int64_t size) {
  ToRow row(output, size);
  Node add("Add", {kFoldedInput, row.reshape.output}, "folded_output");
  RowInfo input(kFoldedInput, size), result(add.output, size);
  Onnx__GraphProto g = *model.graph;
  auto nodes = Joined(g.node, g.n_node, {&row.cast.proto, &row.reshape.proto, &add.proto});
  auto inputs = Joined(g.input, g.n_input, {&input.info});
  auto initializers = Joined(g.initializer, g.n_initializer, {&row.shape});
  Onnx__ValueInfoProto *result_info = &result.info;
  g.node = nodes.data();
  g.n_node = nodes.size();
  g.input = inputs.data();
  g.n_input = inputs.size();
  g.output = &result_info;
  g.n_output = 1;
  SetInitializers(&g, &initializers);
  Onnx__ModelProto changed = model;
  changed.graph = &g;
  return PackWith(changed, constants);
}
