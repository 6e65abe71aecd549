#include "converter/built_model.h"
#include "converter/calibrate/calibrate.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <map>

namespace {

using testing::HasSubstr;

class Calibrate : public testing::Test {
protected:
  void SetUp() override {
    octavo_error error = {};
    WriteImages(folder_.Path("images"), 21);
    g_ = TinyNetwork();
    const label_list none = {nullptr, 0};
    ASSERT_EQ(built_model_create(g_.get(), &kTinyRule, &none, &built_, &error), OCTAVO_OK)
        << error.text;
    ASSERT_EQ(image_sample_open(folder_.Path("images").c_str(), DATASET_TRAIN, 16, 1, nullptr,
                                &images_, &error),
              OCTAVO_OK)
        << error.text;
  }
  void TearDown() override {
    image_sample_close(&images_);
    built_model_free(&built_);
    calibration_free(&result_);
  }

  octavo_status Run(const char *name, uint32_t threads) {
    calibration_free(&result_);
    const calibration_job job = {g_.get(), built_.model, &images_, calibrator_find(name),
                                 threads,  nullptr,      0.0,      nullptr,
                                 false};
    return calibrate(&job, &result_, &error_);
  }

  TemporaryFolder folder_;
  Graph g_;
  built_model built_ = {};
  image_sample images_ = {};
  calibration result_ = {};
  octavo_error error_ = {};
};

struct Extremes {
  std::map<uint32_t, std::pair<float, float>> of_operator;
};

void Watch(void *context, uint32_t operator_index, uint32_t which, const octavo_tensor_info *info,
           const void *data) {
  ASSERT_EQ(which, 0u);
  auto &all = static_cast<Extremes *>(context)->of_operator;
  const auto *values = static_cast<const float *>(data);
  for (size_t i = 0; i < info->bytes / sizeof(float); i++) {
    const auto at = all.emplace(operator_index, std::make_pair(values[i], values[i])).first;
    at->second.first = std::min(at->second.first, values[i]);
    at->second.second = std::max(at->second.second, values[i]);
  }
}

TEST_F(Calibrate, MinMaxIsWhatTheEngineComputes) {
  ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
  Extremes expected;
  octavo_session *session = nullptr;
  ASSERT_EQ(octavo_session_create(built_.model, nullptr, &session, &error_), OCTAVO_OK);
  octavo_session_observe(session, Watch, &expected);
  for (uint32_t i = 0; i < images_.count; i++) {
    ASSERT_EQ(image_sample_feed(&images_, i, session, &error_), OCTAVO_OK);
    ASSERT_EQ(octavo_session_run(session, &error_), OCTAVO_OK);
  }
  octavo_session_free(session);
  for (uint32_t n = 0; n < g_->node_count; n++) {
    const int32_t y = g_->nodes[n].outputs[0];
    EXPECT_EQ(result_.ranges[y].min, expected.of_operator[n].first) << g_->nodes[n].name;
    EXPECT_EQ(result_.ranges[y].max, expected.of_operator[n].second) << g_->nodes[n].name;
  }
}

TEST_F(Calibrate, TheInputsRangeFollowsFromThePreprocessing) {
  ASSERT_EQ(Run("mse", 1), OCTAVO_OK) << error_.text;
  EXPECT_FLOAT_EQ(result_.ranges[g_->inputs[0]].min, -2.5f);
  EXPECT_FLOAT_EQ(result_.ranges[g_->inputs[0]].max, 2.5f); /* (1 - 0.5) / 0.2 */
}

TEST_F(Calibrate, ThreadsDoNotMatter) {
  for (const char *name : {"mse", "moving-average", "percentile", "entropy"}) {
    ASSERT_EQ(Run(name, 1), OCTAVO_OK) << error_.text;
    const std::vector<value_range> one(result_.ranges, result_.ranges + result_.tensor_count);
    const float worst = result_.movement_worst;
    for (const uint32_t threads : {2u, 3u, 4u}) {
      ASSERT_EQ(Run(name, threads), OCTAVO_OK) << error_.text;
      EXPECT_EQ(std::memcmp(one.data(), result_.ranges, one.size() * sizeof(value_range)), 0);
      EXPECT_EQ(worst, result_.movement_worst);
    }
  }
}

/* The images one at a time: what min-max sees of each, averaged by hand. */
TEST_F(Calibrate, MovingAverageIsThatOfTheImagesInOrder) {
  ASSERT_EQ(Run("moving-average", 2), OCTAVO_OK) << error_.text;
  const std::vector<value_range> found(result_.ranges, result_.ranges + result_.tensor_count);
  std::vector<value_range> expected(found.size(), {0.0f, 0.0f});
  const uint32_t count = images_.count;
  images_.count = 1;
  for (uint32_t i = 0; i < count; i++) {
    std::swap(images_.indices[0], images_.indices[i]);
    ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
    std::swap(images_.indices[0], images_.indices[i]);
    for (uint32_t t = 0; t < found.size(); t++) {
      expected[t].min += result_.ranges[t].min / (float)count;
      expected[t].max += result_.ranges[t].max / (float)count;
    }
  }
  images_.count = count;
  for (uint32_t t = 0; t < found.size(); t++) {
    EXPECT_NEAR(found[t].min, expected[t].min, 1e-4f) << g_->tensors[t].name;
    EXPECT_NEAR(found[t].max, expected[t].max, 1e-4f) << g_->tensors[t].name;
  }
}

TEST_F(Calibrate, StagesAreWhatSoManyImagesGive) {
  ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
  const uint32_t images[CALIBRATION_STAGES] = {2, 4, 8, 12, 16};
  std::vector<std::vector<value_range>> stages;
  for (uint32_t s = 0; s < CALIBRATION_STAGES; s++) {
    EXPECT_EQ(result_.stage_images[s], images[s]);
    stages.emplace_back(result_.stages[s], result_.stages[s] + result_.tensor_count);
  }
  for (uint32_t s = 0; s < CALIBRATION_STAGES; s++) {
    images_.count = images[s];
    ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
    EXPECT_EQ(std::memcmp(stages[s].data(), result_.ranges, stages[s].size() * sizeof(value_range)),
              0);
  }
}

TEST_F(Calibrate, SkippedStagesChangeNothingElse) {
  ASSERT_EQ(Run("mse", 2), OCTAVO_OK) << error_.text;
  calibration skipped = {};
  const calibration_job job = {g_.get(), built_.model, &images_, calibrator_find("mse"), 2, nullptr,
                               0.0,      nullptr,      true};
  ASSERT_EQ(calibrate(&job, &skipped, &error_), OCTAVO_OK) << error_.text;
  EXPECT_EQ(skipped.stage_images[0], 0u);
  EXPECT_EQ(skipped.stage_images[CALIBRATION_STAGES - 2], 12u);
  EXPECT_EQ(std::memcmp(skipped.ranges, result_.ranges, result_.tensor_count * sizeof(value_range)),
            0);
  EXPECT_GT(result_.movement_mean, 0.0f);
  EXPECT_EQ(skipped.movement_mean, result_.movement_mean);
  EXPECT_EQ(skipped.moved_tensor, result_.moved_tensor);
  calibration_free(&skipped);
}

TEST_F(Calibrate, ATensorMayHaveACalibratorOfItsOwn) {
  ASSERT_EQ(Run("mse", 1), OCTAVO_OK) << error_.text;
  const std::vector<value_range> mse(result_.ranges, result_.ranges + result_.tensor_count);
  ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
  const std::vector<value_range> all(result_.ranges, result_.ranges + result_.tensor_count);
  calibration_free(&result_);
  std::vector<const calibrator *> choices(all.size());
  const int32_t y = g_->nodes[1].outputs[0];
  choices[(size_t)y] = calibrator_find("minmax");
  const calibration_job job = {g_.get(), built_.model, &images_, calibrator_find("mse"),
                               1,        nullptr,      0.0,      choices.data(),
                               false};
  ASSERT_EQ(calibrate(&job, &result_, &error_), OCTAVO_OK) << error_.text;
  for (uint32_t t = 0; t < all.size(); t++)
    EXPECT_EQ(result_.ranges[t].max, t == (uint32_t)y ? all[t].max : mse[t].max);
}

TEST_F(Calibrate, TellsHowFarTheLastQuarterMovedTheRanges) {
  float largest = 0.0f;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    image_sample_close(&images_);
    ASSERT_EQ(image_sample_open(folder_.Path("images").c_str(), DATASET_TRAIN, 16, seed, nullptr,
                                &images_, &error_),
              OCTAVO_OK);
    ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
    const std::vector<value_range> all(result_.ranges, result_.ranges + result_.tensor_count);
    const float worst = result_.movement_worst;
    images_.count = 12;
    ASSERT_EQ(Run("minmax", 1), OCTAVO_OK) << error_.text;
    float expected = 0.0f;
    for (uint32_t t = 0; t < g_->tensor_count; t++) {
      const float width = std::fmax(all[t].max, 0.0f) - std::fmin(all[t].min, 0.0f);
      const value_range early = result_.ranges[t];
      if (!g_->tensors[t].constant && width > 0.0f)
        expected = std::max(expected, (all[t].max - early.max + early.min - all[t].min) / width);
    }
    EXPECT_NEAR(worst, expected, 1e-6f);
    largest = std::max(largest, expected);
  }
  EXPECT_GT(largest, 0.0f);
}

