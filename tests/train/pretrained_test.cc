#include "train/pretrained.h"

#include "train/networks.h"

#include "tests/common/allocation_failures.h"
#include "tests/common/temporary_folder.h"
#include "tests/train/safetensors_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using testing::HasSubstr;

// ResNet-8 for two classes, all of whose values are zero.
class Pretrained : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 1, &error_), OCTAVO_OK) << error_.text;
    trainable_options options = {};
    options.size = 16;
    options.classes = 2;
    ASSERT_EQ(trainable_build(trainable_find("resnet8"), &options, &plan_, &error_), OCTAVO_OK);
    ASSERT_EQ(network_create(&d_, &plan_, 2, false, &net_, &error_), OCTAVO_OK) << error_.text;
  }
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  void Add(const std::string &name, const std::string &type, const std::string &shape,
           const std::string &bytes) {
    header_ += (header_.empty() ? "{" : ",") +
               SafetensorsEntry(name, type, shape, data_.size(), data_.size() + bytes.size());
    data_ += bytes;
  }
  octavo_status Load() {
    const std::string path = folder_.write("w.safetensors", SafetensorsFile(header_ + "}", data_));
    return pretrained_load(net_, path.c_str(), &report_, &error_);
  }
  std::vector<float> Values(const char *name) {
    const parameter *p = network_parameter(net_, name);
    std::vector<float> values(p->count);
    EXPECT_EQ(parameter_get(net_, p, values.data(), &error_), OCTAVO_OK);
    return values;
  }

  TemporaryFolder folder_;
  std::string header_, data_;
  onednn d_{};
  architecture plan_{};
  network *net_ = nullptr;
  pretrained_report report_{};
  octavo_error error_{};
};

TEST_F(Pretrained, TakesWhatFitsAndSaysWhatDoesNot) {
  Add("bn1.bias", "F16", "[16]", BytesOf(std::vector<uint16_t>(16, 0x4000)));
  Add("bn1.weight", "BF16", "[16]", BytesOf(std::vector<uint16_t>(16, 0xbf80)));
  Add("bn1.num_batches_tracked", "I64", "[]", BytesOf(std::vector<int64_t>{7}));
  Add("fc.bias", "F32", "[5]", BytesOf(std::vector<float>(5, 1.0f)));
  Add("fc.weight", "F32", "[5,64]", BytesOf(std::vector<float>(320, 1.0f)));
  ASSERT_EQ(Load(), OCTAVO_OK) << error_.text;
  EXPECT_EQ(report_.taken, 2u);
  EXPECT_EQ(report_.unfit, 2u);
  EXPECT_EQ(report_.missing, net_->parameter_count - 4);
  const std::string lines = report_.lines;
  EXPECT_THAT(lines, HasSubstr("fc.weight: file has [5, 64], network wants [2, 64]: starts at "
                               "random\n"));
  EXPECT_THAT(lines, HasSubstr("fc.bias: file has [5], network wants [2]: starts at random\n"));
  EXPECT_STREQ(report_.first_missing, "conv1.weight");
  EXPECT_EQ(lines.find("num_batches_tracked"), std::string::npos) << lines;
  EXPECT_EQ(Values("bn1.bias"), std::vector<float>(16, 2.0f));
  EXPECT_EQ(Values("bn1.weight"), std::vector<float>(16, -1.0f));
  EXPECT_EQ(Values("fc.bias"), std::vector<float>(2, 0.0f));
}

TEST_F(Pretrained, NothingInCommonIsAnError) {
  Add("module.conv1.weight", "F32", "[1]", BytesOf(std::vector<float>{1}));
  EXPECT_EQ(Load(), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("w.safetensors: expected"));
  EXPECT_THAT(error_.text, HasSubstr("such as conv1.weight, found none of them"));
  EXPECT_THAT(error_.text, HasSubstr("such as module.conv1.weight"));
}

TEST_F(Pretrained, NoNumbersAreRefused) {
  std::vector<uint16_t> values(16, 0x3c00);
  values[3] = 0x7c00;
  Add("bn1.bias", "F16", "[16]", BytesOf(values));
  EXPECT_EQ(Load(), OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error_.text, HasSubstr("w.safetensors: bn1.bias: value 3 is inf"));
}

TEST_F(Pretrained, AllocationFailures) {
  Add("bn1.bias", "F16", "[16]", BytesOf(std::vector<uint16_t>(16, 0x4000)));
  const std::string path = folder_.write("w.safetensors", SafetensorsFile(header_ + "}", data_));
  FailEachAllocation(
      [&](octavo_error *error) { return pretrained_load(net_, path.c_str(), &report_, error); });
}

} // namespace
