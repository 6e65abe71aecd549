/* Plans of eager quantization: what is written is read back, and what makes no sense is told line
 * by line. */
#include "converter/eager/modules.h"
#include "converter/eager/plan_file.h"
#include "converter/passes/passes.h"
#include "tests/converter/graph_builder.h"
#include "tests/converter/program.h"

#include <gmock/gmock.h>

#include <fstream>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/* conv -> bn -> relu -> conv2 -> add(with relu) -> relu2 -> reshape, as imported: NCHW. */
class Plan : public testing::Test {
protected:
  void SetUp() override {
    const int32_t x = b_.Input({1, 2, 4, 4});
    const int32_t weights = b_.Constant({2, 2, 1, 1}, {1, 2, 3, 4});
    const int32_t ones = b_.Constant({2}, {1, 1}), halves = b_.Constant({2}, {0.5f, 0.5f});
    const int32_t conv = Add(OCTAVO_OP_CONVOLUTION, "conv", {x, weights});
    const int32_t bn = Add(GRAPH_OP_BATCH_NORM, "bn", {conv, halves, ones, halves, ones});
    const int32_t relu = Relu("relu", bn);
    const int32_t conv2 = Add(OCTAVO_OP_CONVOLUTION, "conv 2", {relu, weights});
    const int32_t add = Add(OCTAVO_OP_ADD, "add", {conv2, relu});
    b_.Output(Relu("relu2", add));
  }
  int32_t Add(uint32_t op, const char *name, const std::vector<int32_t> &inputs) {
    const int32_t y = b_.Add(op, inputs, {1, 2, 4, 4});
    octavo_memory_free(b_.Last().name);
    b_.Last().name = octavo_memory_copy_string(name);
    return y;
  }
  int32_t Relu(const char *name, int32_t x) {
    const int32_t y = Add(OCTAVO_OP_CLIP, name, {x});
    b_.Last().attributes.clamp = GraphBuilder::Clamp(0.0f, INFINITY);
    return y;
  }

  octavo_status Read(const std::string &text) {
    std::ofstream(Path()) << text;
    eager_plan_free(&plan_);
    return eager_plan_read(Path().c_str(), b_.Get(), &plan_, &error_);
  }
  void Lower() {
    ASSERT_EQ(passes_run(b_.Get(), nullptr, &error_), OCTAVO_OK) << error_.text;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (uint32_t n = 0; n < b_.Get()->node_count; n++)
      names.emplace_back(b_.Node(n).name);
    return names;
  }
  std::string Path() const {
    return folder_.Path("net.plan");
  }
  void TearDown() override {
    eager_plan_free(&plan_);
  }

  GraphBuilder b_;
  TemporaryFolder folder_;
  eager_plan plan_ = {};
  octavo_error error_ = {};
};

TEST_F(Plan, TheTemplateFusesAsTheOtherModesDo) {
  ASSERT_EQ(eager_plan_write(b_.Get(), "net.onnx", "mse", Path().c_str(), &error_), OCTAVO_OK);
  const std::string text = ReadFile(Path());
  EXPECT_THAT(text, HasSubstr("\nquantize\nconv + bn + relu  mse  # Op + Op + Op -> 1 x 2 x 4 x 4\n"
                              "\"conv 2\"  mse  # Op -> 1 x 2 x 4 x 4\n"
                              "add + relu2  mse  # Op + Op -> 1 x 2 x 4 x 4\ndequantize\n"));
  ASSERT_EQ(Read(text), OCTAVO_OK) << plan_.problems;
  EXPECT_EQ(plan_.layer_count, 3u);
  Lower();
  EXPECT_THAT(Names(), ElementsAre("conv", "conv 2", "add"));
}

TEST_F(Plan, AnyNameIsReadBack) {
  for (const char *name : {"line\nfeed", "\r", "tail\\", "\\n", "a \"b\"", "#", "x+y", "\t",
                           "quantize", "\n\n\\\n", "n"}) {
    octavo_memory_free(b_.Node(0).name);
    b_.Node(0).name = octavo_memory_copy_string(name);
    ASSERT_EQ(eager_plan_write(b_.Get(), "bad\nname.onnx", "mse", Path().c_str(), &error_),
              OCTAVO_OK);
    ASSERT_EQ(Read(ReadFile(Path())), OCTAVO_OK) << name << plan_.problems;
    EXPECT_STREQ(plan_.layers[0].name, name);
  }
}

