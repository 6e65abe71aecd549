#include "converter/writer/model_writer.h"

#include "runtime/memory.h"
#include "tests/runtime/every_operator.h"
#include "tests/runtime/sample_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace {

struct WriterFree {
  void operator()(model_writer *writer) const {
    model_writer_free(writer);
  }
};
using Writer = std::unique_ptr<model_writer, WriterFree>;

Bytes FinishOnce(model_writer *writer) {
  uint8_t *data = nullptr;
  size_t size = 0;
  octavo_error error = {};
  EXPECT_EQ(model_writer_finish(writer, &data, &size, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0U);
  const Bytes bytes(data, data + size);
  octavo_memory_free_aligned(data);
  return bytes;
}

// Adds x -> relu -> y, float32 1×8.
void AddRelu(model_writer *writer) {
  const uint32_t shape[] = {1, 8};
  const int32_t x =
      model_writer_add_activation(writer, "x", OCTAVO_FLOAT32, 2, shape, 0, 0, MODEL_WRITER_NEXT);
  const int32_t y =
      model_writer_add_activation(writer, "y", OCTAVO_FLOAT32, 2, shape, 0, 0, MODEL_WRITER_NEXT);
  octavo_attributes attributes = {};
  attributes.clamp.clamp_max = INFINITY;
  model_writer_add_operator(writer, "relu", OCTAVO_OP_CLIP, &attributes, 1, &x, 1, &y);
  model_writer_set_inputs(writer, 1, &x);
  model_writer_set_outputs(writer, 1, &y);
}

// The layout that runtime/FORMAT.md gives, worked out by hand for one small file.
TEST(ModelWriter, LaysAFileOutAsSpecified) {
  const Writer writer(model_writer_create());
  AddRelu(writer.get());
  Bytes bytes = FinishOnce(writer.get());
  ASSERT_EQ(bytes.size(), 1024U);
  const octavo_format_header &header = HeaderOf(bytes);
  EXPECT_EQ(memcmp(header.magic, "\x89OCTAVO\n", 8), 0);
  EXPECT_EQ(header.major, 1);
  EXPECT_EQ(header.minor, 0);
  EXPECT_EQ(header.endian, 0x01020304U);
  EXPECT_EQ(header.header_size, 64U);
  EXPECT_EQ(header.section_count, 11U);
  EXPECT_EQ(header.file_size, 1024U);
  EXPECT_EQ(header.arena_size, 128U);
  EXPECT_EQ(header.alignment, 64U);
  // 64 + 11·24 = 328 -> 384; strings "", x, y, relu and 4 empty ones: 10 bytes -> 448; ...
  const uint64_t offsets[11] = {384, 448, 576, 704, 768, 832, 896, 896, 896, 1024, 1024};
  const uint64_t sizes[11] = {10, 128, 80, 8, 4, 4, 0, 0, 128, 0, 0};
  for (uint32_t i = 0; i < 11; i++) {
    const octavo_format_section section = SectionOf(bytes, static_cast<octavo_section_type>(i + 1));
    EXPECT_EQ(section.type, i + 1);
    EXPECT_EQ(section.offset, offsets[i]) << i;
    EXPECT_EQ(section.size, sizes[i]) << i;
  }
  ModelFile file(bytes);
  EXPECT_EQ(file.tensor(1).offset, 64U);
  EXPECT_EQ(file.tensor(1).bytes, 32U);
  EXPECT_EQ(file.tensor(1).scales, -1);
  EXPECT_EQ(file.op(0).opcode, OCTAVO_OP_CLIP);
  EXPECT_EQ(file.operand(1), 1);
  EXPECT_TRUE(std::isnan(file.provenance().accuracy_source));
}

TEST(ModelWriter, GivesTheSameBytesTwice) {
  EXPECT_EQ(SampleModel(), SampleModel());
  EXPECT_EQ(EveryOperatorModel(true), EveryOperatorModel(true));
}

TEST(ModelWriter, FinishLeavesNoTraceInTheNextFile) {
  const Writer once(WriteEveryOperator(true)), twice(WriteEveryOperator(true));
  octavo_model_info first = {}, second = {};
  first.mode = "static";
  first.accuracy_source = NAN;
  second.tool = "octavo-convert";
  second.accuracy_model = 90;
  model_writer_set_provenance(twice.get(), &first);
  FinishOnce(twice.get());
  for (model_writer *writer : {once.get(), twice.get()}) {
    model_writer_set_provenance(writer, &second);
    for (const char *label : {"a", "b", "c", "d", "e"})
      model_writer_add_label(writer, label);
  }
  EXPECT_EQ(FinishOnce(once.get()), FinishOnce(twice.get()));
}

// A NaN has many bit patterns; the files of two equal runs have the same.
TEST(ModelWriter, WritesOneKindOfNaN) {
  const Writer a(WriteEveryOperator(true)), b(WriteEveryOperator(true));
  octavo_model_info info = {};
  info.accuracy_source = info.accuracy_model = NAN;
  model_writer_set_provenance(a.get(), &info);
  info.accuracy_source = info.accuracy_model = -std::nanf("123");
  model_writer_set_provenance(b.get(), &info);
  EXPECT_EQ(FinishOnce(a.get()), FinishOnce(b.get()));
}

TEST(ModelWriter, TestVectorsCanFollowAFirstFinish) {
  const Writer writer(model_writer_create());
  AddRelu(writer.get());
  FinishOnce(writer.get());
  const float input[8] = {-1, 2}, output[8] = {0, 2};
  const uint32_t checksum = 0;
  for (int i = 0; i < 3; i++)
    model_writer_add_test(writer.get(), input, sizeof input, output, sizeof output, &checksum, 1);
  Bytes bytes = FinishOnce(writer.get());
  ModelFile file(bytes);
  EXPECT_EQ(file.tests().vector_count, 3U);
  EXPECT_EQ(file.tests().operator_count, 1U);
  EXPECT_EQ(file.tests().input_bytes, 32U);
  EXPECT_EQ(file.tests().output_bytes, 32U);
  EXPECT_EQ(file.section(OCTAVO_SECTION_TESTS).size(), 32U + 3 * (32 + 32 + 4));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open_memory(bytes.data(), bytes.size(), &model, &error), OCTAVO_OK)
      << error.text;
  octavo_model_close(model);
}

