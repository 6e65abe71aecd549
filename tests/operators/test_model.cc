#include "tests/operators/test_model.h"
#include "runtime/plan.h"

#include "runtime/memory.h"
#include "tests/reference/reference.h"

#include <gtest/gtest.h>

#include <cstring>

namespace octavo_test {

namespace {
/* The layers of these tests are small; their threads are to be seen all the same. */
[[maybe_unused]] const uint64_t no_work_is_too_little = octavo_plan_parallel_work = 0;
} // namespace

uint32_t Random::below(uint32_t limit) {
  return static_cast<uint32_t>(engine_() % limit);
}

float Random::real(float low, float high) {
  return low + (high - low) * static_cast<float>(engine_() % 16777216u) / 16777216.0f;
}

std::vector<int8_t> Random::bytes(size_t count, Fill fill, int8_t lowest) {
  std::vector<int8_t> values(count);
  const uint32_t span = static_cast<uint32_t>(127 - lowest + 1);
  for (int8_t &value : values) {
    const uint32_t choice = below(4);
    if (fill == Fill::kLowest || (fill == Fill::kExtremes && choice == 0))
      value = lowest;
    else if (fill == Fill::kHighest || (fill == Fill::kExtremes && choice == 1))
      value = 127;
    else
      value = static_cast<int8_t>(lowest + static_cast<int>(below(span)));
  }
  return values;
}

std::vector<float> Random::reals(size_t count, float low, float high) {
  std::vector<float> values(count);
  for (float &value : values)
    value = real(low, high);
  return values;
}

size_t elements(const Shape &shape) {
  size_t product = 1;
  for (uint32_t dimension : shape)
    product *= dimension;
  return product;
}

Builder::Builder() : writer_(model_writer_create()) {}

Builder::~Builder() {
  model_writer_free(writer_);
}

std::string Builder::next_name() {
  return "t" + std::to_string(names_++);
}

int32_t Builder::activation(octavo_type type, const Shape &shape, float scale, int32_t zero_point) {
  return model_writer_add_activation(writer_, next_name().c_str(), type,
                                     static_cast<uint32_t>(shape.size()), shape.data(), scale,
                                     zero_point, MODEL_WRITER_NEXT);
}

int32_t Builder::input(octavo_type type, const Shape &shape, float scale, int32_t zero_point) {
  inputs_.push_back(activation(type, shape, scale, zero_point));
  return inputs_.back();
}

int32_t Builder::reals(const Shape &shape, const std::vector<float> &values) {
  return model_writer_add_constant(writer_, next_name().c_str(), OCTAVO_FLOAT32,
                                   static_cast<uint32_t>(shape.size()), shape.data(), values.data(),
                                   0.0f);
}

int32_t Builder::integers(const Shape &shape, const std::vector<int32_t> &values) {
  return model_writer_add_constant(writer_, next_name().c_str(), OCTAVO_INT32,
                                   static_cast<uint32_t>(shape.size()), shape.data(), values.data(),
                                   0.0f);
}

int32_t Builder::weights(const Shape &shape, const std::vector<int8_t> &values,
                         const std::vector<float> &scales) {
  const uint32_t rank = static_cast<uint32_t>(shape.size());
  if (scales.size() == 1)
    return model_writer_add_constant(writer_, next_name().c_str(), OCTAVO_INT8, rank, shape.data(),
                                     values.data(), scales[0]);
  return model_writer_add_channel_constant(writer_, next_name().c_str(), rank, shape.data(),
                                           values.data(), scales.data());
}

void Builder::add(octavo_opcode opcode, const octavo_attributes &attributes,
                  const std::vector<int32_t> &inputs, int32_t output) {
  model_writer_add_operator(writer_, ("op" + next_name()).c_str(), opcode, &attributes,
                            static_cast<uint32_t>(inputs.size()), inputs.data(), 1, &output);
}

void Builder::output(int32_t tensor) {
  outputs_.push_back(tensor);
}

std::vector<uint8_t> Builder::finish() {
  model_writer_set_inputs(writer_, static_cast<uint32_t>(inputs_.size()), inputs_.data());
  model_writer_set_outputs(writer_, static_cast<uint32_t>(outputs_.size()), outputs_.data());
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  const octavo_status status = model_writer_finish(writer_, &data, &size, &error);
  EXPECT_EQ(status, OCTAVO_OK) << error.text;
  std::vector<uint8_t> file(data, data + size);
  octavo_memory_free_aligned(data);
  return file;
}

Model::Model(const std::vector<uint8_t> &file)
    : data_(static_cast<uint8_t *>(octavo_memory_alloc_aligned(file.size()))) {
  memcpy(data_, file.data(), file.size());
  octavo_error error = {};
  if (octavo_model_open_memory(data_, file.size(), &model_, &error) != OCTAVO_OK)
    error_ = error.text;
}

Model::~Model() {
  octavo_model_close(model_);
  octavo_memory_free_aligned(data_);
}

std::string refusal(Builder &builder) {
  Model model(builder.finish());
  return model.error();
}

namespace {

struct Comparison {
  const octavo_model *model;
  const reference_run *expected;
  const Options *options;
  int mismatches = 0;
};

void compare_int8(Comparison *c, const char *name, const int8_t *found, const int8_t *expected,
                  size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (found[i] != expected[i] && c->mismatches++ < 5)
      ADD_FAILURE() << name << "[" << i << "]: engine " << int{found[i]} << ", reference "
                    << int{expected[i]};
}

void compare_float(Comparison *c, const char *name, const float *found, const float *expected,
                   size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const double allowed =
        c->options->absolute + c->options->relative * std::fabs(double{expected[i]});
    const double difference = std::fabs(double{found[i]} - double{expected[i]});
    if (!(difference <= allowed) && c->mismatches++ < 5)
      ADD_FAILURE() << name << "[" << i << "]: engine " << found[i] << ", reference " << expected[i]
                    << ", allowed difference " << allowed;
  }
}

void observe(void *context, uint32_t operator_index, uint32_t which, const octavo_tensor_info *info,
             const void *data) {
  Comparison *c = static_cast<Comparison *>(context);
  const octavo_format_operator *op = &c->model->operators[operator_index];
  const int32_t index = c->model->operands[op->first_operand + op->input_count + which];
  const void *expected = c->expected->data[index];
  const size_t bytes = info->bytes * c->options->batch;
  if (info->type == OCTAVO_INT8)
    compare_int8(c, info->name, static_cast<const int8_t *>(data),
                 static_cast<const int8_t *>(expected), bytes);
  else
    compare_float(c, info->name, static_cast<const float *>(data),
                  static_cast<const float *>(expected), bytes / 4);
}

std::vector<std::vector<uint8_t>> draw_inputs(octavo_model *model, const Options &options) {
  Random random(options.seed);
  std::vector<std::vector<uint8_t>> inputs;
  for (uint32_t i = 0; i < octavo_model_input_count(model); ++i) {
    octavo_tensor_info info = {};
    EXPECT_EQ(octavo_model_input(model, i, &info), OCTAVO_OK);
    std::vector<uint8_t> data(info.bytes * options.batch);
    if (info.type == OCTAVO_INT8) {
      const auto values = random.bytes(data.size(), options.fill);
      memcpy(data.data(), values.data(), data.size());
    } else {
      const auto values = random.reals(data.size() / 4, options.low, options.high);
      memcpy(data.data(), values.data(), data.size());
    }
    inputs.push_back(data);
  }
  return inputs;
}

} // namespace

