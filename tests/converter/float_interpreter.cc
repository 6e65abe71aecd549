#include "float_interpreter.h"

#include "tests/reference/reference.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

namespace {

using Values = std::vector<double>;

double Clamp(double value, float low, float high) {
  return std::min(std::max(value, static_cast<double>(low)), static_cast<double>(high));
}

class Interpreter {
public:
  explicit Interpreter(const graph &g) : g_(g), values_(g.tensor_count) {
    for (uint32_t i = 0; i < g.tensor_count; i++)
      if (g.tensors[i].constant) {
        const float *data = static_cast<const float *>(g.tensors[i].data);
        values_[i].assign(data, data + graph_element_count(&g.tensors[i]));
      }
  }

  Values &At(int32_t tensor) {
    return values_.at(static_cast<size_t>(tensor));
  }

  void Run(const graph_node &n) {
    const Values &x = At(n.inputs[0]);
    Values y(graph_element_count(&g_.tensors[n.outputs[0]]));
    switch (n.op) {
    case OCTAVO_OP_CONVOLUTION:
      Convolution(n, x, &y);
      break;
    case OCTAVO_OP_FULLY_CONNECTED:
      FullyConnected(n, x, &y);
      break;
    case OCTAVO_OP_ADD:
      Arithmetic(n, std::plus<double>(), &y);
      break;
    case OCTAVO_OP_MULTIPLY:
      Arithmetic(n, std::multiplies<double>(), &y);
      break;
    case OCTAVO_OP_SUBTRACT:
      Arithmetic(n, std::minus<double>(), &y);
      break;
    case OCTAVO_OP_UNARY:
      for (size_t i = 0; i < y.size(); i++)
        y[i] = reference_unary_value(&n.attributes.unary, x.at(i));
      break;
    case OCTAVO_OP_CLIP:
      for (size_t i = 0; i < y.size(); i++)
        y[i] = Clamp(x.at(i), n.attributes.clamp.clamp_min, n.attributes.clamp.clamp_max);
      break;
    case OCTAVO_OP_MAX_POOL:
    case OCTAVO_OP_AVERAGE_POOL:
      Pool(n, x, &y);
      break;
    case OCTAVO_OP_GLOBAL_AVERAGE_POOL:
      GlobalAverage(x, &y);
      break;
    case OCTAVO_OP_SOFTMAX:
      Softmax(n, x, &y);
      break;
    case OCTAVO_OP_CONCATENATION:
      Concatenation(n, &y);
      break;
    case OCTAVO_OP_RESHAPE:
      if (x.size() != y.size())
        throw std::runtime_error("reshape changes the number of elements");
      y = x;
      break;
    case OCTAVO_OP_PAD:
      Pad(n, x, &y);
      break;
    case OCTAVO_OP_TRANSPOSE:
      Transpose(n, x, &y);
      break;
    case OCTAVO_OP_SLICE:
      Slice(n, x, &y);
      break;
    case OCTAVO_OP_RESIZE:
      Resize(n, x, &y);
      break;
    case OCTAVO_OP_MEAN:
      Mean(n, x, &y);
      break;
    default:
      throw std::runtime_error("operator " + std::to_string(n.op) + " is not a lowered one");
    }
    At(n.outputs[0]) = std::move(y);
  }

private:
  const int64_t *Shape(int32_t tensor) const {
    return g_.tensors[tensor].shape;
  }

  // Where in operand `x` the element number `i` of `y` lies.
  size_t Broadcast(int32_t x, int32_t y, size_t i) const {
    const graph_tensor &tx = g_.tensors[x], &ty = g_.tensors[y];
    if (tx.rank != ty.rank)
      throw std::runtime_error("operands of different rank");
    size_t index = 0, stride = 1;
    for (uint32_t k = ty.rank; k-- > 0;) {
      const size_t size = static_cast<size_t>(ty.shape[k]), own = static_cast<size_t>(tx.shape[k]);
      if (own != size && own != 1)
        throw std::runtime_error("operands cannot be broadcast");
      index += own == 1 ? 0 : i % size * stride;
      i /= size;
      stride *= own;
    }
    return index;
  }

