#include "tests/converter/onnx_backend/node_test.h"

#include "converter/onnx/onnx_import.h"
#include "converter/operators/operator.h"
#include "tests/converter/onnx_backend/rewriting.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace {

std::vector<uint8_t> ReadBytes(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/* ---- Numbers of a tensor -------------------------------------------------------------------- */

double HalfToDouble(uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  double value = std::ldexp(exponent == 0 ? mantissa : mantissa + 1024, std::max(exponent, 1) - 25);
  if (exponent == 31)
    value = mantissa == 0 ? INFINITY : NAN;
  return half & 0x8000 ? -value : value;
}

template <typename T>
double At(const uint8_t *raw, size_t i) {
  T value;
  std::memcpy(&value, raw + i * sizeof value, sizeof value);
  return static_cast<double>(value);
}

double HalfAt(const uint8_t *raw, size_t i) {
  uint16_t half;
  std::memcpy(&half, raw + 2 * i, sizeof half);
  return HalfToDouble(half);
}

struct NumberType {
  int type;
  size_t size;
  double (*at)(const uint8_t *raw, size_t i);
};

const NumberType number_types[] = {
    {ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 4, At<float>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, 8, At<double>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, 2, HalfAt},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT8, 1, At<int8_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT16, 2, At<int16_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT32, 4, At<int32_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 8, At<int64_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, 1, At<uint8_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__UINT16, 2, At<uint16_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__UINT32, 4, At<uint32_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__UINT64, 8, At<uint64_t>},
    {ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, 1, At<uint8_t>},
};

/* All of these files keep their numbers in raw_data, or have none. */
void ReadNumbers(NodeValue *value) {
  const Onnx__TensorProto &proto = *value->proto;
  size_t count = 1;
  for (size_t i = 0; i < proto.n_dims; i++)
    count *= static_cast<size_t>(proto.dims[i]);
  for (const NumberType &type : number_types) {
    if (type.type != proto.data_type || proto.raw_data.len != count * type.size)
      continue;
    value->readable = true;
    value->floating = type.type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT ||
                      type.type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE ||
                      type.type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16;
    value->shape.assign(proto.dims, proto.dims + proto.n_dims);
    for (size_t i = 0; i < count; i++)
      value->numbers.push_back(type.at(proto.raw_data.data, i));
  }
}

NodeValue ReadValue(const Onnx__ValueInfoProto &info, const std::string &path) {
  NodeValue value;
  value.name = info.name;
  if (info.type == nullptr || info.type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    return value;
  const std::vector<uint8_t> bytes = ReadBytes(path);
  value.proto.reset(onnx__tensor_proto__unpack(nullptr, bytes.size(), bytes.data()));
  /* bfloat16 is stored as the bits of another type. */
  const auto &tensor = *info.type->tensor_type;
  if (value.proto != nullptr && value.proto->data_type == tensor.elem_type)
    ReadNumbers(&value);
  return value;
}

/* Old models list their initializers among the inputs. */
bool IsInitializer(const Onnx__GraphProto &g, const std::string &name) {
  for (size_t i = 0; i < g.n_initializer; i++)
    if (name == g.initializer[i]->name)
      return true;
  return false;
}

/* ---- Operator sets -------------------------------------------------------------------------- */

/* Operators whose definition in operator set 9, the oldest that the converter reads, is of an
 * earlier set (onnx/docs/Operators.md). */
struct Unchanged {
  const char *op;
  int64_t since;
};
const Unchanged unchanged[] = {
    {"Conv", 1},        {"GlobalAveragePool", 1}, {"GlobalMaxPool", 1},
    {"HardSigmoid", 6}, {"LeakyRelu", 6},         {"Pad", 2},
    {"Relu", 6},        {"Sigmoid", 6},           {"Softmax", 1},
    {"Tanh", 6},
};

bool Means9(const Onnx__NodeProto &node, int64_t opset) {
  for (const Unchanged &row : unchanged)
    if (node.op_type == std::string(row.op) && row.since <= opset)
      return true;
  return false;
}

bool IsPlain(const char *domain) {
  return domain == nullptr || *domain == '\0';
}

/* A model of an older operator set that means the same in set 9 is read as one of that. */
void RaiseOpset(Onnx__ModelProto *model) {
  Onnx__OperatorSetIdProto *set = model->n_opset_import == 1 ? model->opset_import[0] : nullptr;
  if (set == nullptr || set->version >= ONNX_MIN_OPSET)
    return;
  for (size_t i = 0; i < model->graph->n_node; i++)
    if (!Means9(*model->graph->node[i], set->version))
      return;
  set->version = ONNX_MIN_OPSET;
}

} // namespace