TEST_F(Plan, WhatIsNotFusedStaysALayer) {
  ASSERT_EQ(Read("quantize\nconv minmax\nbn\nrelu\n\"conv 2\"\nadd\nrelu2\ndequantize\n"),
            OCTAVO_OK)
      << plan_.problems;
  Lower();
  EXPECT_THAT(Names(), ElementsAre("conv", "bn", "relu", "conv 2", "add", "relu2"));
  layer_precision precisions[6];
  const calibrator *choices[64] = {};
  ASSERT_LE(b_.Get()->tensor_count, 64u);
  ASSERT_EQ(eager_plan_apply(&plan_, b_.Get(), precisions, choices, &error_), OCTAVO_OK);
  for (const layer_precision p : precisions)
    EXPECT_EQ(p, PRECISION_INT8);
  EXPECT_EQ(choices[b_.Node(0).outputs[0]], calibrator_find("minmax"));
  EXPECT_EQ(choices[b_.Node(1).outputs[0]], nullptr);
}

TEST_F(Plan, RegionsSayWhatIsInt8) {
  ASSERT_EQ(Read("conv + bn + relu\nquantize\n\"conv 2\" mse # in the middle\n\ndequantize\n"
                 "add + relu2\n"),
            OCTAVO_OK)
      << plan_.problems;
  Lower();
  layer_precision precisions[3];
  const calibrator *choices[64] = {};
  ASSERT_EQ(eager_plan_apply(&plan_, b_.Get(), precisions, choices, &error_), OCTAVO_OK);
  EXPECT_THAT(precisions, ElementsAre(PRECISION_FLOAT, PRECISION_INT8, PRECISION_FLOAT));
}

TEST_F(Plan, ANetworkThatOnlyMovesValuesHasAnEmptyPlan) {
  GraphBuilder b;
  b.Output(b.Add(OCTAVO_OP_RESHAPE, {b.Input({1, 2, 4, 4})}, {1, 32}));
  std::ofstream(Path()) << "# nothing\n";
  ASSERT_EQ(eager_plan_read(Path().c_str(), b.Get(), &plan_, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(plan_.layer_count, 0u);
  layer_precision precisions[1];
  const calibrator *choices[64] = {};
  ASSERT_EQ(eager_plan_apply(&plan_, b.Get(), precisions, choices, &error_), OCTAVO_OK);
  EXPECT_EQ(precisions[0], PRECISION_FLOAT);
}

TEST_F(Plan, EveryProblemIsToldWithItsLine) {
  const std::string rest = "\"conv 2\"\nadd + relu2\ndequantize\n";
  const struct {
    std::string text, problem;
  } cases[] = {
      {"quantize\nconf + bn + relu\n" + rest, ":2: modules: expected layers of the network, found "
                                              "'conf'; the closest names are conv"},
      {"quantize\nconv + bn + relu\nconv\n" + rest, ":3: 'conv' is in line 2 already"},
      {"quantize\nconv + relu\nbn\n" + rest, ":2: 'relu' cannot be fused with 'conv': expected it "
                                             "to be the only one that reads its result"},
      {"quantize\nconv + bn + relu + \"conv 2\"\nadd + relu2\ndequantize", ":2: 'conv 2' cannot"},
      {"quantize\nconv + bn + relu nose\n" + rest, ":2: expected a calibrator (--help tells them) "
                                                   "behind the modules, found 'nose'"},
      {"quantize\nquantize\nconv + bn + relu\n" + rest, ":2: the quantized region of line 1 has "
                                                        "not ended"},
      {"conv + bn + relu\n" + rest, ":4: no quantized region is open"},
      {"quantize\nconv + bn + relu\n\"conv 2\"\nadd + relu2\n",
       ":4: the quantized region of line 1 "
       "does not end"},
      {"quantize\n\"conv 2\"\nconv + bn + relu\nadd + relu2\ndequantize", ":3: 'conv' runs before "
                                                                          "'conv 2'"},
      {"quantize\nconv + bn + relu\n\"conv 2\"\ndequantize\n", ":4: expected a line for each "
                                                               "module, found none for 2 of them: "
                                                               "'add', 'relu2'"},
      {"conv + bn + relu mse\nquantize\n" + rest, ":1: a calibrator outside of a quantized region"},
      {"", ":0: expected a line for each module, found none for 6 of them"},
  };
  for (const auto &c : cases) {
    EXPECT_EQ(Read(c.text), OCTAVO_ERROR_FORMAT) << c.text;
    ASSERT_NE(plan_.problems, nullptr) << c.text;
    EXPECT_THAT(plan_.problems, HasSubstr("net.plan" + c.problem)) << c.text;
  }
}

TEST_F(Plan, ABatchNormIsNotFusedBehindAnActivation) {
  EXPECT_FALSE(module_fuses(MODULE_WEIGHTED, MODULE_ACTIVATION, MODULE_AFFINE));
  EXPECT_FALSE(module_fuses(MODULE_ADD, MODULE_ADD, MODULE_AFFINE));
  EXPECT_FALSE(module_fuses(MODULE_AFFINE, MODULE_AFFINE, MODULE_ACTIVATION));
  EXPECT_FALSE(module_fuses(MODULE_OTHER, MODULE_OTHER, MODULE_ACTIVATION));
}

} // namespace
