// octavo_model_verify: files that prove themselves, and files that do not.
#include "converter/writer/model_writer.h"
#include "runtime/crc32.h"
#include "runtime/memory.h"
#include "tests/runtime/every_operator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace {

octavo_status Verify(const Bytes &bytes, std::string *message, uint32_t threads = 1) {
  octavo_model *model = nullptr;
  octavo_error error = {};
  octavo_status status = octavo_model_open_memory(bytes.data(), bytes.size(), &model, &error);
  EXPECT_EQ(status, OCTAVO_OK) << error.text;
  if (status == OCTAVO_OK)
    status = octavo_model_verify(model, threads, &error);
  octavo_model_close(model);
  *message = error.text;
  return status;
}

// Two int8 layers, x -> max(x, 0) -> min(that, 1), of which everything can be said beforehand.
constexpr float kScale = 0.25f;
constexpr size_t kCount = 6;
const int8_t kInput[kCount] = {-128, -20, -11, -10, -7, 127}; // zero point -10
const int8_t kHidden[kCount] = {-10, -10, -10, -10, -7, 127};
const int8_t kOutput[kCount] = {-10, -10, -10, -10, -7, -6}; // 1 / 0.25 - 10 = -6

void AddClip(model_writer *writer, const char *name, float low, float high, int32_t from,
             int32_t to) {
  octavo_attributes attributes = {};
  attributes.clamp.clamp_min = low;
  attributes.clamp.clamp_max = high;
  model_writer_add_operator(writer, name, OCTAVO_OP_CLIP, &attributes, 1, &from, 1, &to);
}

model_writer *WriteTwoClips(const int8_t *hidden, const int8_t *output, uint32_t vectors) {
  model_writer *writer = model_writer_create();
  const uint32_t shape[] = {1, kCount};
  int32_t tensors[3];
  const char *const names[] = {"x", "hidden", "y"};
  for (int i = 0; i < 3; i++)
    tensors[i] = model_writer_add_activation(writer, names[i], OCTAVO_INT8, 2, shape, kScale, -10,
                                             MODEL_WRITER_NEXT);
  AddClip(writer, "low", 0, INFINITY, tensors[0], tensors[1]);
  AddClip(writer, "high", -INFINITY, 1, tensors[1], tensors[2]);
  model_writer_set_inputs(writer, 1, &tensors[0]);
  model_writer_set_outputs(writer, 1, &tensors[2]);
  for (uint32_t i = 0; i < vectors; i++) {
    const bool last = i + 1 == vectors; // those before are right
    const int8_t *h = last ? hidden : kHidden, *y = last ? output : kOutput;
    const uint32_t checksums[] = {octavo_crc32(0, h, kCount), octavo_crc32(0, y, kCount)};
    model_writer_add_test(writer, kInput, kCount, y, kCount, checksums, 2);
  }
  return writer;
}

Bytes TwoClips(const int8_t *hidden, const int8_t *output, uint32_t vectors = 1) {
  return Finish(WriteTwoClips(hidden, output, vectors));
}