  void Arithmetic(const graph_node &n, const std::function<double(double, double)> &operation,
                  Values *y) {
    const int32_t a = n.inputs[0], b = n.inputs[1], out = n.outputs[0];
    for (size_t i = 0; i < y->size(); i++)
      (*y)[i] = Clamp(operation(At(a).at(Broadcast(a, out, i)), At(b).at(Broadcast(b, out, i))),
                      n.attributes.clamp.clamp_min, n.attributes.clamp.clamp_max);
  }

  void Convolution(const graph_node &n, const Values &x, Values *y) {
    const octavo_attributes_convolution &a = n.attributes.convolution;
    const int64_t *xs = Shape(n.inputs[0]), *ws = Shape(n.inputs[1]), *ys = Shape(n.outputs[0]);
    const Values &weights = At(n.inputs[1]);
    const int64_t per_group = xs[3] / a.groups, outputs_per_group = ys[3] / a.groups;
    if (ws[0] != ys[3] || ws[1] != a.kernel_height || ws[2] != a.kernel_width || ws[3] != per_group)
      throw std::runtime_error("weights do not fit");
    size_t at = 0;
    for (int64_t oy = 0; oy < ys[1]; oy++)
      for (int64_t ox = 0; ox < ys[2]; ox++)
        for (int64_t o = 0; o < ys[3]; o++) {
          double sum = n.input_count > 2 ? At(n.inputs[2]).at(static_cast<size_t>(o)) : 0;
          for (int64_t ky = 0; ky < ws[1]; ky++)
            for (int64_t kx = 0; kx < ws[2]; kx++) {
              const int64_t iy = oy * a.stride_height + ky * a.dilation_height - a.pad_top;
              const int64_t ix = ox * a.stride_width + kx * a.dilation_width - a.pad_left;
              if (iy < 0 || ix < 0 || iy >= xs[1] || ix >= xs[2])
                continue;
              for (int64_t i = 0; i < per_group; i++) {
                const int64_t channel = o / outputs_per_group * per_group + i;
                sum += x.at(static_cast<size_t>((iy * xs[2] + ix) * xs[3] + channel)) *
                       weights.at(static_cast<size_t>(((o * ws[1] + ky) * ws[2] + kx) * ws[3] + i));
              }
            }
          y->at(at++) = Clamp(sum, a.clamp_min, a.clamp_max);
        }
    if (ys[1] !=
        (xs[1] + a.pad_top + a.pad_bottom - (ws[1] - 1) * a.dilation_height - 1) / a.stride_height +
            1)
      throw std::runtime_error("output height does not fit");
  }

  void FullyConnected(const graph_node &n, const Values &x, Values *y) {
    const Values &weights = At(n.inputs[1]);
    if (weights.size() != x.size() * y->size())
      throw std::runtime_error("weights do not fit");
    for (size_t o = 0; o < y->size(); o++) {
      double sum = n.input_count > 2 ? At(n.inputs[2]).at(o) : 0;
      for (size_t i = 0; i < x.size(); i++)
        sum += x[i] * weights[o * x.size() + i];
      (*y)[o] = Clamp(sum, n.attributes.clamp.clamp_min, n.attributes.clamp.clamp_max);
    }
  }

  void Pool(const graph_node &n, const Values &x, Values *y) {
    const octavo_attributes_pool &a = n.attributes.pool;
    const int64_t *xs = Shape(n.inputs[0]), *ys = Shape(n.outputs[0]);
    size_t at = 0;
    for (int64_t oy = 0; oy < ys[1]; oy++)
      for (int64_t ox = 0; ox < ys[2]; ox++)
        for (int64_t c = 0; c < ys[3]; c++) {
          double sum = 0, largest = -std::numeric_limits<double>::infinity();
          int64_t inside = 0;
          for (int64_t ky = 0; ky < a.kernel_height; ky++)
            for (int64_t kx = 0; kx < a.kernel_width; kx++) {
              const int64_t iy = oy * a.stride_height + ky * a.dilation_height - a.pad_top;
              const int64_t ix = ox * a.stride_width + kx * a.dilation_width - a.pad_left;
              if (iy < 0 || ix < 0 || iy >= xs[1] || ix >= xs[2])
                continue;
              const double value = x.at(static_cast<size_t>((iy * xs[2] + ix) * xs[3] + c));
              sum += value;
              largest = std::max(largest, value);
              inside++;
            }
          if (inside == 0)
            throw std::runtime_error("a window covers padding alone");
          const int64_t divisor =
              a.count_padding ? int64_t{a.kernel_height} * a.kernel_width : inside;
          y->at(at++) = n.op == OCTAVO_OP_MAX_POOL ? largest : sum / static_cast<double>(divisor);
        }
  }

