#include "tests/runtime/every_operator.h"

#include "runtime/memory.h"

#include <cmath>
#include <initializer_list>
#include <stdexcept>
#include <string>

namespace {

using Shape = std::initializer_list<uint32_t>;

class Network {
public:
  explicit Network(bool int8) : int8_(int8), writer_(model_writer_create()) {}

  model_writer *writer() const {
    return writer_;
  }

  int32_t Activation(const char *name, octavo_type type, Shape shape, float scale = 0.1f,
                     int32_t zero_point = -10) {
    const bool quantized = type == OCTAVO_INT8;
    return model_writer_add_activation(writer_, name, type, static_cast<uint32_t>(shape.size()),
                                       shape.begin(), quantized ? scale : 0,
                                       quantized ? zero_point : 0, MODEL_WRITER_NEXT);
  }

  // Adds an operator and its output, in the network's type.
  int32_t Layer(const char *name, octavo_opcode opcode, const octavo_attributes &attributes,
                std::initializer_list<int32_t> inputs, Shape shape, float scale = 0.1f,
                int32_t zero_point = -10) {
    const int32_t output =
        Activation(name, int8_ ? OCTAVO_INT8 : OCTAVO_FLOAT32, shape, scale, zero_point);
    model_writer_add_operator(writer_, name, opcode, &attributes,
                              static_cast<uint32_t>(inputs.size()), inputs.begin(), 1, &output);
    return output;
  }

  // Weights that follow from their position alone; the first dimension is the output channel.
  int32_t Weights(const char *name, Shape shape) {
    const uint32_t outputs = *shape.begin();
    size_t count = 1;
    for (const uint32_t dimension : shape)
      count *= dimension;
    std::vector<int8_t> values(count);
    std::vector<float> reals(count), scales(outputs);
    for (size_t i = 0; i < outputs; i++)
      scales[i] = 0.01f + 0.001f * static_cast<float>(i);
    for (size_t i = 0; i < count; i++) {
      values[i] = static_cast<int8_t>(static_cast<int>(i * 37 % 255) - 127);
      reals[i] = static_cast<float>(values[i]) * scales[i / (count / outputs)];
    }
    const uint32_t rank = static_cast<uint32_t>(shape.size());
    if (int8_)
      return model_writer_add_channel_constant(writer_, name, rank, shape.begin(), values.data(),
                                               scales.data());
    return model_writer_add_constant(writer_, name, OCTAVO_FLOAT32, rank, shape.begin(),
                                     reals.data(), 0);
  }

  int32_t Bias(const char *name, uint32_t count) {
    std::vector<int32_t> values(count);
    std::vector<float> reals(count);
    for (uint32_t i = 0; i < count; i++) {
      values[i] = static_cast<int32_t>(i * 100);
      reals[i] = static_cast<float>(i) * 0.5f;
    }
    const void *data = int8_ ? static_cast<const void *>(values.data()) : reals.data();
    return model_writer_add_constant(writer_, name, int8_ ? OCTAVO_INT32 : OCTAVO_FLOAT32, 1,
                                     &count, data, 0);
  }

  // T[d] = round(exp(-scale · d) · 2^23), as runtime/FORMAT.md has it.
  int32_t ExpTable(float scale) {
    int32_t table[256];
    for (int d = 0; d < 256; d++)
      table[d] = static_cast<int32_t>(std::lround(std::exp(-double{scale} * d) * (1 << 23)));
    const uint32_t count = 256;
    return model_writer_add_constant(writer_, "exp", OCTAVO_INT32, 1, &count, table, 0);
  }

private:
  bool int8_;
  model_writer *writer_;
};

octavo_attributes Pool() {
  octavo_attributes attributes = {};
  attributes.pool = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, {}};
  return attributes;
}

octavo_attributes Clamp(float minimum, float maximum) {
  octavo_attributes attributes = {};
  attributes.clamp = {minimum, maximum, {}};
  return attributes;
}

