#include "tests/session/network.h"
#include "runtime/plan.h"

#include "tests/reference/reference.h"

#include <gtest/gtest.h>

#include <cstring>

namespace octavo_test {

namespace {
/* The layers of these tests are small; their threads are to be seen all the same. */
[[maybe_unused]] const uint64_t no_work_is_too_little = octavo_plan_parallel_work = 0;
} // namespace

namespace {

class Maker {
public:
  Maker(Builder *builder, const NetworkOptions &options) : b_(*builder), o_(options), random_(5) {}

  int32_t activation(const Shape &shape, int32_t zero_point) {
    return o_.type == OCTAVO_INT8 ? b_.activation(OCTAVO_INT8, shape, 0.05f, zero_point)
                                  : b_.activation(OCTAVO_FLOAT32, shape);
  }

  int32_t weights(const Shape &shape) {
    const size_t count = elements(shape);
    if (o_.type == OCTAVO_FLOAT32 && !o_.dynamic)
      return b_.reals(shape, random_.reals(count, -0.3f, 0.3f));
    return b_.weights(shape, random_.bytes(count, Fill::kUniform, -127),
                      std::vector<float>(shape[0], 0.004f));
  }

  int32_t bias(uint32_t count) {
    if (o_.type == OCTAVO_FLOAT32)
      return b_.reals({count}, random_.reals(count));
    return b_.integers({count}, std::vector<int32_t>(count, 500));
  }

  int32_t convolution(int32_t x, const Shape &out, uint32_t in, uint32_t kernel, uint32_t stride,
                      uint32_t groups, bool relu) {
    octavo_attributes a = {};
    const uint32_t pad = kernel / 2;
    a.convolution = {kernel,    kernel, stride, stride, 1,      1,
                     pad,       pad,    pad,    pad,    groups, relu ? 0.0f : -kInfinity,
                     kInfinity, {}};
    const int32_t y = activation(out, relu ? -128 : 0);
    const int32_t w = weights({out[3], kernel, kernel, in / groups});
    b_.add(OCTAVO_OP_CONVOLUTION, a, {x, w, bias(out[3])}, y);
    return y;
  }

  int32_t add(int32_t x, int32_t y, const Shape &shape) {
    octavo_attributes a = {};
    a.clamp.clamp_min = 0;
    a.clamp.clamp_max = kInfinity;
    const int32_t z = activation(shape, -128);
    b_.add(OCTAVO_OP_ADD, a, {x, y}, z);
    return z;
  }

  int32_t max_pool(int32_t x, const Shape &out) {
    octavo_attributes a = {};
    a.pool = {2, 2, 2, 2, 1, 1, 0, 0, 0, 0, 0, {}};
    const int32_t y = activation(out, -128);
    b_.add(OCTAVO_OP_MAX_POOL, a, {x}, y);
    return y;
  }

  int32_t average(int32_t x, uint32_t channels) {
    const int32_t y = activation({1, channels}, -128);
    b_.add(OCTAVO_OP_GLOBAL_AVERAGE_POOL, {}, {x}, y);
    return y;
  }

  int32_t connected(int32_t x, uint32_t in, uint32_t out) {
    octavo_attributes a = {};
    a.clamp.clamp_min = -kInfinity;
    a.clamp.clamp_max = kInfinity;
    const int32_t y = activation({1, out}, 3);
    const int32_t w = weights({out, in});
    b_.add(OCTAVO_OP_FULLY_CONNECTED, a, {x, w, bias(out)}, y);
    return y;
  }

