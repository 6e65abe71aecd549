// What octavo_model_* tells of an opened model.
#include "tests/runtime/sample_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace {

class ModelTest : public testing::Test {
protected:
  void SetUp() override {
    bytes_ = SampleModel();
    octavo_error error = {};
    ASSERT_EQ(octavo_model_open_memory(bytes_.data(), bytes_.size(), &model_, &error), OCTAVO_OK)
        << error.text;
  }
  void TearDown() override {
    octavo_model_close(model_);
  }
  Bytes bytes_;
  octavo_model *model_ = nullptr;
};

TEST_F(ModelTest, DescribesInputsAndOutputs) {
  octavo_tensor_info info;
  ASSERT_EQ(octavo_model_input_count(model_), 1U);
  ASSERT_EQ(octavo_model_input(model_, 0, &info), OCTAVO_OK);
  EXPECT_STREQ(info.name, "image");
  EXPECT_EQ(info.type, OCTAVO_INT8);
  ASSERT_EQ(info.rank, 4U);
  EXPECT_EQ(info.shape[0], 1U);
  EXPECT_EQ(info.shape[1], 4U);
  EXPECT_EQ(info.shape[2], 4U);
  EXPECT_EQ(info.shape[3], 3U);
  EXPECT_EQ(info.bytes, 48U);
  EXPECT_EQ(info.scale, 0.02f);
  EXPECT_EQ(info.zero_point, -3);
  ASSERT_EQ(octavo_model_output_count(model_), 2U);
  ASSERT_EQ(octavo_model_output(model_, 0, &info), OCTAVO_OK);
  EXPECT_STREQ(info.name, "classes");
  EXPECT_EQ(info.type, OCTAVO_FLOAT32);
  EXPECT_EQ(info.bytes, 12U);
  EXPECT_EQ(info.scale, 1.0f);
  EXPECT_EQ(info.zero_point, 0);
  ASSERT_EQ(octavo_model_output(model_, 1, &info), OCTAVO_OK);
  EXPECT_STREQ(info.name, "logits");
  EXPECT_EQ(octavo_model_input(model_, 1, &info), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_model_output(model_, 2, &info), OCTAVO_ERROR_ARGUMENT);
}

TEST_F(ModelTest, DescribesOperators) {
  octavo_operator_info info;
  ASSERT_EQ(octavo_model_operator_count(model_), 5U);
  ASSERT_EQ(octavo_model_operator(model_, kConvolve, &info), OCTAVO_OK);
  EXPECT_STREQ(info.name, "conv");
  EXPECT_STREQ(info.kind, "convolution");
  EXPECT_STREQ(info.output.name, "features");
  EXPECT_EQ(info.macs, 4U * 4 * 2 * 3 * 3 * 3);
  EXPECT_EQ(info.weight_bytes, 2U * 3 * 3 * 3 + 2 * 4 + 2 * 4); // weights, bias, scales
  EXPECT_EQ(info.arena_offset, 64U);
  ASSERT_EQ(octavo_model_operator(model_, kMultiply, &info), OCTAVO_OK);
  EXPECT_STREQ(info.name, "fc");
  EXPECT_EQ(info.macs, 24U);
  EXPECT_EQ(info.weight_bytes, 24U);
  ASSERT_EQ(octavo_model_operator(model_, kPool, &info), OCTAVO_OK);
  EXPECT_EQ(info.macs, 0U);
  EXPECT_EQ(info.weight_bytes, 0U);
  EXPECT_EQ(octavo_model_operator(model_, 5, &info), OCTAVO_ERROR_ARGUMENT);
}