  static void GlobalAverage(const Values &x, Values *y) {
    const size_t channels = y->size();
    for (size_t i = 0; i < x.size(); i++)
      (*y)[i % channels] += x[i] * static_cast<double>(channels) / static_cast<double>(x.size());
  }

  void Softmax(const graph_node &n, const Values &x, Values *y) {
    const graph_tensor &t = g_.tensors[n.inputs[0]];
    const size_t row = static_cast<size_t>(t.shape[t.rank - 1]);
    for (size_t start = 0; start < x.size(); start += row) {
      double sum = 0;
      for (size_t i = start; i < start + row; i++)
        sum += std::exp(x[i]);
      for (size_t i = start; i < start + row; i++)
        (*y)[i] = std::exp(x[i]) / sum;
    }
  }

  void Concatenation(const graph_node &n, Values *y) {
    const graph_tensor &t = g_.tensors[n.outputs[0]];
    size_t outer = 1, done = 0;
    for (uint32_t i = 0; i < n.attributes.axis.axis; i++)
      outer *= static_cast<size_t>(t.shape[i]);
    for (size_t k = 0; k < outer; k++)
      for (uint32_t i = 0; i < n.input_count; i++) {
        const Values &x = At(n.inputs[i]);
        const size_t block = x.size() / outer;
        for (size_t j = 0; j < block; j++)
          y->at(done++) = x.at(k * block + j);
      }
  }

  void Pad(const graph_node &n, const Values &x, Values *y) {
    const graph_tensor &tx = g_.tensors[n.inputs[0]], &ty = g_.tensors[n.outputs[0]];
    const octavo_attributes_pad &a = n.attributes.pad;
    for (size_t i = 0; i < y->size(); i++) {
      int64_t rest = static_cast<int64_t>(i), from = 0, stride = 1;
      bool inside = true;
      for (uint32_t k = ty.rank; k-- > 0;) {
        const int64_t position = rest % ty.shape[k] - a.before[k];
        rest /= ty.shape[k];
        inside = inside && position >= 0 && position < tx.shape[k];
        from += position * stride;
        stride *= tx.shape[k];
      }
      (*y)[i] = inside ? x.at(static_cast<size_t>(from)) : static_cast<double>(a.value);
    }
  }

  // Place k of a tensor along each axis, and back.
  std::vector<int64_t> Unravel(int32_t tensor, size_t k) const {
    const graph_tensor &t = g_.tensors[tensor];
    std::vector<int64_t> place(t.rank);
    for (uint32_t i = t.rank; i-- > 0; k /= static_cast<size_t>(t.shape[i]))
      place[i] = static_cast<int64_t>(k) % t.shape[i];
    return place;
  }

  size_t Ravel(int32_t tensor, const std::vector<int64_t> &place) const {
    const graph_tensor &t = g_.tensors[tensor];
    int64_t k = 0;
    for (uint32_t i = 0; i < t.rank; i++) {
      if (place.at(i) < 0 || place.at(i) >= t.shape[i])
        throw std::runtime_error("outside the tensor");
      k = k * t.shape[i] + place[i];
    }
    return static_cast<size_t>(k);
  }

  void Transpose(const graph_node &n, const Values &x, Values *y) {
    for (size_t k = 0; k < y->size(); k++) {
      const std::vector<int64_t> to = Unravel(n.outputs[0], k);
      std::vector<int64_t> from(to.size());
      for (size_t i = 0; i < to.size(); i++)
        from.at(n.attributes.transpose.axes[i]) = to[i];
      (*y)[k] = x.at(Ravel(n.inputs[0], from));
    }
  }

