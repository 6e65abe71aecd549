// Exported networks, run by a plain evaluator, give the logits that the trainer computes itself.
#include "tests/train/onnx_evaluator.h"

#include "common/random.h"
#include "converter/onnx/onnx_import.h"
#include "converter/passes/passes.h"
#include "tests/common/temporary_folder.h"
#include "tests/train/small_network.h"
#include "train/export_onnx.h"
#include "train/networks.h"
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <sstream>
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

std::vector<float> Floats(const std::string &list) {
  std::vector<float> numbers;
  std::stringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');)
    numbers.push_back(std::stof(part));
  return numbers;
}

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
    const export_facts facts = {{0, 0, 0}, {1, 1, 1}, nullptr, 0};
    ASSERT_EQ(export_onnx(net_, "test", &facts, folder_.path("x.onnx").c_str(), &error_), OCTAVO_OK)
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

// Erf is there but in GELU, which the converter finds again.
TEST_P(ExportOnnx, TheConverterTakesIt) {
  Check(false, 1e-4);
  graph *g = nullptr;
  ASSERT_EQ(onnx_import(folder_.path("x.onnx").c_str(), &g, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(passes_run(g, nullptr, &error_), OCTAVO_OK) << error_.text;
  for (uint32_t i = 0; i < g->node_count; i++)
    if (g->nodes[i].op == OCTAVO_OP_UNARY) {
      EXPECT_EQ(g->nodes[i].attributes.unary.function, static_cast<uint32_t>(OCTAVO_UNARY_GELU));
    }
  graph_free(g);
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

class ExportFacts : public SmallNetwork {
protected:
  std::string cat_ = "cat", names_[3] = {"small dog", "\xc3\xa4pfel", "d"};
  char *classes_[4] = {cat_.data(), names_[0].data(), names_[1].data(), names_[2].data()};
  export_facts facts_{{0.4914, 1.0 / 3, 0.1f}, {0.2470, 1e-3, 2.0}, classes_, 4};
  TemporaryFolder folder_;
};

TEST_F(ExportFacts, SaysWhatTheConverterNeeds) {
  ASSERT_EQ(export_onnx(net_, "test", &facts_, folder_.path("x.onnx").c_str(), &error_), OCTAVO_OK)
      << error_.text;
  const std::map<std::string, std::string> found = OnnxMetadata(folder_.read("x.onnx"));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(Floats(found.at("octavo.mean")), (std::vector<float>{0.4914f, 1.0f / 3, 0.1f}));
  EXPECT_EQ(Floats(found.at("octavo.std")), (std::vector<float>{0.2470f, 1e-3f, 2.0f}));
  EXPECT_EQ(found.at("octavo.labels"), "cat\nsmall dog\n\xc3\xa4pfel\nd\n");
}

// The converter would refuse them, and then the network with them.
TEST_F(ExportFacts, LeavesOutClassesThatAreNoNames) {
  for (const char *name : {"two\nlines", "d\xf6g"}) {
    names_[0] = name;
    classes_[1] = names_[0].data();
    ASSERT_EQ(export_onnx(net_, "test", &facts_, folder_.path("x.onnx").c_str(), &error_),
              OCTAVO_OK);
    const std::map<std::string, std::string> found = OnnxMetadata(folder_.read("x.onnx"));
    EXPECT_EQ(found.count("octavo.labels"), 0u) << name;
    EXPECT_EQ(found.count("octavo.mean"), 1u);
  }
}

} // namespace
