#include "converter/preprocessing.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <fstream>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

option_reals Reals(const std::vector<double> &values) {
  option_reals r = {};
  for (const double v : values)
    r.values[r.count++] = v;
  return r;
}

class Preprocessing : public testing::Test {
protected:
  octavo_status Resolve(int64_t height, int64_t width, int64_t channels) {
    const int64_t shape[4] = {1, height, width, channels};
    return preprocessing_from_options(&options_, &metadata_, shape, &rule_, &error_);
  }
  void ExpectRefused(int64_t height, int64_t width, int64_t channels, const char *text) {
    EXPECT_EQ(Resolve(height, width, channels), OCTAVO_ERROR_ARGUMENT);
    EXPECT_THAT(error_.text, HasSubstr(text));
  }

  convert_options options_ = {};
  graph_metadata metadata_ = {};
  octavo_preprocessing rule_ = {};
  octavo_error error_ = {};
};

TEST_F(Preprocessing, DefaultsAreTheNetworksSizeAndZeroToOne) {
  ASSERT_EQ(Resolve(20, 30, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.width, 30u);
  EXPECT_EQ(rule_.height, 20u);
  EXPECT_EQ(rule_.resize, OCTAVO_RESIZE_STRETCH);
  EXPECT_EQ(rule_.resize_width, 30u);
  EXPECT_EQ(rule_.resize_height, 20u);
  EXPECT_FLOAT_EQ(rule_.scale, 1.0f / 255.0f);
  for (int c = 0; c < 3; c++) {
    EXPECT_EQ(rule_.mean[c], 0.0f);
    EXPECT_EQ(rule_.std[c], 1.0f);
  }
  EXPECT_FALSE(rule_.bgr);
}

TEST_F(Preprocessing, PresetThenOptions) {
  options_.preset = "cifar10";
  options_.std = Reals({0.2});
  ASSERT_EQ(Resolve(32, 32, 3), OCTAVO_OK) << error_.text;
  EXPECT_FLOAT_EQ(rule_.mean[0], 0.4914f);
  EXPECT_FLOAT_EQ(rule_.mean[2], 0.4465f);
  EXPECT_FLOAT_EQ(rule_.std[1], 0.2f);
}

TEST_F(Preprocessing, ImagenetResizesTheShortSideAndCrops) {
  options_.preset = "imagenet";
  ASSERT_EQ(Resolve(224, 224, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.resize, OCTAVO_RESIZE_SHORT_SIDE);
  EXPECT_EQ(rule_.resize_height, 256u);
  options_.resize = "232";
  ASSERT_EQ(Resolve(224, 224, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.resize_height, 232u);
  options_.resize = nullptr;
  options_.crop = CROP_NONE;
  ASSERT_EQ(Resolve(224, 224, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.resize, OCTAVO_RESIZE_STRETCH);
  EXPECT_EQ(rule_.resize_height, 224u);
}

TEST_F(Preprocessing, APresetForRgbIsTurnedRoundForBgr) {
  options_.preset = "imagenet";
  options_.bgr = true;
  ASSERT_EQ(Resolve(224, 224, 3), OCTAVO_OK) << error_.text;
  EXPECT_FLOAT_EQ(rule_.mean[0], 0.406f);
  EXPECT_FLOAT_EQ(rule_.std[2], 0.229f);
}

TEST_F(Preprocessing, TheNetworksMetadataComesAfterOptionsAndPreset) {
  metadata_ = {3, {0.1f, 0.2f, 0.3f}, {0.4f, 0.5f, 0.6f}, nullptr};
  ASSERT_EQ(Resolve(32, 32, 3), OCTAVO_OK) << error_.text;
  EXPECT_THAT(rule_.mean, ElementsAre(0.1f, 0.2f, 0.3f));
  EXPECT_THAT(rule_.std, ElementsAre(0.4f, 0.5f, 0.6f));
  options_.bgr = true;
  ASSERT_EQ(Resolve(32, 32, 3), OCTAVO_OK) << error_.text;
  EXPECT_THAT(rule_.mean, ElementsAre(0.3f, 0.2f, 0.1f));
  EXPECT_THAT(rule_.std, ElementsAre(0.6f, 0.5f, 0.4f));
  options_.mean = Reals({0.7, 0.8, 0.9});
  ASSERT_EQ(Resolve(32, 32, 3), OCTAVO_OK) << error_.text;
  EXPECT_THAT(rule_.mean, ElementsAre(0.7f, 0.8f, 0.9f)) << "in the order given";
  EXPECT_THAT(rule_.std, ElementsAre(0.6f, 0.5f, 0.4f));
  options_.bgr = false;
  options_.preset = "cifar10";
  ASSERT_EQ(Resolve(32, 32, 3), OCTAVO_OK) << error_.text;
  EXPECT_THAT(rule_.mean, ElementsAre(0.7f, 0.8f, 0.9f));
  EXPECT_THAT(rule_.std, ElementsAre(0.2470f, 0.2435f, 0.2616f));
}

TEST_F(Preprocessing, MetadataThatDoesNotFitTheNetworkIsRefused) {
  metadata_ = {3, {0.1f, 0.2f, 0.3f}, {0.4f, 0.5f, 0.6f}, nullptr};
  ExpectRefused(8, 8, 1, "expected 1 numbers, as many as its input has channels, found 3");
  metadata_ = {1, {0.1f}, {0.4f}, nullptr};
  ASSERT_EQ(Resolve(8, 8, 1), OCTAVO_OK) << error_.text;
  EXPECT_THAT(rule_.mean, ElementsAre(0.1f, 0.0f, 0.0f));
  EXPECT_THAT(rule_.std, ElementsAre(0.4f, 1.0f, 1.0f));
  ExpectRefused(8, 8, 3, "'octavo.mean'");
  options_.mean = Reals({0.5});
  ExpectRefused(8, 8, 3, "'octavo.std'");
  options_.std = Reals({0.5});
  EXPECT_EQ(Resolve(8, 8, 3), OCTAVO_OK) << "options make up for it: " << error_.text;
}

TEST_F(Preprocessing, MetadataIsForPixelsFromZeroToOne) {
  metadata_ = {3, {0.1f, 0.2f, 0.3f}, {0.4f, 0.5f, 0.6f}, nullptr};
  options_.scale = Reals({1.0});
  ExpectRefused(8, 8, 3, "--scale 1 contradicts");
  options_.scale = Reals({0.00392157});
  EXPECT_EQ(Resolve(8, 8, 3), OCTAVO_OK) << error_.text;
  options_.scale = Reals({1.0});
  options_.mean = options_.std = Reals({127.5});
  EXPECT_EQ(Resolve(8, 8, 3), OCTAVO_OK) << error_.text;
}

TEST_F(Preprocessing, MeanAndStdAreForOneOrEachChannel) {
  options_.scale = Reals({1.0});
  options_.mean = Reals({127.5});
  options_.std = Reals({1.0, 2.0, 3.0});
  ASSERT_EQ(Resolve(8, 8, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.scale, 1.0f);
  EXPECT_EQ(rule_.mean[2], 127.5f);
  EXPECT_EQ(rule_.std[2], 3.0f);
  ExpectRefused(8, 8, 1, "--std: expected one number or 1");
  options_.std = Reals({0.0});
  ExpectRefused(8, 8, 3, "above 0");
}

TEST_F(Preprocessing, SizesThatContradictTheNetworkAreRefused) {
  options_.preset = "cifar10";
  ExpectRefused(224, 224, 3, "the network's is 224x224");
  options_.size = "224";
  EXPECT_EQ(Resolve(224, 224, 3), OCTAVO_OK) << error_.text;
  options_.size = "32x16";
  ExpectRefused(32, 32, 3, "--size 32x16 contradicts");
  EXPECT_EQ(Resolve(16, 32, 3), OCTAVO_OK) << error_.text;
}

TEST_F(Preprocessing, SizesThatAreNoSizesAreRefused) {
  for (const char *text : {"", "0", "12x", "x12", "12x0", "-3", "1e3", "123456", "8x8x8", "a"}) {
    options_.size = text;
    ExpectRefused(8, 8, 3, "WIDTHxHEIGHT");
  }
}

TEST_F(Preprocessing, Resizing) {
  options_.resize = "40x30";
  ASSERT_EQ(Resolve(20, 30, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.resize, OCTAVO_RESIZE_STRETCH);
  EXPECT_EQ(rule_.resize_width, 40u);
  EXPECT_EQ(rule_.resize_height, 30u);
  ExpectRefused(31, 30, 3, "smaller");
  options_.resize = "19";
  ExpectRefused(20, 30, 3, "smaller");
  options_.resize = nullptr;
  options_.crop = CROP_CENTER;
  ASSERT_EQ(Resolve(20, 30, 3), OCTAVO_OK) << error_.text;
  EXPECT_EQ(rule_.resize, OCTAVO_RESIZE_SHORT_SIDE);
  EXPECT_EQ(rule_.resize_height, 30u);
  options_.crop = CROP_NONE;
  options_.resize = "64";
  ExpectRefused(20, 30, 3, "--crop none contradicts");
}

TEST_F(Preprocessing, UnknownPresetsAndOddChannelsAreRefused) {
  options_.preset = "mnist";
  ExpectRefused(28, 28, 1, "cifar10, imagenet");
  options_.preset = nullptr;
  ExpectRefused(8, 8, 4, "1 or 3 channels");
  options_.preset = "cifar10";
  ExpectRefused(32, 32, 1, "3 input channels");
}

class Labels : public testing::Test {
protected:
  void TearDown() override {
    labels_free(&labels_);
  }
  octavo_status Read(const std::string &content, uint64_t classes) {
    labels_free(&labels_);
    std::ofstream(folder_.Path("labels.txt"), std::ios::binary) << content;
    path_ = folder_.Path("labels.txt");
    options_.labels = path_.c_str();
    return labels_from_options(&options_, &metadata_, classes, &labels_, &error_);
  }

  TemporaryFolder folder_;
  std::string path_;
  convert_options options_ = {};
  graph_metadata metadata_ = {};
  label_list labels_ = {};
  octavo_error error_ = {};
};

TEST_F(Labels, OnePerLine) {
  ASSERT_EQ(Read("cat\r\nsmall dog\n\xc3\xa4pfel", 3), OCTAVO_OK) << error_.text;
  EXPECT_STREQ(labels_.texts[0], "cat");
  EXPECT_STREQ(labels_.texts[1], "small dog");
  EXPECT_STREQ(labels_.texts[2], "\xc3\xa4pfel");
}

TEST_F(Labels, AnotherNumberThanClassesIsRefused) {
  EXPECT_EQ(Read("a\nb\n", 3), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("expected 3 labels"));
  EXPECT_EQ(labels_.count, 0u);
}

TEST_F(Labels, WhatIsNoTextIsRefused) {
  EXPECT_EQ(Read(std::string("a\0b\n", 4), 1), OCTAVO_ERROR_FORMAT);
  EXPECT_EQ(Read(std::string(5000, 'x'), 1), OCTAVO_ERROR_FORMAT);
  options_.labels = "/nonexistent/labels.txt";
  EXPECT_EQ(labels_from_options(&options_, &metadata_, 1, &labels_, &error_), OCTAVO_ERROR_IO);
}

TEST_F(Labels, OfThePreset) {
  options_.preset = "cifar10";
  ASSERT_EQ(labels_from_options(&options_, &metadata_, 10, &labels_, &error_), OCTAVO_OK)
      << error_.text;
  EXPECT_STREQ(labels_.texts[0], "airplane");
  EXPECT_STREQ(labels_.texts[9], "truck");
}

TEST_F(Labels, OfTheNetworkUnlessOptionOrPresetHaveSome) {
  char text[] = "first\nsecond\n";
  metadata_.labels = text;
  options_.preset = "imagenet"; // has none
  ASSERT_EQ(labels_from_options(&options_, &metadata_, 2, &labels_, &error_), OCTAVO_OK)
      << error_.text;
  ASSERT_EQ(labels_.count, 2u);
  EXPECT_STREQ(labels_.texts[0], "first");
  EXPECT_STREQ(labels_.texts[1], "second");
  labels_free(&labels_);
  EXPECT_EQ(labels_from_options(&options_, &metadata_, 3, &labels_, &error_),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("'octavo.labels': expected 3 labels"));
  EXPECT_THAT(error_.text, HasSubstr("found 2"));
  options_.preset = "cifar10";
  ASSERT_EQ(labels_from_options(&options_, &metadata_, 10, &labels_, &error_), OCTAVO_OK);
  EXPECT_STREQ(labels_.texts[0], "airplane");
  ASSERT_EQ(Read("a\nb\nc\n", 3), OCTAVO_OK) << error_.text;
  EXPECT_STREQ(labels_.texts[0], "a");
}

TEST_F(Labels, NoneUnlessTold) {
  ASSERT_EQ(labels_from_options(&options_, &metadata_, 10, &labels_, &error_), OCTAVO_OK);
  EXPECT_EQ(labels_.count, 0u);
}

} // namespace