TEST(Verify, AcceptsWhatArithmeticSays) {
  std::string message;
  EXPECT_EQ(Verify(TwoClips(kHidden, kOutput, 3), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Verify(TwoClips(kHidden, kOutput), &message, 2), OCTAVO_OK) << message;
  EXPECT_EQ(Verify(TwoClips(kHidden, kOutput), &message, 0), OCTAVO_OK) << message;
}

TEST(Verify, NamesTheFirstLayerThatDiffers) {
  int8_t hidden[kCount], output[kCount];
  std::copy_n(kHidden, kCount, hidden);
  std::copy_n(kOutput, kCount, output);
  hidden[1]++;
  output[5]++;
  std::string message;
  char expected[256];
  EXPECT_EQ(Verify(TwoClips(hidden, output), &message), OCTAVO_ERROR_MISMATCH);
  snprintf(expected, sizeof expected,
           "test vector 0: layer 0 (low), clip: expected a result with checksum 0x%08x, found "
           "0x%08x; the first layer to differ on this machine",
           octavo_crc32(0, hidden, kCount), octavo_crc32(0, kHidden, kCount));
  EXPECT_EQ(message, expected);
  EXPECT_EQ(Verify(TwoClips(kHidden, output, 2), &message), OCTAVO_ERROR_MISMATCH);
  snprintf(expected, sizeof expected,
           "test vector 1: layer 1 (high), clip: expected a result with checksum 0x%08x, found "
           "0x%08x; the first layer to differ on this machine",
           octavo_crc32(0, output, kCount), octavo_crc32(0, kOutput, kCount));
  EXPECT_EQ(message, expected);
}

// The two clips with four stored values of each layer; of six values those are, by the golden
// ratio's fractions 0, 0.618, 0.236 and 0.854, the values 0, 3, 1 and 5.
constexpr uint32_t kSamples = 4;
constexpr size_t kPlaces[kSamples] = {0, 3, 1, 5};

Bytes SampledClips(const int8_t *hidden, const int8_t *output) {
  model_writer *writer = WriteTwoClips(hidden, output, 1);
  int8_t samples[2 * kSamples];
  for (uint32_t i = 0; i < kSamples; i++) {
    samples[i] = hidden[kPlaces[i]];
    samples[kSamples + i] = output[kPlaces[i]];
  }
  model_writer_add_samples(writer, samples, kSamples);
  Bytes bytes = Finish(writer);
  EXPECT_EQ(HeaderOf(bytes).minor, 2);
  return bytes;
}

TEST(Verify, SamplesAreSpread) {
  for (uint32_t i = 0; i < kSamples; i++)
    EXPECT_EQ(octavo_format_sample_place(i, kCount), kPlaces[i]);
  for (uint32_t i = 0; i < OCTAVO_FORMAT_MAX_SAMPLES; i++) {
    EXPECT_LT(octavo_format_sample_place(i, size_t{1} << 31), size_t{1} << 31);
    EXPECT_EQ(octavo_format_sample_place(i, 1), 0u);
  }
}

TEST(Verify, TellsBothValuesOfTheFirstLayerThatDiffers) {
  std::string message;
  EXPECT_EQ(Verify(SampledClips(kHidden, kOutput), &message), OCTAVO_OK) << message;
  int8_t hidden[kCount], output[kCount];
  std::copy_n(kHidden, kCount, hidden);
  std::copy_n(kOutput, kCount, output);
  hidden[3] = 20; // of the two the one that comes first in the layer is told
  hidden[5] = 30;
  EXPECT_EQ(Verify(SampledClips(hidden, output), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message.substr(0, message.find(" (checksum")),
            "test vector 0: layer 0 (low), clip: value 3: expected 20, found -10");
  EXPECT_NE(message.find("the first layer to differ on this machine"), std::string::npos);
  output[0] = 9;
  EXPECT_EQ(Verify(SampledClips(kHidden, output), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message.substr(0, message.find(" (checksum")),
            "test vector 0: layer 1 (high), clip: value 0: expected 9, found -10");
}

TEST(Verify, TellsTheChecksumsWhereNoStoredValueDiffers) {
  int8_t hidden[kCount];
  std::copy_n(kHidden, kCount, hidden);
  hidden[2]++;
  std::string message;
  EXPECT_EQ(Verify(SampledClips(hidden, kOutput), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message.substr(0, message.find(" 0x")),
            "test vector 0: layer 0 (low), clip: expected a result with checksum");
}

TEST(Verify, WriterRefusesSamplesOfSomeVectorsAlone) {
  const int8_t samples[2 * kSamples] = {};
  for (const int calls : {1, 2}) {
    model_writer *writer = WriteTwoClips(kHidden, kOutput, 2);
    for (int i = 0; i < calls; i++)
      model_writer_add_samples(writer, samples, kSamples);
    uint8_t *data = nullptr;
    size_t size = 0;
    octavo_error error = {};
    EXPECT_EQ(model_writer_finish(writer, &data, &size, &error), OCTAVO_ERROR_ARGUMENT);
    EXPECT_NE(std::string(error.text).find("samples"), std::string::npos) << error.text;
    model_writer_free(writer);
  }
}

// The checksums are right, so that the layers pass, and the stored output itself is not.
TEST(Verify, ComparesInt8OutputsToTheLastBit) {
  ModelFile file(TwoClips(kHidden, kOutput));
  file.section(OCTAVO_SECTION_TESTS)[sizeof(octavo_format_tests) + kCount + 4]++;
  std::string message;
  EXPECT_EQ(Verify(file.Assemble(), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message, "test vector 0: output y: value 4: expected -6, found -7");
}

Bytes FloatClip(const std::vector<float> &input, const std::vector<float> &output) {
  model_writer *writer = model_writer_create();
  const uint32_t shape[] = {1, static_cast<uint32_t>(input.size())};
  const int32_t x =
      model_writer_add_activation(writer, "x", OCTAVO_FLOAT32, 2, shape, 0, 0, MODEL_WRITER_NEXT);
  const int32_t y =
      model_writer_add_activation(writer, "y", OCTAVO_FLOAT32, 2, shape, 0, 0, MODEL_WRITER_NEXT);
  AddClip(writer, "relu", 0, INFINITY, x, y);
  model_writer_set_inputs(writer, 1, &x);
  model_writer_set_outputs(writer, 1, &y);
  const uint32_t checksum = 0;
  model_writer_add_test(writer, input.data(), 4 * input.size(), output.data(), 4 * output.size(),
                        &checksum, 1);
  return Finish(writer);
}

// 1e-4 + 1e-3 · |stored|
TEST(Verify, AllowsFloatOutputsTheirTolerance) {
  std::string message;
  EXPECT_EQ(Verify(FloatClip({-1, 1, 100}, {0.00009f, 1.001f, 99.95f}), &message), OCTAVO_OK)
      << message;
  EXPECT_EQ(Verify(FloatClip({-1, 1}, {0.00011f, 1}), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Verify(FloatClip({-1, 1}, {0.5f, 1}), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message, "test vector 0: output y: value 0: expected 0.5 within 0.0006, found 0");
  EXPECT_EQ(Verify(FloatClip({-1, 1}, {0, 1.0013f}), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Verify(FloatClip({-1, INFINITY}, {0, INFINITY}), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Verify(FloatClip({-1, 5}, {0, INFINITY}), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(Verify(FloatClip({-1, 5}, {0, NAN}), &message), OCTAVO_ERROR_MISMATCH);
}

// x f32 -> clip f32 -> quantize, scale 1/4, zero point 0 -> y. No checksum: the clip may be any
// float layer, whose last bit differs between CPUs.
Bytes FloatThenInt8(const std::vector<float> &input, const std::vector<int8_t> &output) {
  model_writer *writer = model_writer_create();
  const uint32_t shape[] = {1, static_cast<uint32_t>(input.size())};
  const octavo_attributes none = {};
  const int32_t x =
      model_writer_add_activation(writer, "x", OCTAVO_FLOAT32, 2, shape, 0, 0, MODEL_WRITER_NEXT);
  const int32_t hidden = model_writer_add_activation(writer, "hidden", OCTAVO_FLOAT32, 2, shape, 0,
                                                     0, MODEL_WRITER_NEXT);
  const int32_t y =
      model_writer_add_activation(writer, "y", OCTAVO_INT8, 2, shape, 0.25f, 0, MODEL_WRITER_NEXT);
  AddClip(writer, "relu", 0, INFINITY, x, hidden);
  model_writer_add_operator(writer, "quantize", OCTAVO_OP_QUANTIZE, &none, 1, &hidden, 1, &y);
  model_writer_set_inputs(writer, 1, &x);
  model_writer_set_outputs(writer, 1, &y);
  const uint32_t checksums[] = {0, 0};
  model_writer_add_test(writer, input.data(), 4 * input.size(), output.data(), output.size(),
                        checksums, 2);
  return Finish(writer);
}

TEST(Verify, ALayerBehindFloat32MayDifferByAFewSteps) {
  std::string message;
  EXPECT_EQ(Verify(FloatThenInt8({-1, 1, 10}, {0, 4, 40}), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Verify(FloatThenInt8({-1, 1, 10}, {0, 6, 38}), &message), OCTAVO_OK) << message;
  EXPECT_EQ(Verify(FloatThenInt8({-1, 1, 10}, {0, 8, 40}), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message, "test vector 0: output y: value 1: expected 8 within 3, found 4");
}

TEST(Verify, RefusesAFileWithoutTestVectors) {
  std::string message;
  EXPECT_EQ(Verify(EveryOperatorModel(true), &message), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(message, "the model file holds no test vectors to verify it with");
}

void CollectChecksums(void *context, uint32_t index, uint32_t which, const octavo_tensor_info *info,
                      const void *data) {
  ASSERT_EQ(which, 0U);
  if (info->type == OCTAVO_INT8)
    (*static_cast<std::vector<uint32_t> *>(context))[index] = octavo_crc32(0, data, info->bytes);
}

// The model with one test vector made by running it, as the converter does.
Bytes SelfTested(bool int8) {
  model_writer *writer = WriteEveryOperator(int8);
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  octavo_model *model = nullptr;
  octavo_session *session = nullptr;
  EXPECT_EQ(model_writer_finish(writer, &data, &size, &error), OCTAVO_OK);
  EXPECT_EQ(octavo_model_open_memory(data, size, &model, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(octavo_session_create(model, nullptr, &session, &error), OCTAVO_OK) << error.text;
  std::vector<uint32_t> checksums(octavo_model_operator_count(model));
  float *input = static_cast<float *>(octavo_session_input(session, 0));
  for (size_t i = 0; i < 8 * 8 * 4; i++)
    input[i] = static_cast<float>(i % 17) * 0.3f - 2;
  octavo_session_observe(session, CollectChecksums, &checksums);
  EXPECT_EQ(octavo_session_run(session, &error), OCTAVO_OK) << error.text;
  model_writer_add_test(writer, input, 8 * 8 * 4 * 4, octavo_session_output(session, 0), 5 * 4,
                        checksums.data(), static_cast<uint32_t>(checksums.size()));
  octavo_session_free(session);
  octavo_model_close(model);
  octavo_memory_free_aligned(data);
  return Finish(writer);
}

TEST(Verify, AcceptsEveryOperatorAtAnyNumberOfThreads) {
  for (const bool int8 : {true, false})
    for (const uint32_t threads : {1u, 2u, 4u}) {
      std::string message;
      EXPECT_EQ(Verify(SelfTested(int8), &message, threads), OCTAVO_OK) << message;
    }
}

// A weight that changed after the vectors were made: the layer that has it is named.
TEST(Verify, NamesTheLayerWhoseWeightChanged) {
  ModelFile file(SelfTested(true));
  const octavo_format_operator depthwise = file.op(3);
  const int32_t weights = file.operand(depthwise.first_operand + 1);
  for (int i = 0; i < 9; i++)
    file.constant<int8_t>(static_cast<size_t>(weights))[i] = 0;
  std::string message;
  EXPECT_EQ(Verify(file.Assemble(), &message), OCTAVO_ERROR_MISMATCH);
  EXPECT_EQ(message.substr(0, message.find(": expected")),
            "test vector 0: layer 3 (depthwise), convolution");
}

TEST(Verify, ReportsEachAllocationThatFails) {
  const Bytes bytes = SelfTested(true);
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open_memory(bytes.data(), bytes.size(), &model, &error), OCTAVO_OK);
  size_t failures = 0;
  for (octavo_status status = OCTAVO_ERROR_MEMORY; status != OCTAVO_OK; failures++) {
    octavo_memory_fail_at(failures, 0);
    status = octavo_model_verify(model, 1, &error);
    octavo_memory_fail_at(SIZE_MAX, 0);
    if (status == OCTAVO_OK)
      break;
    ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << failures << " " << error.text;
  }
  EXPECT_GT(failures, 3U);
  octavo_model_close(model);
}

} // namespace