TEST_F(ModelTest, TellsWhereItComesFrom) {
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model_, &info), OCTAVO_OK);
  EXPECT_STREQ(info.tool, "sample");
  EXPECT_STREQ(info.source, "sample.onnx");
  EXPECT_STREQ(info.mode, "static");
  EXPECT_STREQ(info.calibrator, "mse");
  EXPECT_EQ(info.source_sha256[0], 0xab);
  EXPECT_EQ(info.calibration_sha256[31], 0xcd);
  EXPECT_EQ(info.calibration_images, 7U);
  EXPECT_EQ(info.seed, 42U);
  EXPECT_EQ(info.accuracy_source, 91.5f);
  EXPECT_TRUE(std::isnan(info.accuracy_model));
  EXPECT_EQ(info.accuracy_images, 200U);
  EXPECT_EQ(info.file_size, bytes_.size());
  EXPECT_EQ(info.weight_bytes, 216U); // 8, 54, 8, 24 bytes, each but the last rounded up to 64
  EXPECT_EQ(info.arena_bytes, 320U);
  EXPECT_EQ(info.test_vectors, 1U);
}

TEST_F(ModelTest, GivesLabels) {
  ASSERT_EQ(octavo_model_label_count(model_), 3U);
  EXPECT_STREQ(octavo_model_label(model_, 0), "cat");
  EXPECT_STREQ(octavo_model_label(model_, 2), "élan");
  EXPECT_EQ(octavo_model_label(model_, 3), nullptr);
}

TEST_F(ModelTest, GivesPreprocessing) {
  octavo_preprocessing rule;
  ASSERT_EQ(octavo_model_preprocessing(model_, &rule), OCTAVO_OK);
  EXPECT_EQ(rule.width, 4U);
  EXPECT_EQ(rule.height, 4U);
  EXPECT_EQ(rule.resize_width, 6U);
  EXPECT_EQ(rule.resize_height, 5U);
  EXPECT_EQ(rule.resize, OCTAVO_RESIZE_STRETCH);
  EXPECT_FALSE(rule.bgr);
  EXPECT_EQ(rule.channels, 3U);
  EXPECT_EQ(rule.scale, 1.0f / 255);
  EXPECT_EQ(rule.mean[2], 0.5f);
  EXPECT_EQ(rule.std[0], 0.25f);
}

TEST(Model, MayLackWhatIsOptional) {
  ModelFile file(SampleModel());
  file.section(OCTAVO_SECTION_PREPROCESSING).clear();
  file.section(OCTAVO_SECTION_LABELS).clear();
  file.section(OCTAVO_SECTION_TESTS).clear();
  const Bytes bytes = file.Assemble();
  octavo_model *model = nullptr;
  ASSERT_EQ(octavo_model_open_memory(bytes.data(), bytes.size(), &model, nullptr), OCTAVO_OK);
  octavo_preprocessing rule;
  octavo_model_info info;
  EXPECT_EQ(octavo_model_preprocessing(model, &rule), OCTAVO_ERROR_ARGUMENT);
  EXPECT_EQ(octavo_model_label_count(model), 0U);
  EXPECT_EQ(octavo_model_label(model, 0), nullptr);
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_EQ(info.test_vectors, 0U);
  octavo_model_close(model);
}

TEST(Model, OpensFromAFileThatIsRemovedAfterwards) {
  const Bytes bytes = SampleModel();
  const std::string path = testing::TempDir() + "octavo_model_test.octavo";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char *>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(path.c_str(), &model, &error), OCTAVO_OK) << error.text;
  ASSERT_EQ(remove(path.c_str()), 0);
  EXPECT_STREQ(octavo_model_label(model, 1), "dog");
  octavo_model_close(model);
}

// Kernels read weights in place; wherever the caller's memory lies, they are aligned.
TEST(Model, OpensFromMemoryAtAnyAlignment) {
  const Bytes bytes = SampleModel();
  std::unique_ptr<uint8_t, decltype(&free)> memory(
      static_cast<uint8_t *>(aligned_alloc(64, (bytes.size() / 64 + 2) * 64)), &free);
  for (size_t shift = 0; shift < 64; shift += 7) {
    std::copy(bytes.begin(), bytes.end(), memory.get() + shift);
    octavo_model *model = nullptr;
    octavo_error error = {};
    ASSERT_EQ(octavo_model_open_memory(memory.get() + shift, bytes.size(), &model, &error),
              OCTAVO_OK)
        << error.text;
    octavo_operator_info info;
    EXPECT_EQ(octavo_model_operator(model, kConvolve, &info), OCTAVO_OK);
    octavo_model_close(model);
  }
}

} // namespace