TEST_F(Calibrate, ResultsThatAreNotFiniteNameTheLayer) {
  for (uint32_t t = 0; t < g_->tensor_count; t++)
    if (std::string(g_->tensors[t].name) == "conv2_w")
      static_cast<float *>(g_->tensors[t].data)[3] = INFINITY;
  built_model_free(&built_);
  const label_list none = {nullptr, 0};
  octavo_status status = built_model_create(g_.get(), &kTinyRule, &none, &built_, &error_);
  ASSERT_EQ(status, OCTAVO_OK) << error_.text;
  EXPECT_EQ(Run("mse", 2), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("'conv2'"));
}

TEST(CalibrationInputRange, ByHand) {
  octavo_preprocessing rule = {};
  rule.channels = 1;
  rule.scale = 1.0f;
  rule.mean[0] = 127.5f;
  rule.std[0] = 127.5f;
  const value_range range = calibration_input_range(&rule);
  EXPECT_FLOAT_EQ(range.min, -1.0f);
  EXPECT_FLOAT_EQ(range.max, 1.0f);
}

TEST(ImageSample, UnreadableImagesAreCountedAndLeftOut) {
  TemporaryFolder folder;
  WriteImages(folder.Path(), 22);
  std::ofstream(folder.Path("a/broken.png")) << "no image";
  image_sample sample = {};
  octavo_error error = {};
  ASSERT_EQ(
      image_sample_open(folder.Path().c_str(), DATASET_TRAIN, 100, 1, nullptr, &sample, &error),
      OCTAVO_OK)
      << error.text;
  EXPECT_EQ(sample.available, 23u);
  EXPECT_EQ(sample.count, 22u);
  EXPECT_EQ(sample.skipped, 1u);
  EXPECT_THAT(sample.reason.text, HasSubstr("broken.png"));
  image_sample_close(&sample);
}

