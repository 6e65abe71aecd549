// Single steps of a run: do the settings arrive where they count?
#include "train/training.h"

#include "tests/common/temporary_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

class TrainingStep : public ::testing::Test {
protected:
  void TearDown() override {
    training_close(&t_);
  }

  // A run of 2 epochs of 5 steps, ready for the first.
  void Open(std::vector<std::string> more) {
    training_close(&t_);
    arguments_ = {"octavo-train", "resnet8", "--data",       "shapes10",
                  "--limit",      "80",      "--test-limit", "20",
                  "--batch",      "16",      "--epochs",     "2",
                  "--size",       "16",      "--recipe",     "fast",
                  "--threads",    "2",       "--output",     folder_.path("run"),
                  "--overwrite"};
    arguments_.insert(arguments_.end(), more.begin(), more.end());
    std::vector<char *> argv;
    for (std::string &argument : arguments_)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    settings_ = train_settings{};
    ASSERT_EQ(train_settings_parse(static_cast<int>(arguments_.size()), argv.data(), &settings_),
              OPTIONS_RUN);
    ASSERT_EQ(training_open(&t_, &settings_, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(loader_begin(t_.train_loader, 0, 0, &error_), OCTAVO_OK);
  }
  void Step() {
    ASSERT_EQ(training_step(&t_, &error_), OCTAVO_OK) << error_.text;
  }

  TemporaryFolder folder_;
  octavo_error error_{};
  std::vector<std::string> arguments_; // what the settings point into
  train_settings settings_{};
  training t_{};
};

TEST_F(TrainingStep, SettingsReachThePartsThatTheyAreFor) {
  Open({"--flip", "random", "--cutout", "4", "--translate", "2", "--seed", "3", "--weight-decay",
        "0.01", "--momentum", "0.5", "--nesterov", "no", "--decay-all"});
  EXPECT_EQ(t_.changes.flip, AUGMENT_FLIP_RANDOM);
  EXPECT_EQ(t_.changes.cutout, 4u);
  EXPECT_EQ(t_.changes.translate, 2u);
  EXPECT_EQ(t_.changes.seed, 3u);
  EXPECT_EQ(t_.optimizer.weight_decay, 0.01);
  EXPECT_EQ(t_.optimizer.momentum, 0.5);
  EXPECT_FALSE(t_.optimizer.nesterov);
  EXPECT_TRUE(t_.optimizer.decay_all);
  Open({"--nesterov", "yes"});
  EXPECT_TRUE(t_.optimizer.nesterov);
  EXPECT_FALSE(t_.optimizer.decay_all);
}

// Without momentum a step moves a bias by the rate times the gradient that is still there.
TEST_F(TrainingStep, HasTheSchedulesRate) {
  Open({"--schedule", "cosine", "--lr", "0.1", "--momentum", "0", "--nesterov", "no"});
  const parameter *bias = network_parameter(t_.net, "fc.bias");
  std::vector<float> before(10), after(10), gradient(10);
  for (uint32_t step = 0; step < 10; step++) {
    t_.at.epoch = step / 5;
    t_.at.step = step % 5;
    if (t_.at.step == 0) {
      ASSERT_EQ(loader_begin(t_.train_loader, t_.at.epoch, 0, &error_), OCTAVO_OK);
    }
    ASSERT_EQ(parameter_get(t_.net, bias, before.data(), &error_), OCTAVO_OK);
    Step();
    ASSERT_EQ(parameter_get(t_.net, bias, after.data(), &error_), OCTAVO_OK);
    ASSERT_EQ(parameter_get_gradient(t_.net, bias, gradient.data(), &error_), OCTAVO_OK);
    const double rate = 0.1 * 0.5 * (1 + std::cos(3.14159265358979 * step / 10));
    for (size_t i = 0; i < 10; i++)
      EXPECT_NEAR(after[i], before[i] - rate * gradient[i], 1e-6) << step;
  }
}

// Of the same batch and weights the loss is a line in the smoothing: (1 − s) · a + s · b.
TEST_F(TrainingStep, LabelSmoothingIsInTheLoss) {
  double loss[3] = {};
  const char *const smoothing[] = {"0", "0.3", "0.6"};
  for (int k = 0; k < 3; k++) {
    Open({"--label-smoothing", smoothing[k], "--precision", "float32"});
    Step();
    loss[k] = t_.at.loss_sum / 16;
  }
  EXPECT_GT(std::fabs(loss[1] - loss[0]), 1e-4);
  EXPECT_NEAR(loss[2] - loss[1], loss[1] - loss[0], 1e-6);
}

} // namespace
