// Exported networks, run by a plain evaluator, give the logits that the trainer computes itself.
#include "tests/train/onnx_evaluator.h"

#include "common/random.h"
#include "tests/common/temporary_folder.h"
#include "train/export_onnx.h"
#include "train/networks.h"
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kBatch = 2;

struct Case {
  const char *network;
  uint32_t size;
  double width;
  architecture_function function;
  std::vector<std::string> expected, absent; // operators
};

void PrintTo(const Case &c, std::ostream *stream) {
  *stream << c.network;
}

class ExportOnnx : public ::testing::TestWithParam<Case> {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 1, &error_), OCTAVO_OK) << error_.text;
    random_seed(&random_, 3);
  }
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  void Make(bool bfloat16) {
    const Case &c = GetParam();
    const trainable_options options{c.size, 4, c.width, c.function};
    ASSERT_EQ(trainable_build(trainable_find(c.network), &options, &plan_, &error_), OCTAVO_OK)
        << error_.text;
    ASSERT_EQ(network_create(&d_, &plan_, kBatch, bfloat16, &net_, &error_), OCTAVO_OK)
        << error_.text;
    ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK) << error_.text;
    for (uint32_t i = 0; i < net_->parameter_count; i++)
      if (net_->parameters[i]->rank == 1 || net_->parameters[i]->start == ARCHITECTURE_START_WHITEN)
        Scatter(net_->parameters[i]);
    ASSERT_EQ(network_refresh(net_, &error_), OCTAVO_OK);
  }

  // Numbers that no two channels share; scales large enough to reach ReLU6's upper end.
  void Scatter(parameter *p) {
    std::vector<float> plain(p->count);
    for (float &x : plain) {
      const double noise = random_normal(&random_);
      x = static_cast<float>(p->kind == PARAMETER_NORM_SCALE         ? 2.0 + 0.5 * noise
                             : p->kind == PARAMETER_RUNNING_VARIANCE ? 1.0 + 0.5 * std::fabs(noise)
                                                                     : 0.3 * noise);
    }
    ASSERT_EQ(parameter_set(net_, p, plain.data(), &error_), OCTAVO_OK);
  }

  Tensor SetImages() {
    const uint32_t size = GetParam().size;
    Tensor images{{kBatch, 3, size, size}, {}};
    tensor from{};
    const dnnl_dims_t dims = {kBatch, 3, size, size};
    EXPECT_EQ(tensor_plain(&from, &d_, 4, dims, dnnl_f32, &error_), OCTAVO_OK);
    for (size_t i = 0; i < from.bytes / sizeof(float); i++) {
      // Exact in bfloat16.
      const float x = static_cast<float>(std::lround(32 * random_normal(&random_))) / 32;
      static_cast<float *>(from.data)[i] = x;
      images.data.push_back(x);
    }
    EXPECT_EQ(tensor_copy(&d_, &from, network_input(net_), &error_), OCTAVO_OK);
    tensor_free(&from);
    return images;
  }

  // The largest difference of two logits, as a share of the largest logit.
  void Check(bool bfloat16, double tolerance) {
    Make(bfloat16);
    const Tensor images = SetImages();
    ASSERT_EQ(network_forward(net_, false, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(export_onnx(net_, "test", folder_.path("x.onnx").c_str(), &error_), OCTAVO_OK)
        << error_.text;
    model_ = folder_.read("x.onnx");
    const Tensor expected = EvaluateOnnx(model_, images);
    ASSERT_EQ(expected.shape, (std::vector<int64_t>{kBatch, 4}));
    double largest = 0;
    for (double x : expected.data)
      largest = std::max(largest, std::fabs(x));
    EXPECT_GT(largest, 1e-3);
    for (size_t i = 0; i < expected.data.size(); i++)
      EXPECT_NEAR(network_logits(net_)[i], expected.data[i], tolerance * largest) << i;
  }

  TemporaryFolder folder_;
  std::string model_;
  onednn d_{};
  octavo_error error_{};
  random_state random_{};
  architecture plan_{};
  network *net_ = nullptr;
};

TEST_P(ExportOnnx, GivesTheSameLogits) {
  Check(false, 1e-4);
  const std::vector<std::string> found = OnnxOperators(model_);
  for (const std::string &name : GetParam().expected)
    EXPECT_NE(std::find(found.begin(), found.end(), name), found.end()) << name;
  for (const std::string &name : GetParam().absent)
    EXPECT_EQ(std::find(found.begin(), found.end(), name), found.end()) << name;
}

TEST_P(ExportOnnx, GivesNearlyThoseOfBfloat16) {
  if (!onednn_has_bfloat16(&d_))
    GTEST_SKIP() << "this CPU has no bfloat16";
  Check(true, 0.15);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ExportOnnx,
    ::testing::Values(Case{"resnet8", 16, 0, ARCHITECTURE_NO_FUNCTION, {"Relu"}, {"Clip"}},
                      Case{"mobilenetv2", 32, 0.25, ARCHITECTURE_NO_FUNCTION, {"Clip"}, {"Relu"}},
                      Case{"airbench94", 26, 0, ARCHITECTURE_NO_FUNCTION, {"Erf", "Mul"}, {"Relu"}},
                      Case{"airbench94", 26, 0, ARCHITECTURE_RELU, {"Relu", "Mul"}, {"Erf"}}),
    [](const auto &p) {
      return std::string(p.param.network) + (p.param.function == ARCHITECTURE_RELU ? "_relu" : "");
    });

} // namespace
