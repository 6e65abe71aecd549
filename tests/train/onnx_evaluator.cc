#include "tests/train/onnx_evaluator.h"

#include "onnx.pb-c.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>

namespace {

using Inputs = std::vector<const Tensor *>;

struct Model {
  explicit Model(const std::string &bytes)
      : proto(onnx__model_proto__unpack(nullptr, bytes.size(),
                                        reinterpret_cast<const uint8_t *>(bytes.data()))) {
    if (proto == nullptr)
      throw std::runtime_error("no ONNX model");
  }
  ~Model() {
    onnx__model_proto__free_unpacked(proto, nullptr);
  }
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;
  Onnx__ModelProto *proto;
};

std::vector<int64_t> Ints(const Onnx__NodeProto &node, const std::string &name) {
  for (size_t i = 0; i < node.n_attribute; i++)
    if (name == node.attribute[i]->name)
      return {node.attribute[i]->ints, node.attribute[i]->ints + node.attribute[i]->n_ints};
  throw std::runtime_error(name + " is missing");
}

int64_t Int(const Onnx__NodeProto &node, const std::string &name, int64_t missing) {
  for (size_t i = 0; i < node.n_attribute; i++)
    if (name == node.attribute[i]->name)
      return node.attribute[i]->i;
  return missing;
}

// A square window that slides over x.
struct Window {
  Window(const Onnx__NodeProto &node, const Tensor &x)
      : kernel(Ints(node, "kernel_shape")[0]), stride(Ints(node, "strides")[0]),
        padding(Ints(node, "pads")[0]), height(x.shape[2]), width(x.shape[3]),
        out_height((height + 2 * padding - kernel) / stride + 1),
        out_width((width + 2 * padding - kernel) / stride + 1) {}

  // Calls visit(output, input) with the pixels that meet at place (i, j) of the window.
  template <typename Visit>
  void Each(int64_t i, int64_t j, Visit visit) const {
    for (int64_t y = 0; y < out_height; y++)
      for (int64_t x = 0; x < out_width; x++) {
        const int64_t row = y * stride - padding + i, column = x * stride - padding + j;
        if (row >= 0 && row < height && column >= 0 && column < width)
          visit(y * out_width + x, row * width + column);
      }
  }

