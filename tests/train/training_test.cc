// Whole runs: the same seed gives the same bytes, also when a run was stopped in between.
#include "train/training.h"

#include "tests/common/temporary_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

class Training : public ::testing::Test {
protected:
  // Parses as the program does; a run of 2 epochs of 5 steps.
  train_settings Parse(const std::string &output, std::vector<std::string> more = {}) {
    arguments_.push_back({"octavo-train", "resnet8", "--data",   "shapes10", "--limit",   "80",
                          "--test-limit", "20",      "--batch",  "16",       "--epochs",  "2",
                          "--size",       "16",      "--recipe", "fast",     "--threads", "2",
                          "--output",     output});
    std::vector<std::string> &all = arguments_.back();
    all.insert(all.end(), more.begin(), more.end());
    std::vector<char *> argv;
    for (std::string &argument : all)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    train_settings settings{};
    EXPECT_EQ(train_settings_parse(static_cast<int>(all.size()), argv.data(), &settings),
              OPTIONS_RUN);
    return settings;
  }

  void RunWhole(const train_settings &settings) {
    training t{};
    EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(training_run(&t, &error_), OCTAVO_OK) << error_.text;
    training_close(&t);
  }

  // Takes `steps` steps of the first epoch and saves, as Ctrl-C does.
  void RunSteps(const train_settings &settings, uint32_t steps) {
    training t{};
    ASSERT_EQ(training_open(&t, &settings, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(loader_begin(t.train_loader, 0, 0, &error_), OCTAVO_OK);
    for (uint32_t i = 0; i < steps; i++)
      ASSERT_EQ(training_step(&t, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(run_files_save_checkpoint(&t, &error_), OCTAVO_OK) << error_.text;
    training_close(&t);
  }

  TemporaryFolder folder_;
  octavo_error error_{};
  std::vector<std::vector<std::string>> arguments_; // what argv points into
};

TEST_F(Training, SameSeedSameBytesOtherSeedOthers) {
  RunWhole(Parse(folder_.path("one")));
  RunWhole(Parse(folder_.path("two")));
  RunWhole(Parse(folder_.path("three"), {"--seed", "2"}));
  const std::string bytes = folder_.read("one/weights.safetensors");
  EXPECT_GT(bytes.size(), 300000u);
  EXPECT_TRUE(bytes == folder_.read("two/weights.safetensors"));
  EXPECT_FALSE(bytes == folder_.read("three/weights.safetensors"));
  EXPECT_TRUE(folder_.read("one/checkpoint.safetensors") ==
              folder_.read("two/checkpoint.safetensors"));
}

TEST_F(Training, ResumedInTheMiddleOfAnEpochGivesTheSameBytes) {
  RunWhole(Parse(folder_.path("whole")));
  RunSteps(Parse(folder_.path("parts")), 3);
  RunWhole(Parse(folder_.path("parts"), {"--resume"}));
  for (const char *name : {"weights.safetensors", "model.onnx", "checkpoint.safetensors"})
    EXPECT_TRUE(folder_.read(std::string("whole/") + name) ==
                folder_.read(std::string("parts/") + name))
        << name;
}

TEST_F(Training, ResumeRefusesOtherSettings) {
  RunSteps(Parse(folder_.path("run")), 1);
  const train_settings settings = Parse(folder_.path("run"), {"--resume", "--momentum", "0.5"});
  training t{};
  EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("momentum = 0.9"), std::string::npos) << error_.text;
  training_close(&t);
}

TEST_F(Training, RefusesToWriteOverARun) {
  RunSteps(Parse(folder_.path("run")), 1);
  const train_settings settings = Parse(folder_.path("run"));
  training t{};
  EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("--overwrite"), std::string::npos) << error_.text;
  training_close(&t);
}

TEST_F(Training, DivergingLossStopsWithAHint) {
  const train_settings settings =
      Parse(folder_.path("run"), {"--lr", "1000", "--schedule", "constant"});
  training t{};
  ASSERT_EQ(training_open(&t, &settings, &error_), OCTAVO_OK) << error_.text;
  ASSERT_EQ(loader_begin(t.train_loader, 0, 0, &error_), OCTAVO_OK);
  float *bias = static_cast<float *>(network_parameter(t.net, "fc.bias")->value.data);
  for (const float value : {1e5f, INFINITY, NAN}) {
    bias[0] = value;
    error_ = {};
    EXPECT_EQ(training_step(&t, &error_), OCTAVO_ERROR_ARGUMENT) << value;
    EXPECT_NE(std::string(error_.text).find("--lr"), std::string::npos) << error_.text;
  }
  bias[0] = 500; // high, and not yet beyond hope
  EXPECT_EQ(training_step(&t, &error_), OCTAVO_OK) << error_.text;
  training_close(&t);
}

} // namespace
