#include "converter/accuracy.h"
#include "converter/built_model.h"
#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantize.h"
#include "converter/selfcheck.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <cmath>

namespace {

using testing::HasSubstr;

class SelfCheck : public testing::Test {
protected:
  void SetUp() override {
    octavo_error error = {};
    WriteImages(folder_.Path("images"), 20);
    source_ = TinyNetwork();
    const label_list none = {nullptr, 0};
    ASSERT_EQ(built_model_create(source_.get(), &kTinyRule, &none, &float_, &error), OCTAVO_OK)
        << error.text;
    ASSERT_EQ(image_sample_open(folder_.Path("images").c_str(), DATASET_TRAIN, 20, 1, nullptr,
                                &images_, &error),
              OCTAVO_OK)
        << error.text;
    calibration ranges = {};
    const calibration_job job = {
        source_.get(), float_.model, &images_, calibrator_find("minmax"), 1, nullptr,
        0.0,           nullptr,      false};
    ASSERT_EQ(calibrate(&job, &ranges, &error), OCTAVO_OK) << error.text;
    graph *g = nullptr;
    const quantize_settings settings = {ranges.ranges, nullptr};
    ASSERT_EQ(quantize_graph(source_.get(), &settings, &g, &error), OCTAVO_OK) << error.text;
    calibration_free(&ranges);
    quantized_.reset(g);
    ASSERT_EQ(built_model_create(g, &kTinyRule, &none, &int8_, &error), OCTAVO_OK) << error.text;
  }
  void TearDown() override {
    selfcheck_free(&result_);
    image_sample_close(&images_);
    built_model_free(&int8_);
    built_model_free(&float_);
  }

  void Compare(octavo_model *reference, octavo_model *model, uint32_t threads) {
    selfcheck_free(&result_);
    selfcheck_job job = {};
    job.reference = reference;
    job.model = model;
    job.images = &images_;
    job.threads = threads;
    octavo_error error = {};
    ASSERT_EQ(selfcheck_compare(&job, &result_, &error), OCTAVO_OK) << error.text;
  }

  TemporaryFolder folder_;
  Graph source_, quantized_;
  built_model float_ = {}, int8_ = {};
  image_sample images_ = {};
  selfcheck_result result_ = {};
};

TEST_F(SelfCheck, AModelAgreesWithItself) {
  /* A network that was quantized already has int8 results in its float form, too. */
  for (octavo_model *model : {float_.model, int8_.model}) {
    Compare(model, model, 1);
    EXPECT_EQ(result_.agreement, 100.0);
    for (uint32_t i = 0; i < result_.layer_count; i++)
      EXPECT_EQ(result_.layers[i].snr_db, INFINITY) << result_.layers[i].name;
  }
}

TEST_F(SelfCheck, EveryLayerOfASoundModelIsClose) {
  Compare(float_.model, int8_.model, 1);
  ASSERT_EQ(result_.layer_count, source_->node_count);
  for (uint32_t i = 0; i < result_.layer_count; i++) {
    EXPECT_STREQ(result_.layers[i].name, source_->nodes[i].name);
    EXPECT_TRUE(result_.layers[i].compared);
    EXPECT_GT(result_.layers[i].snr_db, 25.0) << result_.layers[i].name;
    EXPECT_LT(result_.layers[i].snr_db, 70.0) << result_.layers[i].name;
  }
  EXPECT_GE(result_.agreement, 80.0);
}

/* A layer whose results are halved: Σf²/Σ(f/2)² = 4, or 6.02 dB. */
TEST_F(SelfCheck, TheRatioIsThatOfTheDefinition) {
  Graph half(graph_copy(source_.get(), nullptr));
  for (uint32_t t = 0; t < half->tensor_count; t++) {
    const std::string name = half->tensors[t].name;
    if (name == "fc_w" || name == "fc_b")
      for (uint64_t i = 0; i < graph_element_count(&half->tensors[t]); i++)
        static_cast<float *>(half->tensors[t].data)[i] *= 0.5f;
  }
  built_model other = {};
  const label_list none = {nullptr, 0};
  octavo_error error = {};
  ASSERT_EQ(built_model_create(half.get(), &kTinyRule, &none, &other, &error), OCTAVO_OK);
  Compare(float_.model, other.model, 1);
  EXPECT_NEAR(result_.layers[result_.layer_count - 1].snr_db, 6.0206, 1e-3);
  EXPECT_EQ(result_.layers[0].snr_db, INFINITY);
  EXPECT_EQ(result_.agreement, 100.0);
  built_model_free(&other);
}

TEST_F(SelfCheck, ThreadsDoNotMatter) {
  Compare(float_.model, int8_.model, 1);
  std::vector<double> one;
  for (uint32_t i = 0; i < result_.layer_count; i++)
    one.push_back(result_.layers[i].snr_db);
  Compare(float_.model, int8_.model, 3);
  for (uint32_t i = 0; i < result_.layer_count; i++)
    EXPECT_EQ(result_.layers[i].snr_db, one[i]);
}

TEST_F(SelfCheck, AccuracyCountsTheRightOnes) {
  octavo_session *session = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_session_create(float_.model, nullptr, &session, &error), OCTAVO_OK);
  uint32_t correct = 0;
  for (uint32_t i = 0; i < images_.count; i++) {
    float logits[4];
    ASSERT_EQ(image_sample_feed(&images_, i, session, &error), OCTAVO_OK);
    ASSERT_EQ(octavo_session_run(session, &error), OCTAVO_OK);
    ASSERT_EQ(octavo_session_get_output_f32(session, 0, logits, 4, &error), OCTAVO_OK);
    correct += std::max_element(logits, logits + 4) - logits == image_sample_label(&images_, i);
  }
  octavo_session_free(session);
  float percent[ACCURACY_MAX_MODELS];
  for (const uint32_t threads : {1u, 2u}) {
    const accuracy_job job = {{float_.model, int8_.model}, 2, &images_, threads, nullptr};
    ASSERT_EQ(accuracy_measure(&job, percent, &error), OCTAVO_OK) << error.text;
    EXPECT_FLOAT_EQ(percent[0], 100.0f * (float)correct / (float)images_.count);
  }
}

TEST_F(SelfCheck, AccuracyNeedsLabels) {
  TemporaryFolder flat;
  WriteImages(flat.Path("x"), 1);
  std::filesystem::rename(flat.Path("x/a/0.png"), flat.Path("0.png"));
  std::filesystem::remove_all(flat.Path("x"));
  image_sample images = {};
  octavo_error error = {};
  ASSERT_EQ(image_sample_open(flat.Path().c_str(), DATASET_TEST, 9, 1, nullptr, &images, &error),
            OCTAVO_OK)
      << error.text;
  float percent[ACCURACY_MAX_MODELS];
  const accuracy_job job = {{float_.model, nullptr}, 1, &images, 1, nullptr};
  EXPECT_EQ(accuracy_measure(&job, percent, &error), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error.text, HasSubstr("flat folder"));
  image_sample_close(&images);
}

} // namespace
