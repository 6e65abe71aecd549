// Whole runs: the same seed gives the same bytes, also when a run was stopped in between.
#include "train/safetensors.h"
#include "train/training.h"

#include "tests/common/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// The two kinds of averaged weights; a run stopped between two meetings of lookahead's weights.
TEST_F(Training, ResumedWithAveragesGivesTheSameBytes) {
  const std::vector<std::string> kinds[] = {{"--ema", "0.9"}, {"--lookahead", "2", "--tta"}};
  for (const auto &kind : kinds) {
    const std::string whole = "whole" + kind[0], parts = "parts" + kind[0];
    RunWhole(Parse(folder_.path(whole), kind));
    RunSteps(Parse(folder_.path(parts), kind), 3);
    std::vector<std::string> resumed = kind;
    resumed.push_back("--resume");
    RunWhole(Parse(folder_.path(parts), resumed));
    for (const char *name : {"weights.safetensors", "model.onnx", "checkpoint.safetensors"})
      EXPECT_TRUE(folder_.read(whole + "/" + name) == folder_.read(parts + "/" + name))
          << name << " with " << kind[0];
  }
}

// The file of weights holds the averages, and not what the optimizer would go on from.
TEST_F(Training, WritesAndEvaluatesAveragedWeights) {
  RunWhole(Parse(folder_.path("plain")));
  RunWhole(Parse(folder_.path("ema"), {"--ema", "0.9"}));
  safetensors plain{}, ema{}, checkpoint{};
  ASSERT_EQ(safetensors_open(folder_.path("plain/weights.safetensors").c_str(), &plain, &error_),
            OCTAVO_OK);
  ASSERT_EQ(safetensors_open(folder_.path("ema/weights.safetensors").c_str(), &ema, &error_),
            OCTAVO_OK);
  ASSERT_EQ(
      safetensors_open(folder_.path("ema/checkpoint.safetensors").c_str(), &checkpoint, &error_),
      OCTAVO_OK);
  for (const char *name : {"fc.bias", "bn1.running_mean"}) {
    const uint32_t size = name[0] == 'f' ? 10 : 16;
    const auto read = [&](const safetensors &file, const std::string &tensor) {
      std::vector<float> data(size);
      EXPECT_EQ(safetensors_read(&file, tensor.c_str(), 1, &size, data.data(), &error_), OCTAVO_OK)
          << error_.text;
      return data;
    };
    const std::string average = std::string(name) + ".average";
    EXPECT_EQ(read(ema, name), read(checkpoint, average));
    EXPECT_NE(read(ema, name), read(plain, name));
    EXPECT_EQ(read(checkpoint, name), read(plain, name)); // the optimizer goes its own way
  }
  EXPECT_FALSE(safetensors_has(&ema, "fc.bias.average"));
  for (safetensors *file : {&plain, &ema, &checkpoint})
    safetensors_close(file);
  EXPECT_NE(folder_.read("ema/run.json").find("\"weights\": \"EMA\""), std::string::npos);
  EXPECT_NE(folder_.read("plain/run.json").find("\"weights\": \"last\""), std::string::npos);
  EXPECT_NE(folder_.read("ema/history.csv").substr(0, 120),
            folder_.read("plain/history.csv").substr(0, 120));
}

TEST_F(Training, EvaluationIsOfTheWeightsThatAreWritten) {
  for (const char *option : {"--ema", "--lookahead"}) {
    const std::string value = option == std::string("--ema") ? "0.9" : "3";
    const std::string run = folder_.path(option);
    const train_settings settings = Parse(run, {option, value});
    RunWhole(settings);
    const std::string weights = run + "/weights.safetensors";
    const train_settings again = Parse(folder_.path("again"), {"--init", weights, "--overwrite"});
    training t{};
    ASSERT_EQ(training_open(&t, &again, &error_), OCTAVO_OK) << error_.text;
    evaluation_result result{};
    ASSERT_EQ(training_evaluate(&t, &result, &error_), OCTAVO_OK) << error_.text;
    training_close(&t);
    history h{};
    ASSERT_EQ(history_read_csv(&h, (run + "/history.csv").c_str(), 2, &error_), OCTAVO_OK);
    EXPECT_NEAR(h.rows[1].test_loss, result.loss, 1e-8 * result.loss) << option;
    history_free(&h);
  }
}

