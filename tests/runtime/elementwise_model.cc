#include "tests/runtime/elementwise_model.h"

#include "converter/writer/model_writer.h"
#include "tests/runtime/every_operator.h"

#include <cmath>
#include <vector>

namespace {

class Writer {
public:
  explicit Writer(bool int8) : int8_(int8), writer_(model_writer_create()) {}

  model_writer *get() const {
    return writer_;
  }

  int32_t Activation(const char *name, bool image, float scale, int32_t zero_point) {
    const uint32_t shape[] = {1, image ? 3u : 1u, image ? 3u : 1u, 4};
    return model_writer_add_activation(writer_, name, int8_ ? OCTAVO_INT8 : OCTAVO_FLOAT32, 4,
                                       shape, int8_ ? scale : 0, int8_ ? zero_point : 0,
                                       MODEL_WRITER_NEXT);
  }

  // Any rising table; in float32 there is none.
  void AddTable(std::vector<int32_t> *inputs, float scale) {
    int8_t table[256];
    for (int i = 0; i < 256; i++)
      table[i] = static_cast<int8_t>(i / 2);
    const uint32_t count = 256;
    if (int8_)
      inputs->push_back(
          model_writer_add_constant(writer_, "", OCTAVO_INT8, 1, &count, table, scale));
  }

  int32_t Unary(const char *name, octavo_unary_function function, int32_t x, bool image,
                float scale, int32_t zero_point) {
    octavo_attributes attributes = {};
    attributes.unary.function = function;
    std::vector<int32_t> inputs = {x};
    AddTable(&inputs, scale);
    const int32_t y = Activation(name, image, scale, zero_point);
    Operator(name, OCTAVO_OP_UNARY, attributes, inputs, y);
    return y;
  }

  int32_t Binary(const char *name, octavo_opcode opcode, int32_t a, int32_t b) {
    octavo_attributes attributes = {};
    attributes.clamp = {-INFINITY, INFINITY, {}};
    const int32_t y = Activation(name, true, 0.05f, -3);
    Operator(name, opcode, attributes, {a, b}, y);
    return y;
  }

private:
  void Operator(const char *name, octavo_opcode opcode, const octavo_attributes &attributes,
                const std::vector<int32_t> &inputs, int32_t y) {
    model_writer_add_operator(writer_, name, opcode, &attributes,
                              static_cast<uint32_t>(inputs.size()), inputs.data(), 1, &y);
  }

  bool int8_;
  model_writer *writer_;
};

} // namespace

Bytes ElementwiseModel(bool int8) {
  Writer w(int8);
  const int32_t inputs[] = {w.Activation("pixels", true, 0.05f, -3),
                            w.Activation("channels", false, 0.05f, -3)};
  const int32_t gate = w.Unary("gate", OCTAVO_UNARY_SIGMOID, inputs[1], false, 1.0f / 256, -128);
  const int32_t scaled = w.Binary("scale", OCTAVO_OP_MULTIPLY, inputs[0], gate);
  const int32_t biased = w.Binary("bias", OCTAVO_OP_ADD, inputs[1], scaled);
  const int32_t difference = w.Binary("difference", OCTAVO_OP_SUBTRACT, biased, inputs[1]);
  const int32_t y = w.Unary("swish", OCTAVO_UNARY_HARD_SWISH, difference, true, 0.04f, -90);
  model_writer_set_inputs(w.get(), 2, inputs);
  model_writer_set_outputs(w.get(), 1, &y);
  return Finish(w.get());
}
