/* Builds small models through the writer, and holds the engine against the reference on them. */
#ifndef OCTAVO_TESTS_OPERATORS_TEST_MODEL_H
#define OCTAVO_TESTS_OPERATORS_TEST_MODEL_H

#include "converter/writer/model_writer.h"
#include "octavo.h"
#include "runtime/model.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace octavo_test {

using Shape = std::vector<uint32_t>;

constexpr float kInfinity = INFINITY;

/* What an activation may be, with a scale and zero point for tests that do not care which. */
constexpr octavo_type kTypes[] = {OCTAVO_INT8, OCTAVO_FLOAT32};

inline float scale_of(octavo_type type) {
  return type == OCTAVO_INT8 ? 0.1f : 0.0f;
}

inline int32_t zero_of(octavo_type type) {
  return type == OCTAVO_INT8 ? 7 : 0;
}

/* How input values are drawn. */
enum class Fill { kUniform, kExtremes, kLowest, kHighest };

class Random {
public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t below(uint32_t limit);
  float real(float low, float high);
  std::vector<int8_t> bytes(size_t count, Fill fill, int8_t lowest = -128);
  std::vector<float> reals(size_t count, float low = -1.0f, float high = 1.0f);

private:
  std::mt19937 engine_;
};

size_t elements(const Shape &shape);

/* A model under construction. Shapes are for batch 1. */
class Builder {
public:
  Builder();
  ~Builder();
  Builder(const Builder &) = delete;
  Builder &operator=(const Builder &) = delete;

  int32_t input(octavo_type type, const Shape &shape, float scale = 0.0f, int32_t zero_point = 0);
  int32_t activation(octavo_type type, const Shape &shape, float scale = 0.0f,
                     int32_t zero_point = 0);
  int32_t reals(const Shape &shape, const std::vector<float> &values);
  int32_t integers(const Shape &shape, const std::vector<int32_t> &values);
  /* One scale per shape[0], or one for all if `scales` has one element. */
  int32_t weights(const Shape &shape, const std::vector<int8_t> &values,
                  const std::vector<float> &scales);
  void add(octavo_opcode opcode, const octavo_attributes &attributes,
           const std::vector<int32_t> &inputs, int32_t output);
  void output(int32_t tensor);
  model_writer *writer() {
    return writer_;
  }

  /* The finished file. */
  std::vector<uint8_t> finish();

private:
  std::string next_name();
  model_writer *writer_;
  std::vector<int32_t> inputs_, outputs_;
  int names_ = 0;
};

/* An opened model that owns its bytes. */
class Model {
public:
  explicit Model(const std::vector<uint8_t> &file);
  ~Model();
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;
  octavo_model *get() {
    return model_;
  }
  octavo_model *operator->() {
    return model_;
  }
  const std::string &error() const {
    return error_;
  }

private:
  uint8_t *data_;
  octavo_model *model_ = nullptr;
  std::string error_;
};

/* The message with which the loader refuses the model; "" if it does not. */
std::string refusal(Builder &builder);

struct Options {
  uint32_t batch = 1;
  uint32_t threads = 1;
  Fill fill = Fill::kExtremes;
  uint32_t seed = 1;
  float low = -1.0f, high = 1.0f;       /* of float32 inputs */
  double absolute = 0, relative = 1e-6; /* tolerance of float32 results; int8 has none */
};

/* Runs engine and reference on the same random inputs and compares every operator's output. */
void expect_engine_equals_reference(Model &model, const Options &options);

/* The same for batches 1, 2, 3 and 7, with 1 and 2 threads, and all fills; where this processor has
 * kernels of our own, with them and with XNNPACK's. */
void expect_engine_equals_reference_everywhere(Builder &builder, Options options = {});

} // namespace octavo_test

#endif