TEST(ImageSample, MoreThanATenthUnreadableIsRefused) {
  TemporaryFolder folder;
  WriteImages(folder.Path(), 17);
  for (const char *name : {"a/1x.png", "b/2x.png"})
    std::ofstream(folder.Path(name)) << "no image";
  image_sample sample = {};
  octavo_error error = {};
  EXPECT_EQ(
      image_sample_open(folder.Path().c_str(), DATASET_TRAIN, 100, 1, nullptr, &sample, &error),
      OCTAVO_ERROR_FORMAT);
  EXPECT_THAT(error.text, HasSubstr("2 of 19 images"));
  EXPECT_EQ(sample.set, nullptr);
}

TEST(ImageSample, TheHashTellsImagesAndTheirOrder) {
  TemporaryFolder folder;
  WriteImages(folder.Path(), 12);
  image_sample a = {}, b = {}, c = {};
  octavo_error error = {};
  for (const auto &[sample, seed] : {std::pair{&a, 1u}, {&b, 1u}, {&c, 2u}})
    ASSERT_EQ(
        image_sample_open(folder.Path().c_str(), DATASET_TRAIN, 12, seed, nullptr, sample, &error),
        OCTAVO_OK)
        << error.text;
  EXPECT_EQ(std::memcmp(a.sha256, b.sha256, 32), 0);
  EXPECT_NE(std::memcmp(a.sha256, c.sha256, 32), 0);
  for (image_sample *sample : {&a, &b, &c})
    image_sample_close(sample);
}

} // namespace