  void Slice(const graph_node &n, const Values &x, Values *y) {
    const octavo_attributes_slice &a = n.attributes.slice;
    for (size_t k = 0; k < y->size(); k++) {
      std::vector<int64_t> place = Unravel(n.outputs[0], k);
      for (size_t i = 0; i < place.size(); i++)
        place[i] = a.begin[i] + place[i] * a.step[i];
      (*y)[k] = x.at(Ravel(n.inputs[0], place));
    }
  }

  void Mean(const graph_node &n, const Values &x, Values *y) {
    const double count = static_cast<double>(x.size()) / static_cast<double>(y->size());
    for (size_t k = 0; k < x.size(); k++) {
      std::vector<int64_t> place = Unravel(n.inputs[0], k);
      for (size_t i = 0; i < place.size(); i++)
        if ((n.attributes.mean.axes >> i & 1) != 0)
          place[i] = 0;
      y->at(Ravel(n.outputs[0], place)) += x[k] / count;
    }
  }

  // ONNX's Resize along one axis: where place k lies, in float as ONNX Runtime has it, since at
  // halves a bit decides.
  static float Coordinate(const octavo_attributes_resize &a, float scale, int64_t k, int64_t in,
                          int64_t out) {
    const float at = static_cast<float>(k);
    if (a.coordinates == OCTAVO_RESIZE_ASYMMETRIC)
      return at / scale;
    if (a.coordinates == OCTAVO_RESIZE_ALIGN_CORNERS)
      return out == 1 ? 0 : at * static_cast<float>(in - 1) / static_cast<float>(out - 1);
    if (a.coordinates == OCTAVO_RESIZE_PYTORCH_HALF_PIXEL && out == 1)
      return 0;
    return (at + 0.5f) / scale - 0.5f;
  }

  static std::vector<std::pair<int64_t, double>>
  Shares(const octavo_attributes_resize &a, float scale, int64_t k, int64_t in, int64_t out) {
    const double p = static_cast<double>(Coordinate(a, scale, k, in, out));
    const auto limit = [in](double v) { return std::clamp(v, 0.0, static_cast<double>(in - 1)); };
    if (a.mode == OCTAVO_RESIZE_NEAREST) {
      const double rounded[] = {std::ceil(p - 0.5), std::floor(p + 0.5), std::floor(p),
                                std::ceil(p)};
      return {{static_cast<int64_t>(limit(rounded[a.rounding])), 1.0}};
    }
    const double inside = limit(p), whole = std::floor(inside);
    return {{static_cast<int64_t>(whole), 1 - (inside - whole)},
            {static_cast<int64_t>(limit(whole + 1)), inside - whole}};
  }

  void Resize(const graph_node &n, const Values &x, Values *y) {
    const octavo_attributes_resize &a = n.attributes.resize;
    const int64_t *xs = Shape(n.inputs[0]), *ys = Shape(n.outputs[0]);
    for (size_t k = 0; k < y->size(); k++) {
      const std::vector<int64_t> place = Unravel(n.outputs[0], k);
      for (const auto &[h, v] : Shares(a, a.scale_height, place[1], xs[1], ys[1]))
        for (const auto &[w, u] : Shares(a, a.scale_width, place[2], xs[2], ys[2]))
          (*y)[k] += v * u * x.at(Ravel(n.inputs[0], {0, h, w, place[3]}));
    }
  }

  const graph &g_;
  std::vector<Values> values_;
};

} // namespace

std::vector<std::vector<float>> RunGraph(const graph &g,
                                         const std::vector<std::vector<float>> &inputs) {
  Interpreter interpreter(g);
  for (uint32_t i = 0; i < g.input_count; i++) {
    interpreter.At(g.inputs[i]).assign(inputs.at(i).begin(), inputs.at(i).end());
    if (inputs[i].size() != graph_element_count(&g.tensors[g.inputs[i]]))
      throw std::runtime_error("an input of another size");
  }
  for (uint32_t i = 0; i < g.node_count; i++)
    interpreter.Run(g.nodes[i]);
  std::vector<std::vector<float>> outputs;
  for (uint32_t i = 0; i < g.output_count; i++) {
    const Values &values = interpreter.At(g.outputs[i]);
    outputs.emplace_back(values.begin(), values.end());
  }
  return outputs;
}
