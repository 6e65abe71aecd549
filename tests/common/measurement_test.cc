#include "common/measurement.h"
#include "tests/benchmarks/colour_model.h"

namespace {

class Measurement : public ::testing::Test {
protected:
  Measurement() {
    octavo_session_options options;
    octavo_session_options_init(&options);
    const std::string path = folder_.write("model.octavo", ColourModelBytes({}));
    for (size_t i = 0; i < 2; i++)
      EXPECT_EQ(subject_open(path.c_str(), &options, 1, &subjects_[i], &error_), OCTAVO_OK)
          << error_.text;
  }
  ~Measurement() override {
    for (size_t i = 0; i < 2; i++) {
      measurement_free(&measured_[i]);
      subject_close(&subjects_[i]);
    }
  }
  octavo_status Run(const measurement_plan &plan) {
    return measurement_run(subjects_, 2, &plan, measured_, &error_);
  }

  TemporaryFolder folder_;
  octavo_error error_ = {};
  subject subjects_[2] = {};
  measurement measured_[2] = {};
};

TEST_F(Measurement, RunsAsOftenAsAsked) {
  measurement_plan plan = {};
  plan.warmup = 3;
  plan.runs = 2500;
  ASSERT_EQ(Run(plan), OCTAVO_OK) << error_.text;
  for (const measurement &m : measured_) {
    EXPECT_EQ(m.count, 2500u);
    // Blocks hold at most 1000 runs.
    EXPECT_GE(m.block_count, 3u);
  }
  EXPECT_EQ(measured_[0].block_count, measured_[1].block_count);
}

TEST_F(Measurement, GoesOnUntilTheTimeIsOverAndKeepsBlocksPaired) {
  measurement_plan plan = {};
  plan.seconds = 0.05;
  ASSERT_EQ(Run(plan), OCTAVO_OK) << error_.text;
  double spent = 0;
  for (size_t i = 0; i < measured_[0].count; i++)
    spent += measured_[0].times[i];
  EXPECT_LE(spent, 5000);
  EXPECT_GT(measured_[0].count, 0u);
  EXPECT_EQ(measured_[0].block_count, measured_[1].block_count);
}

TEST_F(Measurement, SummarizesWithoutReorderingTheTimes) {
  measurement m = {};
  for (const double value : {5.0, 1.0, 3.0})
    ASSERT_EQ(measurement_add(&m, value, &error_), OCTAVO_OK);
  statistics_summary summary;
  ASSERT_EQ(measurement_summarize(&m, &summary, &error_), OCTAVO_OK);
  EXPECT_EQ(summary.first, 5);
  EXPECT_EQ(summary.p50, 3);
  EXPECT_EQ(summary.maximum, 5);
  EXPECT_EQ(m.times[0], 5);
  EXPECT_EQ(m.times[1], 1);
  measurement_free(&m);
}

TEST_F(Measurement, SubjectKnowsItsModel) {
  EXPECT_STREQ(subjects_[0].info.mode, "float");
  EXPECT_GT(subjects_[0].open_ms, 0);
  EXPECT_GT(subjects_[0].create_ms, 0);
  EXPECT_GT(subjects_[0].first_ms, 0);
}

TEST_F(Measurement, NoiseIsThatOfTheSeed) {
  const auto *input = static_cast<const float *>(octavo_session_input(subjects_[0].session, 0));
  const std::vector<float> seed1(input, input + 192);
  ASSERT_EQ(subject_fill_noise(&subjects_[0], subjects_[0].session, 2, &error_), OCTAVO_OK);
  EXPECT_NE(seed1, std::vector<float>(input, input + 192));
  ASSERT_EQ(subject_fill_noise(&subjects_[0], subjects_[0].session, 1, &error_), OCTAVO_OK);
  EXPECT_EQ(seed1, std::vector<float>(input, input + 192));
}

TEST_F(Measurement, SubjectThatCannotBeOpenedIsAllZero) {
  octavo_session_options options;
  octavo_session_options_init(&options);
  subject s;
  EXPECT_EQ(subject_open(folder_.path("none").c_str(), &options, 1, &s, &error_), OCTAVO_ERROR_IO);
  EXPECT_EQ(s.model, nullptr);
  EXPECT_EQ(s.session, nullptr);
  subject_close(&s);
}

} // namespace