// Of all steps of the run: the first of the second epoch is the sixth.
TEST_F(Training, AveragesCountTheStepsOfAllEpochs) {
  for (const char *option : {"--ema", "--lookahead"}) {
    const bool ema = option == std::string("--ema");
    const train_settings settings = Parse(folder_.path(option), {option, ema ? "0.9" : "6"});
    training t{};
    ASSERT_EQ(training_open(&t, &settings, &error_), OCTAVO_OK) << error_.text;
    t.at.epoch = 1;
    ASSERT_EQ(loader_begin(t.train_loader, 1, 0, &error_), OCTAVO_OK);
    const parameter *p = network_parameter(t.net, "fc.bias");
    const float before = p->average[0];
    ASSERT_EQ(training_step(&t, &error_), OCTAVO_OK) << error_.text;
    const float now = static_cast<const float *>(p->value.data)[0];
    if (ema)
      EXPECT_NEAR(p->average[0] - before, (1 - 7.0 / 16) * (now - before), 1e-7);
    else
      EXPECT_EQ(p->average[0], now); // they have met
    EXPECT_NE(now, before);
    training_close(&t);
  }
}

// What the program says to a command line; "" if it takes it.
std::string RefusalOf(const std::string &network, const std::vector<std::string> &more) {
  std::vector<std::string> words = {"octavo-train", network, "--data", "shapes10", "-o", "x"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char *> argv;
  for (std::string &word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  train_settings settings{};
  testing::internal::CaptureStderr();
  const int code = train_settings_parse(static_cast<int>(words.size()), argv.data(), &settings);
  const std::string errors = testing::internal::GetCapturedStderr();
  EXPECT_EQ(code, errors.empty() ? OPTIONS_RUN : 2) << errors;
  return errors;
}

TEST(TrainSettings, EmaAndLookaheadExcludeEachOther) {
  const auto refused = RefusalOf("resnet8", {"--ema", "0.9", "--lookahead", "5"});
  EXPECT_NE(refused.find("exclude each other"), std::string::npos) << refused;
  // The recipe brings a lookahead that the user did not type.
  const auto recipe = RefusalOf("airbench94", {"--recipe", "fast", "--ema", "0.9"});
  EXPECT_NE(recipe.find("--lookahead 0"), std::string::npos) << recipe;
  EXPECT_EQ(RefusalOf("airbench94", {"--recipe", "fast", "--ema", "0.9", "--lookahead", "0"}), "");
}

TEST(TrainSettings, WhatDoesNothingIsRefused) {
  struct Case {
    std::vector<std::string> alone, needed;
    const char *message;
  };
  for (const Case &c : std::vector<Case>{
           {{"--lookahead-share", "0.25"}, {"--lookahead", "5"}, "without --lookahead\n"},
           {{"--lookahead-share", "0.5"}, {"--lookahead", "5"}, "without --lookahead\n"}, // usual
           {{"--lookahead-power", "0"}, {"--lookahead", "5"}, "without --lookahead\n"},
           {{"--decay-all", "--weight-decay", "0"}, {}, "without --weight-decay\n"},
           {{"--warmup", "0.3"},
            {"--schedule", "triangular"},
            "without --schedule one-cycle or --schedule triangular\n"}}) {
    const std::string refused = RefusalOf("resnet8", c.alone);
    EXPECT_NE(refused.find(c.message), std::string::npos) << c.message << refused;
    std::vector<std::string> both = c.alone;
    both.insert(both.end(), c.needed.begin(), c.needed.end());
    EXPECT_EQ(RefusalOf("resnet8", both).empty(), !c.needed.empty()) << c.message;
  }
  EXPECT_EQ(RefusalOf("resnet8", {"--recipe", "fast", "--warmup", "0.3"}), "");
  EXPECT_EQ(RefusalOf("airbench94", {"--recipe", "fast", "--lookahead-share", "0.3"}), "");
  EXPECT_EQ(RefusalOf("resnet8", {"--decay-all"}), "");
}

TEST_F(Training, LookaheadLongerThanTheRunIsRefused) {
  const train_settings settings = Parse(folder_.path("run"), {"--lookahead", "11"});
  training t{};
  EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("at most the 10 steps"), std::string::npos)
      << error_.text;
  training_close(&t);
}

TEST_F(Training, TestTimeAugmentationIsToldWhenAskedFor) {
  RunWhole(Parse(folder_.path("with"), {"--tta"}));
  RunWhole(Parse(folder_.path("without")));
  const auto told = [&](const std::string &file) {
    return folder_.read(file).find("tta_accuracy") != std::string::npos;
  };
  EXPECT_TRUE(told("with/run.json"));
  EXPECT_TRUE(told("with/history.csv"));
  EXPECT_FALSE(told("without/run.json"));
  EXPECT_FALSE(told("without/history.csv"));
  // Looking does not change what is looked at.
  EXPECT_TRUE(folder_.read("with/weights.safetensors") ==
              folder_.read("without/weights.safetensors"));
}

// Against the six views classified one after the other.
TEST_F(Training, TestTimeAugmentationIsTheMeanOfItsViews) {
  train_settings settings = Parse(folder_.path("run"), {"--tta"});
  constexpr uint32_t kImages = 500; // so many that a few of them are classified otherwise
  settings.test_limit = kImages;
  training t{};
  ASSERT_EQ(training_open(&t, &settings, &error_), OCTAVO_OK) << error_.text;
  ASSERT_EQ(loader_begin(t.train_loader, 0, 0, &error_), OCTAVO_OK);
  for (int i = 0; i < 5; i++)
    ASSERT_EQ(training_step(&t, &error_), OCTAVO_OK) << error_.text;
  // A young network takes most images for the same class; without a batch's mean logits, by the
  // statistics that testing uses, the images are told apart, and each view matters to some.
  ASSERT_EQ(network_forward(t.net, false, &error_), OCTAVO_OK) << error_.text;
  auto *bias = static_cast<float *>(network_parameter(t.net, "fc.bias")->value.data);
  for (int k = 0; k < 160; k++)
    bias[k % 10] -= network_logits(t.net)[k] / 16;
  ASSERT_EQ(network_refresh(t.net, &error_), OCTAVO_OK);
  // Logits of each image: as it is, and of all views.
  std::vector<std::vector<float>> first(kImages), mean(kImages, std::vector<float>(10));
  for (const int down : {0, 1, -1})
    for (const bool flip : {false, true})
      for (uint32_t begin = 0; begin < kImages; begin += 10) {
        const augment_view view = {down, down, flip};
        const tensor *input = network_input(t.net);
        for (uint32_t i = 0; i < 10; i++)
          augment_image_view(&t.changes, &t.images.test, begin + i, &view,
                             {t.bfloat16, network_channels_last(t.net)},
                             static_cast<char *>(input->data) + i * (input->bytes / 16));
        ASSERT_EQ(network_forward(t.net, false, &error_), OCTAVO_OK);
        for (uint32_t i = 0; i < 10; i++) {
          const float *logits = network_logits(t.net) + 10 * i;
          if (down == 0 && !flip)
            first[begin + i].assign(logits, logits + 10);
          for (size_t c = 0; c < 10; c++)
            mean[begin + i][c] += (down == 0 ? 0.25f : 0.125f) * logits[c];
        }
      }
  const auto best = [](const std::vector<float> &z) {
    return static_cast<uint32_t>(std::max_element(z.begin(), z.end()) - z.begin());
  };
  // Labels such that one image classified otherwise is seen.
  uint32_t plain = 0;
  double loss = 0;
  for (uint32_t i = 0; i < kImages; i++) {
    const uint32_t label = t.images.test.labels[i] = best(mean[i]);
    double sum = 0;
    for (float z : first[i])
      sum += std::exp(z);
    loss += std::log(sum) - first[i][label];
    plain += best(first[i]) == label;
  }
  ASSERT_LT(plain, kImages) << "no difference to see; take other images";
  evaluation_result result{};
  ASSERT_EQ(training_evaluate(&t, &result, &error_), OCTAVO_OK) << error_.text;
  EXPECT_NEAR(result.loss, loss / kImages, 1e-5);
  EXPECT_NEAR(result.accuracy, plain / double{kImages}, 1e-9);
  EXPECT_EQ(result.tta_accuracy, 1);
  training_close(&t);
}

TEST_F(Training, ResumeRefusesOtherSettings) {
  RunSteps(Parse(folder_.path("run")), 1);
  const train_settings settings = Parse(folder_.path("run"), {"--resume", "--momentum", "0.5"});
  training t{};
  EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("momentum = 0.9"), std::string::npos) << error_.text;
  training_close(&t);
}