TEST(ModelWriter, ReplacesWhatIsSetTwice) {
  const Writer writer(model_writer_create());
  AddRelu(writer.get());
  const int32_t wrong[] = {7, 8, 9}, right = 0;
  model_writer_set_inputs(writer.get(), 3, wrong);
  model_writer_set_inputs(writer.get(), 1, &right);
  octavo_preprocessing rule = {};
  rule.channels = 1;
  rule.mean[2] = 5; // of a channel that is not there
  model_writer_set_preprocessing(writer.get(), &rule);
  ModelFile with(FinishOnce(writer.get()));
  EXPECT_EQ(with.preprocessing().mean[2], 0);
  EXPECT_EQ(with.section(OCTAVO_SECTION_INPUTS).size(), 4U);
  model_writer_set_preprocessing(writer.get(), nullptr);
  ModelFile without(FinishOnce(writer.get()));
  EXPECT_TRUE(without.section(OCTAVO_SECTION_PREPROCESSING).empty());
}

void ExpectError(const Writer &writer, octavo_status status, const std::string &message) {
  uint8_t *data = nullptr;
  size_t size = 1;
  octavo_error error = {};
  EXPECT_EQ(model_writer_finish(writer.get(), &data, &size, &error), status);
  EXPECT_EQ(data, nullptr);
  EXPECT_EQ(size, 0U);
  EXPECT_STREQ(error.text, message.c_str());
}