  int32_t softmax(int32_t x) {
    if (o_.type == OCTAVO_FLOAT32) {
      const int32_t y = b_.activation(OCTAVO_FLOAT32, {1, kClasses});
      b_.add(OCTAVO_OP_SOFTMAX, {}, {x}, y);
      return y;
    }
    std::vector<int32_t> table(256);
    for (size_t d = 0; d < 256; ++d)
      table[d] =
          static_cast<int32_t>(std::lrint(std::exp(-0.05 * static_cast<double>(d)) * 8388608));
    const int32_t y = b_.activation(OCTAVO_INT8, {1, kClasses}, 1.0f / 256, -128);
    b_.add(OCTAVO_OP_SOFTMAX, {}, {x, b_.integers({256}, table)}, y);
    return y;
  }

private:
  Builder &b_;
  NetworkOptions o_;
  Random random_;
};

void describe(Builder *b, const NetworkOptions &options) {
  if (options.labels)
    for (uint32_t i = 0; i < kClasses; ++i)
      model_writer_add_label(b->writer(), ("class " + std::to_string(i)).c_str());
  octavo_preprocessing rule = {};
  rule.width = rule.height = rule.resize_width = rule.resize_height = kSide;
  rule.resize = OCTAVO_RESIZE_STRETCH;
  rule.channels = 3;
  rule.scale = 1.0f / 255;
  for (int i = 0; i < 3; ++i)
    rule.std[i] = 1;
  if (options.preprocessing)
    model_writer_set_preprocessing(b->writer(), &rule);
}

} // namespace

std::vector<uint8_t> network(const NetworkOptions &options) {
  Builder b;
  Maker m(&b, options);
  const bool quantized = options.type == OCTAVO_INT8;
  int32_t x = b.input(options.type, {1, kSide, kSide, 3}, quantized ? 1.0f / 255 : 0.0f,
                      quantized ? -128 : 0);
  x = m.convolution(x, {1, 12, 12, 8}, 3, 3, 1, 1, true);
  const int32_t deep = m.convolution(x, {1, 12, 12, 8}, 8, 3, 1, 8, true);
  x = m.add(x, m.convolution(deep, {1, 12, 12, 8}, 8, 1, 1, 1, false), {1, 12, 12, 8});
  x = m.max_pool(x, {1, 6, 6, 8});
  x = m.convolution(x, {1, 3, 3, 16}, 8, 3, 2, 1, true);
  x = m.connected(m.average(x, 16), 16, kClasses);
  if (options.softmax)
    x = m.softmax(x);
  if (options.dequantize) {
    const int32_t y = b.activation(OCTAVO_FLOAT32, {1, kClasses});
    b.add(OCTAVO_OP_DEQUANTIZE, {}, {x}, y);
    x = y;
  }
  b.output(x);
  describe(&b, options);
  return b.finish();
}

std::vector<uint8_t> network_input(octavo_model *model, uint32_t batch, uint32_t seed) {
  octavo_tensor_info info = {};
  EXPECT_EQ(octavo_model_input(model, 0, &info), OCTAVO_OK);
  std::vector<uint8_t> input(info.bytes * batch);
  Random random(seed);
  if (info.type == OCTAVO_INT8) {
    const auto values = random.bytes(input.size(), Fill::kExtremes);
    memcpy(input.data(), values.data(), input.size());
  } else {
    const auto values = random.reals(input.size() / sizeof(float));
    memcpy(input.data(), values.data(), input.size());
  }
  return input;
}

std::vector<uint8_t> run_session(octavo_session *session, const std::vector<uint8_t> &input) {
  memcpy(octavo_session_input(session, 0), input.data(), input.size());
  octavo_error error = {};
  EXPECT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
  const uint8_t *output = static_cast<const uint8_t *>(octavo_session_output(session, 0));
  /* One byte per class, or four. */
  const size_t element =
      input.size() == size_t{octavo_session_batch(session)} * kSide * kSide * 3 ? 1 : sizeof(float);
  return {output, output + size_t{octavo_session_batch(session)} * kClasses * element};
}

std::vector<uint8_t> run_reference(octavo_model *model, uint32_t batch,
                                   const std::vector<uint8_t> &input) {
  const void *inputs[] = {input.data()};
  reference_run run = {};
  octavo_error error = {};
  EXPECT_EQ(reference_run_model(model, batch, inputs, &run, &error), OCTAVO_OK) << error.text;
  const uint32_t index = model->outputs[0];
  const uint8_t *output = static_cast<const uint8_t *>(run.data[index]);
  std::vector<uint8_t> copy(output, output + model->tensors[index].bytes * batch);
  reference_run_free(&run);
  return copy;
}

} // namespace octavo_test