int32_t Convolutions(Network &net, int32_t x) {
  octavo_attributes pad = {}, grouped = {}, depthwise = {};
  for (const int axis : {1, 2})
    pad.pad.before[axis] = pad.pad.after[axis] = 1;
  grouped.convolution = {3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0, INFINITY, {}};
  depthwise.convolution = {3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 8, -INFINITY, INFINITY, {}};
  const int32_t padded = net.Layer("pad", OCTAVO_OP_PAD, pad, {x}, {1, 10, 10, 4});
  const int32_t features =
      net.Layer("grouped", OCTAVO_OP_CONVOLUTION, grouped,
                {padded, net.Weights("grouped.weight", {8, 3, 3, 2}), net.Bias("grouped.bias", 8)},
                {1, 8, 8, 8});
  return net.Layer("depthwise", OCTAVO_OP_CONVOLUTION, depthwise,
                   {features, net.Weights("depthwise.weight", {8, 3, 3, 1}), -1}, {1, 4, 4, 8});
}

int32_t Head(Network &net, int32_t x, bool int8) {
  octavo_attributes axis = {};
  axis.axis.axis = 3;
  const int32_t largest = net.Layer("max", OCTAVO_OP_MAX_POOL, Pool(), {x}, {1, 4, 4, 8});
  const int32_t average = net.Layer("average", OCTAVO_OP_AVERAGE_POOL, Pool(), {x}, {1, 4, 4, 8});
  const int32_t sum =
      net.Layer("add", OCTAVO_OP_ADD, Clamp(-INFINITY, INFINITY), {largest, average}, {1, 4, 4, 8});
  const int32_t both =
      net.Layer("concat", OCTAVO_OP_CONCATENATION, axis, {sum, largest}, {1, 4, 4, 16});
  const int32_t clipped = net.Layer("relu6", OCTAVO_OP_CLIP, Clamp(0, 6), {both}, {1, 4, 4, 16});
  const int32_t mean =
      net.Layer("mean", OCTAVO_OP_GLOBAL_AVERAGE_POOL, {}, {clipped}, {1, 1, 1, 16}, 0.05f, -128);
  const int32_t flat = net.Layer("flat", OCTAVO_OP_RESHAPE, {}, {mean}, {1, 16}, 0.05f, -128);
  const int32_t scores =
      net.Layer("fc", OCTAVO_OP_FULLY_CONNECTED, Clamp(-INFINITY, INFINITY),
                {flat, net.Weights("fc.weight", {5, 16}), net.Bias("fc.bias", 5)}, {1, 5}, 0.2f, 3);
  if (int8)
    return net.Layer("softmax", OCTAVO_OP_SOFTMAX, {}, {scores, net.ExpTable(0.2f)}, {1, 5},
                     1.0f / 256, -128);
  return net.Layer("softmax", OCTAVO_OP_SOFTMAX, {}, {scores}, {1, 5});
}

} // namespace

model_writer *WriteEveryOperator(bool int8) {
  Network net(int8);
  const int32_t x = net.Activation("x", OCTAVO_FLOAT32, {1, 8, 8, 4});
  int32_t first = x;
  if (int8)
    first = net.Layer("quantize", OCTAVO_OP_QUANTIZE, {}, {x}, {1, 8, 8, 4});
  int32_t last = Head(net, Convolutions(net, first), int8);
  if (int8) {
    const int32_t y = net.Activation("y", OCTAVO_FLOAT32, {1, 5});
    model_writer_add_operator(net.writer(), "dequantize", OCTAVO_OP_DEQUANTIZE, nullptr, 1, &last,
                              1, &y);
    last = y;
  }
  model_writer_set_inputs(net.writer(), 1, &x);
  model_writer_set_outputs(net.writer(), 1, &last);
  return net.writer();
}

Bytes EveryOperatorModel(bool int8) {
  return Finish(WriteEveryOperator(int8));
}

Bytes Finish(model_writer *writer) {
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  const octavo_status status = model_writer_finish(writer, &data, &size, &error);
  model_writer_free(writer);
  if (status != OCTAVO_OK)
    throw std::runtime_error(error.text);
  const Bytes bytes(data, data + size);
  octavo_memory_free_aligned(data);
  return bytes;
}