  int64_t kernel, stride, padding, height, width, out_height, out_width;
};

// A plane for each image and channel, filled with `start`.
Tensor Planes(const Window &w, int64_t images, int64_t channels, double start) {
  Tensor y{{images, channels, w.out_height, w.out_width}, {}};
  y.data.assign((size_t)(images * channels * w.out_height * w.out_width), start);
  return y;
}

Tensor Convolution(const Onnx__NodeProto &node, const Inputs &in) {
  const Tensor &x = *in[0], &weight = *in[1];
  const Window w(node, x);
  const int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  const int64_t per_group = outputs / Int(node, "group", 1);
  Tensor result = Planes(w, x.shape[0], outputs, 0.0);
  double *y = result.data.data();
  for (int64_t n = 0; n < x.shape[0]; n++)
    for (int64_t c = 0; c < outputs; c++, y += w.out_height * w.out_width) {
      const double *filter = &weight.data[(size_t)(c * inputs * w.kernel * w.kernel)];
      for (int64_t k = 0; k < inputs; k++) {
        const int64_t channel = n * x.shape[1] + c / per_group * inputs + k;
        const double *image = &x.data[(size_t)(channel * w.height * w.width)];
        for (int64_t at = 0; at < w.kernel * w.kernel; at++, filter++)
          w.Each(at / w.kernel, at % w.kernel,
                 [&](int64_t to, int64_t from) { y[to] += *filter * image[from]; });
      }
      for (int64_t i = 0; in.size() > 2 && i < w.out_height * w.out_width; i++)
        y[i] += in[2]->data[(size_t)c];
    }
  return result;
}

Tensor MaxPool(const Onnx__NodeProto &node, const Inputs &in) {
  const Tensor &x = *in[0];
  const Window w(node, x);
  Tensor result = Planes(w, x.shape[0], x.shape[1], -std::numeric_limits<double>::infinity());
  double *y = result.data.data();
  const double *image = x.data.data();
  for (int64_t plane = 0; plane < x.shape[0] * x.shape[1]; plane++) {
    for (int64_t at = 0; at < w.kernel * w.kernel; at++)
      w.Each(at / w.kernel, at % w.kernel,
             [&](int64_t to, int64_t from) { y[to] = std::max(y[to], image[from]); });
    y += w.out_height * w.out_width;
    image += w.height * w.width;
  }
  return result;
}

Tensor BatchNorm(const Onnx__NodeProto &, const Inputs &in) {
  Tensor y = *in[0];
  const size_t area = (size_t)(y.shape[2] * y.shape[3]), channels = (size_t)y.shape[1];
  for (size_t i = 0; i < y.data.size(); i++) {
    const size_t c = i / area % channels;
    y.data[i] = (y.data[i] - in[3]->data[c]) / std::sqrt(in[4]->data[c] + 1e-5) * in[1]->data[c] +
                in[2]->data[c];
  }
  return y;
}

Tensor GlobalAverage(const Onnx__NodeProto &, const Inputs &in) {
  const Tensor &x = *in[0];
  const size_t area = (size_t)(x.shape[2] * x.shape[3]);
  Tensor y{{x.shape[0], x.shape[1], 1, 1}, {}};
  for (size_t i = 0; i < x.data.size(); i += area) {
    double sum = 0;
    for (size_t k = 0; k < area; k++)
      sum += x.data[i + k];
    y.data.push_back(sum / (double)area);
  }
  return y;
}

Tensor Flatten(const Onnx__NodeProto &, const Inputs &in) {
  return {{in[0]->shape[0], (int64_t)in[0]->data.size() / in[0]->shape[0]}, in[0]->data};
}

Tensor Gemm(const Onnx__NodeProto &node, const Inputs &in) {
  if (Int(node, "transB", 0) != 1)
    throw std::runtime_error("expected transB");
  const size_t rows = (size_t)in[0]->shape[0], inputs = (size_t)in[0]->shape[1];
  const size_t outputs = (size_t)in[1]->shape[0];
  Tensor y{{(int64_t)rows, (int64_t)outputs}, {}};
  for (size_t n = 0; n < rows; n++)
    for (size_t o = 0; o < outputs; o++) {
      double sum = in.size() > 2 ? in[2]->data[o] : 0.0;
      for (size_t k = 0; k < inputs; k++)
        sum += in[0]->data[n * inputs + k] * in[1]->data[o * inputs + k];
      y.data.push_back(sum);
    }
  return y;
}

Tensor Clip(const Onnx__NodeProto &, const Inputs &in) {
  Tensor y = *in[0];
  for (double &v : y.data)
    v = std::min(std::max(v, in[1]->data[0]), in[2]->data[0]);
  return y;
}

Tensor Map(const Inputs &in, double (*f)(double)) {
  Tensor y = *in[0];
  for (double &v : y.data)
    v = f(v);
  return y;
}

// Of int8, with one scale.
Tensor Quantize(const Onnx__NodeProto &, const Inputs &in) {
  Tensor y = *in[0];
  for (double &v : y.data)
    v = std::clamp(std::nearbyint(v / in[1]->data.at(0)) + in[2]->data.at(0), -128.0, 127.0);
  return y;
}

// With one scale, or one for each index of the axis.
Tensor Dequantize(const Onnx__NodeProto &node, const Inputs &in) {
  Tensor y = *in[0];
  const std::vector<double> &scales = in[1]->data, &zeros = in[2]->data;
  if (scales.size() > 1 &&
      (Int(node, "axis", 1) != 0 || static_cast<int64_t>(scales.size()) != y.shape.at(0)))
    throw std::runtime_error("expected a scale for each output channel");
  const size_t row = y.data.size() / scales.size();
  for (size_t i = 0; i < y.data.size(); i++)
    y.data[i] = (y.data[i] - zeros.at(i / row)) * scales[i / row];
  return y;
}

// Of two tensors alike, or one and a single number.
Tensor Zip(const Inputs &in, double (*f)(double, double)) {
  Tensor y = *in[0];
  for (size_t i = 0; i < y.data.size(); i++)
    y.data[i] = f(y.data[i], in[1]->data[in[1]->data.size() == 1 ? 0 : i]);
  return y;
}

const std::map<std::string, std::function<Tensor(const Onnx__NodeProto &, const Inputs &)>>
    kOperators = {
        {"Conv", Convolution},
        {"MaxPool", MaxPool},
        {"QuantizeLinear", Quantize},
        {"DequantizeLinear", Dequantize},
        {"BatchNormalization", BatchNorm},
        {"GlobalAveragePool", GlobalAverage},
        {"Flatten", Flatten},
        {"Gemm", Gemm},
        {"Clip", Clip},
        {"Relu",
         [](const Onnx__NodeProto &, const Inputs &in) {
           return Map(in, [](double x) { return std::max(x, 0.0); });
         }},
        {"Erf", [](const Onnx__NodeProto &,
                   const Inputs &in) { return Map(in, [](double x) { return std::erf(x); }); }},
        {"Add", [](const Onnx__NodeProto &,
                   const Inputs &in) { return Zip(in, [](double x, double y) { return x + y; }); }},
        {"Mul", [](const Onnx__NodeProto &,
                   const Inputs &in) { return Zip(in, [](double x, double y) { return x * y; }); }},
        {"Div", [](const Onnx__NodeProto &, const Inputs &in) {
           return Zip(in, [](double x, double y) { return x / y; });
         }}};

template <typename Number>
std::vector<double> Numbers(const Onnx__TensorProto &proto) {
  std::vector<Number> values(proto.raw_data.len / sizeof(Number));
  std::memcpy(values.data(), proto.raw_data.data, proto.raw_data.len);
  return {values.begin(), values.end()};
}

Tensor ReadConstant(const Onnx__TensorProto &proto) {
  const std::vector<int64_t> shape(proto.dims, proto.dims + proto.n_dims);
  switch (proto.data_type) {
  case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    return {shape, Numbers<float>(proto)};
  case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
    return {shape, Numbers<int8_t>(proto)};
  case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
    return {shape, Numbers<int32_t>(proto)};
  default:
    throw std::runtime_error("a constant of another type");
  }
}

} // namespace

