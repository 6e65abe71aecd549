// Where fake quantization stands in each network.
#include "train/qat/plan.h"

#include "train/networks.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>

namespace {

class QatPlan : public ::testing::Test {
protected:
  void TearDown() override {
    architecture_free(&plain_);
    architecture_free(&plan_);
  }
  octavo_status Make(const char *name, architecture_function function = ARCHITECTURE_NO_FUNCTION) {
    architecture_free(&plain_);
    architecture_free(&plan_);
    const trainable_options options{32, 10, 0, function};
    EXPECT_EQ(trainable_build(trainable_find(name), &options, &plain_, &error_), OCTAVO_OK)
        << error_.text;
    return qat_plan(&plain_, &plan_, &error_);
  }
  const architecture_layer *Find(const std::string &name) const {
    for (uint32_t i = 0; i < plan_.count; i++)
      if (name == plan_.layers[i].name)
        return &plan_.layers[i];
    return nullptr;
  }

  octavo_error error_{};
  architecture plain_{}, plan_{};
};

// What int8 computes: whole numbers of a grid in, whole numbers of a grid out.
TEST_F(QatPlan, AllNetworksAreRoundedWhereInferenceRounds) {
  for (size_t i = 0; i < trainable_count; i++) {
    SCOPED_TRACE(trainables[i].name);
    ASSERT_EQ(Make(trainables[i].name, trainables[i].function == ARCHITECTURE_NO_FUNCTION
                                           ? ARCHITECTURE_NO_FUNCTION
                                           : ARCHITECTURE_RELU),
              OCTAVO_OK)
        << error_.text;
    EXPECT_TRUE(qat_is_planned(&plan_));
    EXPECT_FALSE(qat_is_planned(&plain_));
    EXPECT_EQ(architecture_macs(&plan_), architecture_macs(&plain_));
    EXPECT_EQ(architecture_parameters(&plan_), architecture_parameters(&plain_));
    EXPECT_EQ(plan_.layers[plan_.count - 1].kind, ARCHITECTURE_FAKE_QUANTIZE);
    for (uint32_t k = 1; k < plan_.count; k++) {
      const architecture_layer &l = plan_.layers[k];
      EXPECT_FALSE(l.relu) << l.name;
      if (l.kind == ARCHITECTURE_ACTIVATION) {
        EXPECT_EQ(l.function, ARCHITECTURE_SCALE);
      }
      const bool rounds_input = l.kind == ARCHITECTURE_CONVOLUTION ||
                                l.kind == ARCHITECTURE_LINEAR || l.kind == ARCHITECTURE_ADD ||
                                l.kind == ARCHITECTURE_GLOBAL_AVERAGE;
      for (uint32_t in = 0; rounds_input && in < l.input_count; in++) {
        const architecture_layer *source = &plan_.layers[l.inputs[in]];
        while (source->kind == ARCHITECTURE_MAX_POOL)
          source = &plan_.layers[source->inputs[0]];
        EXPECT_EQ(source->kind, ARCHITECTURE_FAKE_QUANTIZE) << l.name << " reads " << source->name;
      }
      EXPECT_TRUE(l.kind == ARCHITECTURE_FAKE_QUANTIZE || l.kind == ARCHITECTURE_MAX_POOL ||
                  l.quantized)
          << l.name;
      // Never in between.
      if (l.kind == ARCHITECTURE_BATCH_NORM) {
        EXPECT_NE(plan_.layers[l.inputs[0]].kind, ARCHITECTURE_FAKE_QUANTIZE) << l.name;
      }
    }
  }
}

TEST_F(QatPlan, ResidualBlocks) {
  ASSERT_EQ(Make("resnet8"), OCTAVO_OK);
  const struct {
    const char *name;
    architecture_function function;
  } rows[] = {{"input.quantize", ARCHITECTURE_NO_FUNCTION},
              {"bn1.quantize", ARCHITECTURE_RELU},
              {"layer1.0.bn1.quantize", ARCHITECTURE_RELU},
              {"layer1.0.bn2.quantize", ARCHITECTURE_NO_FUNCTION},
              {"layer1.0.add.quantize", ARCHITECTURE_RELU},
              {"layer2.0.downsample.1.quantize", ARCHITECTURE_NO_FUNCTION},
              {"avgpool.quantize", ARCHITECTURE_NO_FUNCTION},
              {"fc.quantize", ARCHITECTURE_NO_FUNCTION}};
  for (const auto &row : rows) {
    ASSERT_NE(Find(row.name), nullptr) << row.name;
    EXPECT_EQ(Find(row.name)->function, row.function) << row.name;
  }
  EXPECT_EQ(Find("conv1.quantize"), nullptr);
}

TEST_F(QatPlan, Relu6BelongsToTheRoundingBehindIt) {
  ASSERT_EQ(Make("mobilenetv2"), OCTAVO_OK);
  EXPECT_EQ(Find("features.0.2"), nullptr);
  ASSERT_NE(Find("features.0.2.quantize"), nullptr);
  EXPECT_EQ(Find("features.0.2.quantize")->function, ARCHITECTURE_RELU6);
  EXPECT_EQ(Find("features.0.1.quantize"), nullptr);
  ASSERT_NE(Find("features.3.add.quantize"), nullptr);
  EXPECT_EQ(Find("features.3.add.quantize")->function, ARCHITECTURE_NO_FUNCTION);
}

TEST_F(QatPlan, GeluIsRefusedWithAWayOut) {
  EXPECT_EQ(Make("airbench94"), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_NE(std::strstr(error_.text, "whiten.activation"), nullptr) << error_.text;
  EXPECT_NE(std::strstr(error_.text, "--activation relu"), nullptr) << error_.text;
  EXPECT_EQ(plan_.layers, nullptr);
}

TEST_F(QatPlan, NormsBehindRoundedNumbersAreRefused) {
  architecture_begin(&plain_, 3, 8);
  const uint32_t x = architecture_batch_norm(&plain_, 0, "bn", "", true);
  architecture_linear(&plain_, x, "fc", 4);
  EXPECT_EQ(qat_plan(&plain_, &plan_, &error_), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_NE(std::strstr(error_.text, "'bn'"), nullptr) << error_.text;
}

} // namespace
