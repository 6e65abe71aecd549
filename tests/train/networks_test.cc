// Networks against what is published of them.
#include "train/networks.h"

#include "train/network.h"
#include "train/optimizer.h"
#include "train/settings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <string>
#include <vector>

namespace {

class Networks : public ::testing::Test {
protected:
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    if (d_.engine != nullptr)
      onednn_close(&d_);
  }
  void Build(const char *name, const trainable_options &options) {
    architecture_free(&plan_);
    ASSERT_EQ(trainable_build(trainable_find(name), &options, &plan_, &error_), OCTAVO_OK)
        << error_.text;
  }
  void Create(const char *name, const trainable_options &options, bool bfloat16 = false) {
    Build(name, options);
    ASSERT_EQ(onednn_open(&d_, 1, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(network_create(&d_, &plan_, 1, bfloat16, &net_, &error_), OCTAVO_OK) << error_.text;
  }
  // What oneDNN says that it computes in one step.
  std::string Verbose() {
    testing::internal::CaptureStdout();
    dnnl_set_verbose(1);
    EXPECT_EQ(network_forward(net_, true, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(network_backward(net_, &error_), OCTAVO_OK) << error_.text;
    dnnl_set_verbose(0);
    return testing::internal::GetCapturedStdout();
  }
  // One line of it that tells of a convolution in reference code, which takes a thousand times as
  // long as it need; else "".
  static std::string SlowConvolution(const std::string &verbose) {
    EXPECT_NE(verbose.find(",convolution,"), std::string::npos);
    const size_t found = verbose.find(",convolution,ref");
    return found == std::string::npos ? ""
                                      : verbose.substr(found, verbose.find('\n', found) - found);
  }
  std::vector<uint32_t> Shape(const char *name) {
    const parameter *p = network_parameter(net_, name);
    return p != nullptr ? std::vector<uint32_t>(p->dims, p->dims + p->rank)
                        : std::vector<uint32_t>{};
  }
  const architecture_layer &Layer(const std::string &name) {
    for (uint32_t i = 0; i < plan_.count; i++)
      if (name == plan_.layers[i].name)
        return plan_.layers[i];
    ADD_FAILURE() << name;
    return plan_.layers[0];
  }

  onednn d_{};
  octavo_error error_{};
  architecture plan_{};
  network *net_ = nullptr;
};

using Dims = std::vector<uint32_t>;

TEST_F(Networks, ParametersAsPublished) {
  const struct {
    const char *name;
    uint32_t classes;
    uint64_t parameters;
  } rows[] = {{"resnet18", 1000, 11689512}, // torchvision's documentation
              {"resnet20", 10, 272474},     // with projections at the two strided blocks
              {"resnet18-cifar", 10, 11173962}};
  for (const auto &row : rows) {
    Build(row.name, {32, row.classes, 0, ARCHITECTURE_NO_FUNCTION});
    EXPECT_EQ(architecture_parameters(&plan_), row.parameters) << row.name;
  }
}

TEST_F(Networks, TooSmallAnImageIsRefused) {
  const trainable_options options{8, 10, 0, ARCHITECTURE_NO_FUNCTION};
  EXPECT_EQ(trainable_build(trainable_find("vgg11"), &options, &plan_, &error_),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("too small"), std::string::npos) << error_.text;
}

// The paper's and torchvision's documentation's figures.
TEST_F(Networks, MobileNetV2IsAsLargeAsPublished) {
  Build("mobilenetv2", {224, 1000, 0, ARCHITECTURE_NO_FUNCTION});
  EXPECT_EQ(architecture_parameters(&plan_), 3504872u);
  EXPECT_NEAR(static_cast<double>(architecture_macs(&plan_)), 300.8e6, 3e6);
  // timm's mobilenetv2_140 and mobilenetv2_050.
  Build("mobilenetv2", {224, 1000, 1.4, ARCHITECTURE_NO_FUNCTION});
  EXPECT_NEAR(static_cast<double>(architecture_parameters(&plan_)), 6.11e6, 0.01e6);
  Build("mobilenetv2", {224, 1000, 0.5, ARCHITECTURE_NO_FUNCTION});
  EXPECT_NEAR(static_cast<double>(architecture_parameters(&plan_)), 1.97e6, 0.01e6);
}

TEST_F(Networks, MobileNetV2HasTorchvisionsNames) {
  Create("mobilenetv2", {32, 1000, 0, ARCHITECTURE_NO_FUNCTION});
  // 52 convolutions, as many batch norms of four tensors, the classifier's two.
  EXPECT_EQ(net_->parameter_count, 52u + 4 * 52 + 2);
  EXPECT_EQ(Shape("features.0.0.weight"), (Dims{32, 3, 3, 3}));
  EXPECT_EQ(Shape("features.0.1.running_var"), (Dims{32}));
  EXPECT_EQ(Shape("features.1.conv.0.0.weight"), (Dims{32, 1, 3, 3}));
  EXPECT_EQ(Shape("features.1.conv.0.1.bias"), (Dims{32}));
  EXPECT_EQ(Shape("features.1.conv.1.weight"), (Dims{16, 32, 1, 1}));
  EXPECT_EQ(Shape("features.1.conv.2.weight"), (Dims{16}));
  EXPECT_EQ(Shape("features.2.conv.0.0.weight"), (Dims{96, 16, 1, 1}));
  EXPECT_EQ(Shape("features.2.conv.1.0.weight"), (Dims{96, 1, 3, 3}));
  EXPECT_EQ(Shape("features.2.conv.2.weight"), (Dims{24, 96, 1, 1}));
  EXPECT_EQ(Shape("features.2.conv.3.running_mean"), (Dims{24}));
  EXPECT_EQ(Shape("features.17.conv.2.weight"), (Dims{320, 960, 1, 1}));
  EXPECT_EQ(Shape("features.18.0.weight"), (Dims{1280, 320, 1, 1}));
  EXPECT_EQ(Shape("classifier.1.weight"), (Dims{1000, 1280}));
  EXPECT_EQ(Shape("classifier.1.bias"), (Dims{1000}));
}

TEST_F(Networks, MobileNetV2KeepsSmallImagesLarge) {
  const struct {
    uint32_t size, first, second, last;
  } rows[] = {{32, 32, 32, 4}, {64, 64, 64, 8}, {65, 33, 17, 3}, {224, 112, 56, 7}};
  for (const auto &row : rows) {
    Build("mobilenetv2", {row.size, 10, 0, ARCHITECTURE_NO_FUNCTION});
    EXPECT_EQ(Layer("features.0.0").height, row.first) << row.size;
    EXPECT_EQ(Layer("features.2.conv.2").height, row.second) << row.size;
    EXPECT_EQ(Layer("features.18.0").height, row.last) << row.size;
  }
}

// A block adds its input where shapes allow, after a batch norm without a function.
TEST_F(Networks, MobileNetV2AddsTenTimesWithoutFunction) {
  Build("mobilenetv2", {32, 10, 0, ARCHITECTURE_NO_FUNCTION});
  int adds = 0;
  for (uint32_t i = 0; i < plan_.count; i++) {
    const architecture_layer &l = plan_.layers[i];
    if (l.kind != ARCHITECTURE_ADD)
      continue;
    adds++;
    EXPECT_FALSE(l.relu);
    EXPECT_EQ(plan_.layers[l.inputs[0]].kind, ARCHITECTURE_BATCH_NORM);
    EXPECT_FALSE(plan_.layers[l.inputs[0]].relu);
  }
  EXPECT_EQ(adds, 10);
}

// Multiples of 8, at most a tenth less than asked for: 24 · 0.35 = 8.4 would be 8, and 32 · 0.35 =
// 11.2 too, which is too few: 16. The last convolution never shrinks.
TEST_F(Networks, WidthRoundsToMultiplesOfEight) {
  Build("mobilenetv2", {32, 10, 0.35, ARCHITECTURE_NO_FUNCTION});
  EXPECT_EQ(Layer("features.0.0").channels, 16u);
  EXPECT_EQ(Layer("features.1.conv.1").channels, 8u);
  EXPECT_EQ(Layer("features.2.conv.2").channels, 8u);
  EXPECT_EQ(Layer("features.4.conv.2").channels, 16u);
  EXPECT_EQ(Layer("features.17.conv.2").channels, 112u);
  EXPECT_EQ(Layer("features.18.0").channels, 1280u);
  Build("mobilenetv2", {32, 10, 1.4, ARCHITECTURE_NO_FUNCTION});
  EXPECT_EQ(Layer("features.0.0").channels, 48u);
  EXPECT_EQ(Layer("features.18.0").channels, 1792u);
}

// "1.97 million parameters" and 118 million multiply-accumulates; the frozen ones do not count.
TEST_F(Networks, Airbench94IsAsLargeAsPublished) {
  Create("airbench94", {32, 10, 0, ARCHITECTURE_NO_FUNCTION});
  const uint64_t weights = 9 * (24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256) + 2560;
  EXPECT_EQ(architecture_parameters(&plan_), weights + 24 + 2 * 64 + 4 * 256);
  EXPECT_NEAR(static_cast<double>(architecture_macs(&plan_)), 118e6, 0.5e6);
  EXPECT_EQ(Shape("whiten.weight"), (Dims{24, 3, 2, 2}));
  EXPECT_EQ(Shape("whiten.bias"), (Dims{24}));
  EXPECT_EQ(Shape("block3.conv2.weight"), (Dims{256, 256, 3, 3}));
  EXPECT_EQ(Shape("head.weight"), (Dims{10, 256}));
  EXPECT_EQ(Shape("head.bias"), (Dims{}));
  EXPECT_EQ(Layer("block1.pool").height, 15u);
  EXPECT_EQ(Layer("block3.conv2").height, 3u);
  EXPECT_FALSE(parameter_trained(network_parameter(net_, "whiten.weight")));
  EXPECT_FALSE(parameter_trained(network_parameter(net_, "block1.norm1.weight")));
  EXPECT_TRUE(parameter_trained(network_parameter(net_, "whiten.bias")));
}

// The first 24 filters of 64 pass the 24 channels on; the others are even in ±1/√216.
TEST_F(Networks, Airbench94StartsWithIdentity) {
  Create("airbench94", {32, 10, 0, ARCHITECTURE_NO_FUNCTION});
  ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK);
  std::vector<float> w(64 * 24 * 9);
  ASSERT_EQ(parameter_get(net_, network_parameter(net_, "block1.conv1.weight"), w.data(), &error_),
            OCTAVO_OK);
  for (size_t i = 0; i < 24 * 24 * 9; i++)
    EXPECT_EQ(w[i], i % 9 == 4 && i / (24 * 9) == i / 9 % 24 ? 1.0f : 0.0f) << i;
  double squares = 0;
  for (size_t i = 24 * 24 * 9; i < w.size(); i++) {
    EXPECT_LE(std::fabs(w[i]), 1 / std::sqrt(216.0f));
    squares += static_cast<double>(w[i] * w[i]);
  }
  EXPECT_NEAR(squares / (40 * 24 * 9), 1 / (3 * 216.0), 1e-4);
}

// momentum 0.6 in Keller Jordan's words: running ones keep 0.6 of themselves.
TEST_F(Networks, Airbench94RunningStatistics) {
  Create("airbench94", {32, 10, 0, ARCHITECTURE_NO_FUNCTION});
  ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK);
  ASSERT_EQ(network_forward(net_, true, &error_), OCTAVO_OK); // of a black image: variance 0
  std::vector<float> variance(64);
  ASSERT_EQ(parameter_get(net_, network_parameter(net_, "block1.norm1.running_var"),
                          variance.data(), &error_),
            OCTAVO_OK);
  for (float v : variance)
    EXPECT_NEAR(v, 0.6, 1e-6);
}

TEST_F(Networks, ActivationIsChosen) {
  const struct {
    architecture_function asked, expected;
  } rows[] = {{ARCHITECTURE_NO_FUNCTION, ARCHITECTURE_GELU},
              {ARCHITECTURE_GELU, ARCHITECTURE_GELU},
              {ARCHITECTURE_RELU, ARCHITECTURE_RELU}};
  for (const auto &row : rows) {
    Build("airbench94", {32, 10, 0, row.asked});
    EXPECT_EQ(Layer("whiten.activation").function, row.expected);
    EXPECT_EQ(Layer("block2.norm1").relu, row.expected == ARCHITECTURE_RELU);
  }
}

// Width 0.75 begins with 24 filters, as airbench94 does.
TEST_F(Networks, NoConvolutionRunsInReferenceCode) {
  const struct {
    const char *name;
    double width;
  } rows[] = {{"resnet8", 0}, {"mobilenetv2", 0}, {"mobilenetv2", 0.75}, {"airbench94", 0}};
  for (const auto &row : rows)
    for (const bool bfloat16 : {false, true}) {
      if (bfloat16 && !onednn_has_bfloat16(&d_))
        continue;
      Create(row.name, {32, 10, row.width, ARCHITECTURE_NO_FUNCTION}, bfloat16);
      EXPECT_EQ(SlowConvolution(Verbose()), "") << row.name << " " << row.width;
      network_free(net_);
      net_ = nullptr;
      onednn_close(&d_);
    }
}

TEST_F(Networks, OptionsThatANetworkDoesNotHaveAreRefused) {
  const trainable_options width{32, 10, 0.5, ARCHITECTURE_NO_FUNCTION};
  EXPECT_EQ(trainable_build(trainable_find("resnet8"), &width, &plan_, &error_),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_STREQ(error_.text, "resnet8 has no --width to choose; leave the option out");
  const trainable_options activation{32, 10, 0, ARCHITECTURE_RELU};
  EXPECT_EQ(trainable_build(trainable_find("mobilenetv2"), &activation, &plan_, &error_),
            OCTAVO_ERROR_ARGUMENT);
  EXPECT_STREQ(error_.text, "mobilenetv2 has no --activation to choose; leave the option out");
}

// The command line says it before any work is done, and a run's description says what was chosen.
TEST(NetworkOptions, OnTheCommandLine) {
  std::deque<std::vector<std::string>> kept; // what the settings point into
  const auto parse = [&](const std::vector<std::string> &more, train_settings *settings) {
    std::vector<std::string> &all = kept.emplace_back(more);
    all.insert(all.begin(), "octavo-train");
    all.insert(all.end(), {"--data", "shapes10", "--output", "none"});
    std::vector<char *> argv;
    for (std::string &argument : all)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    return train_settings_parse(static_cast<int>(all.size()), argv.data(), settings);
  };
  const auto described = [](const train_settings *settings, const char *key) {
    json_t *object = train_settings_describe(settings);
    const char *text = json_string_value(json_object_get(object, key));
    const std::string result = text != nullptr ? text : "none";
    json_decref(object);
    return result;
  };
  train_settings settings{};
  EXPECT_EQ(parse({"resnet8", "--width", "0.5"}, &settings), 2);
  EXPECT_EQ(parse({"mobilenetv2", "--activation", "gelu"}, &settings), 2);
  ASSERT_EQ(parse({"mobilenetv2", "--width", "0.5"}, &settings), OPTIONS_RUN);
  EXPECT_EQ(train_settings_network(&settings).width, 0.5);
  EXPECT_EQ(described(&settings, "width"), "0.5");
  EXPECT_EQ(described(&settings, "activation"), "none");
  ASSERT_EQ(parse({"airbench94", "--activation", "relu"}, &settings), OPTIONS_RUN);
  EXPECT_EQ(train_settings_network(&settings).function, ARCHITECTURE_RELU);
  EXPECT_EQ(described(&settings, "activation"), "relu");
  ASSERT_EQ(parse({"airbench94"}, &settings), OPTIONS_RUN);
  EXPECT_EQ(described(&settings, "activation"), "gelu");
  EXPECT_EQ(described(&settings, "width"), "none");
}

} // namespace