NodeTest::NodeTest(const std::string &folder) {
  const std::vector<uint8_t> bytes = ReadBytes(folder + "/model.onnx");
  model_.reset(onnx__model_proto__unpack(nullptr, bytes.size(), bytes.data()));
  if (model_ == nullptr || model_->graph == nullptr)
    return;
  RaiseOpset(model_.get());
  const Onnx__GraphProto &g = *model_->graph;
  const std::string data = folder + "/test_data_set_0/";
  for (size_t i = 0; i < g.n_input; i++)
    if (!IsInitializer(g, g.input[i]->name))
      inputs_.push_back(
          ReadValue(*g.input[i], data + "input_" + std::to_string(inputs_.size()) + ".pb"));
  for (size_t i = 0; i < g.n_output; i++)
    outputs_.push_back(ReadValue(*g.output[i], data + "output_" + std::to_string(i) + ".pb"));
}

bool NodeTest::readable() const {
  for (const NodeValue &output : outputs_)
    if (!output.readable)
      return false;
  for (const NodeValue &input : inputs_)
    if (!input.readable)
      return false;
  return !outputs_.empty();
}

int64_t NodeTest::opset() const {
  for (size_t i = 0; i < model_->n_opset_import; i++)
    if (IsPlain(model_->opset_import[i]->domain))
      return model_->opset_import[i]->version;
  return 0;
}

bool NodeTest::too_old() const {
  return opset() < ONNX_MIN_OPSET;
}

bool NodeTest::OperatorsKnown() const {
  if (model_ == nullptr || model_->graph == nullptr)
    return false;
  for (size_t i = 0; i < model_->graph->n_node; i++) {
    const Onnx__NodeProto &node = *model_->graph->node[i];
    if (!IsPlain(node.domain) || onnx_operator_find(node.op_type, opset()) == nullptr)
      return false;
  }
  return model_->graph->n_node > 0;
}

std::vector<Variant> NodeTest::Variants() const {
  std::vector<Variant> variants;
  const auto add = [&](const char *name, const std::vector<bool> &activation) {
    bool any = false, empty = false, known = false;
    for (size_t i = 0; i < activation.size(); i++) {
      any = any || activation[i];
      empty = empty || (activation[i] && inputs_[i].numbers.empty());
    }
    for (const Variant &variant : variants)
      known = known || variant.activation == activation;
    if (any && !empty && !known)
      variants.push_back({name, activation, false});
  };
  std::vector<bool> all(inputs_.size()), first(inputs_.size()), last(inputs_.size());
  size_t last_at = inputs_.size();
  for (size_t i = 0; i < inputs_.size(); i++) {
    all[i] = inputs_[i].floating;
    first[i] = inputs_[i].floating && last_at == inputs_.size();
    if (inputs_[i].floating)
      last_at = i;
  }
  if (last_at < inputs_.size())
    last[last_at] = true;
  add("all inputs are activations", all);
  add("the first input is an activation", first);
  add("the last input is an activation", last);
  if (outputs_.size() == 1 && !outputs_[0].numbers.empty())
    variants.push_back({"all inputs are constants", std::vector<bool>(inputs_.size()), true});
  return variants;
}

std::string NodeTest::Model(const Variant &variant) const {
  std::vector<Onnx__TensorProto *> constants;
  std::vector<Onnx__TensorProto> copies(inputs_.size());
  for (size_t i = 0; i < inputs_.size(); i++) {
    if (variant.activation[i])
      continue;
    copies[i] = *inputs_[i].proto;
    copies[i].name = const_cast<char *>(inputs_[i].name.c_str());
    constants.push_back(&copies[i]);
  }
  const NodeValue &output = outputs_[0];
  return variant.folded
             ? PackFolded(*model_, constants, output.name, (int64_t)output.numbers.size())
             : PackWith(*model_, constants);
}
