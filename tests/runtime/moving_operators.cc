#include "tests/runtime/moving_operators.h"

#include "tests/runtime/every_operator.h"

namespace {

struct Step {
  const char *name;
  octavo_opcode opcode;
  octavo_attributes attributes;
  uint32_t shape[4];
};

std::vector<Step> Steps() {
  std::vector<Step> steps = {
      {"half", OCTAVO_OP_SLICE, {}, {1, 4, 3, 4}},
      {"shuffle", OCTAVO_OP_TRANSPOSE, {}, {1, 4, 4, 3}},
      {"larger", OCTAVO_OP_RESIZE, {}, {1, 8, 2, 3}},
      {"mean", OCTAVO_OP_MEAN, {}, {1, 1, 1, 3}},
  };
  steps[kSlice].attributes.slice = {{0, 0, 1, 4}, {1, 1, 2, 1}, {}};
  steps[kTranspose].attributes.transpose = {{0, 1, 3, 2}, {}};
  steps[kResize].attributes.resize = {
      OCTAVO_RESIZE_LINEAR, OCTAVO_RESIZE_HALF_PIXEL, 0, 2.0f, 0.5f, {}};
  steps[kMean].attributes.mean = {6, {}};
  return steps;
}

} // namespace

Bytes MovingOperatorsModel(bool int8) {
  model_writer *writer = model_writer_create();
  const octavo_type type = int8 ? OCTAVO_INT8 : OCTAVO_FLOAT32;
  const float scale = int8 ? 0.1f : 0;
  const uint32_t image[] = {1, 4, 6, 8};
  const int32_t x =
      model_writer_add_activation(writer, "x", type, 4, image, scale, 0, MODEL_WRITER_NEXT);
  int32_t last = x;
  for (const Step &step : Steps()) {
    const int32_t y = model_writer_add_activation(writer, (std::string(step.name) + ".y").c_str(),
                                                  type, 4, step.shape, scale, 0, MODEL_WRITER_NEXT);
    model_writer_add_operator(writer, step.name, step.opcode, &step.attributes, 1, &last, 1, &y);
    last = y;
  }
  model_writer_set_inputs(writer, 1, &x);
  model_writer_set_outputs(writer, 1, &last);
  return Finish(writer);
}