Tensor EvaluateOnnx(const std::string &bytes, const Tensor &input) {
  const Model model(bytes);
  const Onnx__GraphProto &graph = *model.proto->graph;
  std::map<std::string, Tensor> tensors{{graph.input[0]->name, input}};
  for (size_t i = 0; i < graph.n_initializer; i++)
    tensors[graph.initializer[i]->name] = ReadConstant(*graph.initializer[i]);
  for (size_t i = 0; i < graph.n_node; i++) {
    const Onnx__NodeProto &node = *graph.node[i];
    Inputs inputs;
    for (size_t k = 0; k < node.n_input; k++)
      inputs.push_back(&tensors.at(node.input[k]));
    tensors[node.output[0]] = kOperators.at(node.op_type)(node, inputs);
  }
  return tensors.at(graph.output[0]->name);
}

std::map<std::string, std::string> OnnxMetadata(const std::string &bytes) {
  const Model model(bytes);
  std::map<std::string, std::string> result;
  for (size_t i = 0; i < model.proto->n_metadata_props; i++)
    result[model.proto->metadata_props[i]->key] = model.proto->metadata_props[i]->value;
  return result;
}

std::vector<std::string> OnnxOperators(const std::string &bytes) {
  const Model model(bytes);
  std::vector<std::string> result;
  for (size_t i = 0; i < model.proto->graph->n_node; i++)
    result.emplace_back(model.proto->graph->node[i]->op_type);
  return result;
}