TEST(ModelWriter, KeepsTheFirstError) {
  const Writer writer(model_writer_create());
  const uint32_t shape[7] = {1, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(model_writer_add_activation(writer.get(), "x", OCTAVO_INT8, 7, shape, 1, 0, 0), -1);
  EXPECT_EQ(model_writer_add_activation(writer.get(), "y", OCTAVO_INT8, 0, shape, 1, 0, 0), -1);
  AddRelu(writer.get());
  ExpectError(writer, OCTAVO_ERROR_ARGUMENT,
              "model file: tensor \"x\": expected a rank of 1 to 6, found 7");
}

TEST(ModelWriter, RefusesWhatNoFileHolds) {
  const uint32_t large[3] = {1, 1 << 16, 1 << 16}, small[1] = {1};
  const int8_t byte = 1;
  const Writer size(model_writer_create());
  model_writer_add_activation(size.get(), "x", OCTAVO_INT8, 3, large, 1, 0, 0);
  ExpectError(size, OCTAVO_ERROR_ARGUMENT,
              "model file: tensor \"x\": expected at most 2147483648 bytes, found more");
  const Writer name(model_writer_create());
  model_writer_add_constant(name.get(), std::string(1024, 'n').c_str(), OCTAVO_INT8, 1, small,
                            &byte, 1);
  ExpectError(name, OCTAVO_ERROR_ARGUMENT,
              "model file: tensor \"" + std::string(40, 'n') +
                  "...\": expected at most 1023 bytes, found more");
  const Writer offset(model_writer_create());
  model_writer_add_activation(offset.get(), "x", OCTAVO_INT8, 1, small, 1, 0, UINT64_MAX - 1);
  ExpectError(offset, OCTAVO_ERROR_ARGUMENT,
              "model file: tensor \"x\": its end, offset 18446744073709551614 plus 1 bytes, does "
              "not fit 64 bits");
  const Writer test(model_writer_create());
  model_writer_add_test(test.get(), "12", 2, "3", 1, nullptr, 0);
  model_writer_add_test(test.get(), "12", 2, "34", 2, nullptr, 0);
  ExpectError(test, OCTAVO_ERROR_ARGUMENT,
              "model file: test vector 1: expected 2 input bytes, 1 output bytes, 0 checksums as "
              "in the first, found 2, 2, 0");
}

TEST(ModelWriter, TakesNullForAWriterThatWasNotMade) {
  octavo_memory_fail_at(0, 0);
  const Writer writer(model_writer_create());
  octavo_memory_fail_at(SIZE_MAX, 0);
  ASSERT_EQ(writer, nullptr);
  AddRelu(writer.get());
  model_writer_add_label(writer.get(), "a");
  ExpectError(writer, OCTAVO_ERROR_MEMORY, "out of memory for a model file");
}

TEST(ModelWriter, ReportsEachAllocationThatFails) {
  for (const int lasting : {0, 1}) {
    size_t failures = 0;
    for (octavo_status status = OCTAVO_ERROR_MEMORY; status != OCTAVO_OK; failures++) {
      octavo_memory_fail_at(failures, lasting);
      const Writer writer(WriteEveryOperator(true));
      octavo_model_info info = {};
      info.tool = "test";
      model_writer_set_provenance(writer.get(), &info);
      uint8_t *data = nullptr;
      size_t size = 0;
      octavo_error error = {};
      status = model_writer_finish(writer.get(), &data, &size, &error);
      octavo_memory_fail_at(SIZE_MAX, 0);
      EXPECT_EQ(data != nullptr, status == OCTAVO_OK);
      octavo_memory_free_aligned(data);
      if (status == OCTAVO_OK)
        break;
      ASSERT_EQ(status, OCTAVO_ERROR_MEMORY) << error.text;
      EXPECT_THAT(std::string(error.text), testing::ContainsRegex("out of memory|no room"));
    }
    EXPECT_GT(failures, 10U);
  }
}

} // namespace