TEST_F(Training, ResumeRefusesOtherAverages) {
  RunSteps(Parse(folder_.path("run"), {"--ema", "0.9"}), 1);
  for (const char *value : {"0.8", "0"}) {
    const train_settings settings = Parse(folder_.path("run"), {"--resume", "--ema", value});
    training t{};
    EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_ARGUMENT);
    EXPECT_NE(std::string(error_.text).find("ema = 0.9"), std::string::npos) << error_.text;
    training_close(&t);
  }
}

TEST_F(Training, RefusesToWriteOverARun) {
  RunSteps(Parse(folder_.path("run")), 1);
  const train_settings settings = Parse(folder_.path("run"));
  training t{};
  EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_NE(std::string(error_.text).find("--overwrite"), std::string::npos) << error_.text;
  training_close(&t);
}

TEST_F(Training, ARunThatCannotBeginLeavesNoFolder) {
  const train_settings settings = Parse(folder_.path("run"), {"--init", folder_.path("absent")});
  training t{};
  EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_ERROR_IO);
  EXPECT_NE(std::string(error_.text).find("absent"), std::string::npos) << error_.text;
  training_close(&t);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Training, ProfileChangesNothingAndGoesIntoRunJson) {
  RunWhole(Parse(folder_.path("plain")));
  RunWhole(Parse(folder_.path("timed"), {"--profile"}));
  EXPECT_TRUE(folder_.read("plain/weights.safetensors") ==
              folder_.read("timed/weights.safetensors"));
  EXPECT_EQ(folder_.read("plain/run.json").find("\"profile\""), std::string::npos);
  json_t *root = json_load_file(folder_.path("timed/run.json").c_str(), 0, nullptr);
  json_t *found = json_object_get(root, "profile");
  EXPECT_EQ(json_integer_value(json_object_get(found, "steps")), 10);
  // In resnet8 each of these does something, in these passes.
  for (const auto &[part, pass] :
       std::vector<std::pair<const char *, const char *>>{{"convolution", "forward_seconds"},
                                                          {"convolution", "backward_seconds"},
                                                          {"batch norm", "backward_seconds"},
                                                          {"add", "forward_seconds"},
                                                          {"pool", "backward_seconds"},
                                                          {"linear", "forward_seconds"},
                                                          {"loss", "forward_seconds"},
                                                          {"optimizer", "update_seconds"},
                                                          {"images", "forward_seconds"}})
    EXPECT_GT(json_real_value(
                  json_object_get(json_object_get(json_object_get(found, "parts"), part), pass)),
              0)
        << part << " " << pass;
  json_decref(root);
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