void expect_engine_equals_reference(Model &model, const Options &options) {
  ASSERT_NE(model.get(), nullptr) << model.error();
  const auto inputs = draw_inputs(model.get(), options);
  std::vector<const void *> pointers;
  for (const auto &input : inputs)
    pointers.push_back(input.data());
  octavo_error error = {};
  reference_run expected = {};
  ASSERT_EQ(reference_run_model(model.get(), options.batch, pointers.data(), &expected, &error),
            OCTAVO_OK)
      << error.text;
  octavo_session_options session_options;
  octavo_session_options_init(&session_options);
  session_options.threads = options.threads;
  session_options.batch = options.batch;
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(model.get(), &session_options, &session, &error), OCTAVO_OK)
      << error.text;
  for (uint32_t i = 0; i < inputs.size(); ++i)
    memcpy(octavo_session_input(session, i), inputs[i].data(), inputs[i].size());
  Comparison comparison = {model.get(), &expected, &options};
  octavo_session_observe(session, observe, &comparison);
  EXPECT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(comparison.mismatches, 0)
      << "batch " << options.batch << ", threads " << options.threads << ", fill "
      << static_cast<int>(options.fill);
  octavo_session_free(session);
  reference_run_free(&expected);
}

void expect_engine_equals_reference_everywhere(Builder &builder, Options options) {
  Model model(builder.finish());
  ASSERT_NE(model.get(), nullptr) << model.error();
  const struct {
    uint32_t batch, threads;
    Fill fill;
  } runs[] = {{1, 1, Fill::kExtremes},
              {1, 2, Fill::kExtremes},
              {2, 1, Fill::kLowest},
              {3, 2, Fill::kHighest},
              {7, 2, Fill::kUniform}};
  for (const auto &run : runs) {
    options.batch = run.batch;
    options.threads = run.threads;
    options.fill = run.fill;
    expect_engine_equals_reference(model, options);
    if (testing::Test::HasFailure())
      return;
  }
}

} // namespace octavo_test
