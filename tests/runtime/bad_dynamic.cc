#include "tests/runtime/bad_files.h"
#include "tests/runtime/every_operator.h"

#include <cmath>

namespace {

// The types of a layer's operands, and one of its weights.
struct Types {
  octavo_type x = OCTAVO_FLOAT32, weights = OCTAVO_INT8, bias = OCTAVO_FLOAT32, y = OCTAVO_FLOAT32;
  int8_t weight = 5;
};

float Scale(octavo_type type) {
  return type == OCTAVO_INT8 ? 0.5f : 0.0f;
}

int32_t Weights(model_writer *w, const Types &types, uint32_t rank, const uint32_t *shape) {
  const int8_t values[6] = {1, -127, 127, types.weight, 3, -4};
  const float scales[2] = {0.25f, 0.5f}, reals[6] = {1, 2, 3, 4, 5, 6};
  if (types.weights == OCTAVO_INT8)
    return model_writer_add_channel_constant(w, "weights", rank, shape, values, scales);
  return model_writer_add_constant(w, "weights", types.weights, rank, shape, reals, 0);
}

// x [1,2,2,3] → 1 × 1 convolution → [1,2,2,2], or x [1,3] → fully connected → [1,2].
Bytes Layer(const Types &types, bool convolution) {
  model_writer *w = model_writer_create();
  const uint32_t rank = convolution ? 4 : 2;
  const uint32_t images[2][4] = {{1, 3}, {1, 2, 2, 3}}, kernels[2][4] = {{2, 3}, {2, 1, 1, 3}};
  const uint32_t results[2][4] = {{1, 2}, {1, 2, 2, 2}}, channels[] = {2};
  const int32_t bias[2] = {1, 2};
  octavo_attributes attributes = {};
  if (convolution)
    attributes.convolution = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, -INFINITY, INFINITY, {}};
  else
    attributes.clamp = {-INFINITY, INFINITY, {}};
  const int32_t x = model_writer_add_activation(w, "x", types.x, rank, images[convolution],
                                                Scale(types.x), 0, MODEL_WRITER_NEXT);
  const int32_t inputs[] = {x, Weights(w, types, rank, kernels[convolution]),
                            model_writer_add_constant(w, "bias", types.bias, 1, channels, bias, 0)};
  const int32_t y = model_writer_add_activation(w, "y", types.y, rank, results[convolution],
                                                Scale(types.y), 0, MODEL_WRITER_NEXT);
  model_writer_add_operator(w, "layer",
                            convolution ? OCTAVO_OP_CONVOLUTION : OCTAVO_OP_FULLY_CONNECTED,
                            &attributes, 3, inputs, 1, &y);
  model_writer_set_inputs(w, 1, &x);
  model_writer_set_outputs(w, 1, &y);
  return Finish(w);
}

// One for each of the two kinds of layer.
void Add(std::vector<BadFile> &files, const std::string &name, const std::string &message,
         const Types &types) {
  files.push_back({name + "_convolution", OCTAVO_ERROR_FORMAT,
                   "layer 0 (layer), convolution: " + message, Layer(types, true)});
  files.push_back({name + "_connected", OCTAVO_ERROR_FORMAT,
                   "layer 0 (layer), fully_connected: " + message, Layer(types, false)});
}

} // namespace

Bytes DynamicModel() {
  return Layer(Types(), true);
}

void AddBadDynamic(std::vector<BadFile> &files) {
  Types types;
  types.y = OCTAVO_INT8;
  Add(files, "09_dynamic_output",
      "type of the output: expected float32 as the input has, found int8", types);
  types = Types();
  types.bias = OCTAVO_INT32;
  Add(files, "09_dynamic_bias", "type of the bias: expected float32, found int32", types);
  types = Types();
  types.weights = OCTAVO_INT32;
  Add(files, "09_dynamic_weights", "type of the weights: expected float32, found int32", types);
  types = Types();
  types.x = types.y = OCTAVO_INT8;
  types.weights = OCTAVO_FLOAT32;
  Add(files, "09_float_weights", "type of the weights: expected int8, found float32", types);
  types = Types();
  types.weight = -128;
  Add(files, "11_dynamic_weight", "weight 3: expected -127 to 127, found -128", types);
}
