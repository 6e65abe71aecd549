// Quantization-aware training from the command line's options to the files of a run.
#include "train/qat/qat.h"

#include "tests/common/temporary_folder.h"
#include "train/checkpoint.h"
#include "train/precision.h"
#include "train/recipes.h"
#include "train/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

using testing::HasSubstr;

class Qat : public ::testing::Test {
protected:
  int Parse(std::vector<std::string> more, train_settings *settings) {
    arguments_.push_back({"octavo-train", "resnet8", "--data", "shapes10"});
    std::vector<std::string> &all = arguments_.back();
    all.insert(all.end(), more.begin(), more.end());
    std::vector<char *> argv;
    for (std::string &argument : all)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    *settings = train_settings{};
    return train_settings_parse(static_cast<int>(all.size()), argv.data(), settings);
  }

  // Of small pictures; of few, unless `more` says how many.
  train_settings Small(const std::string &output, const std::vector<std::string> &more) {
    std::vector<std::string> all = {"--size", "16",        "--batch", "32",      "--test-limit",
                                    "200",    "--threads", "1",       "--output"};
    all.push_back(folder_.path(output));
    all.insert(all.end(), more.begin(), more.end());
    train_settings settings;
    EXPECT_EQ(Parse(all, &settings), OPTIONS_RUN);
    settings.limit = settings.limit > 0 ? settings.limit : 640;
    return settings;
  }
  train_settings SmallQat(const std::string &output, std::vector<std::string> more = {}) {
    for (const std::string &word :
         {std::string("--qat"), std::string("--init"), folder_.path("float/weights.safetensors"),
          std::string("--epochs"), std::string("2")})
      more.push_back(word);
    return Small(output, more);
  }

  // Its accuracy at the end.
  double Run(const train_settings &settings) {
    training t{};
    EXPECT_EQ(training_open(&t, &settings, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(training_run(&t, &error_), OCTAVO_OK) << error_.text;
    const double accuracy = t.history.rows[t.history.count - 1].test_accuracy;
    training_close(&t);
    return accuracy;
  }
  TemporaryFolder folder_;
  octavo_error error_{};
  std::vector<std::vector<std::string>> arguments_; // what argv points into
};

TEST_F(Qat, OptionsAndTheirRecipe) {
  train_settings s;
  ASSERT_EQ(Parse({"-o", "x", "--qat", "--init", "w"}, &s), OPTIONS_RUN);
  EXPECT_EQ(s.recipe, RECIPE_QAT);
  EXPECT_EQ(s.precision, TRAIN_PRECISION_FLOAT32);
  EXPECT_LE(s.rate, 1e-3);
  EXPECT_STREQ(schedules[s.schedule].name, "cosine");
  EXPECT_LE(s.epochs, 10u);
  ASSERT_EQ(Parse({"-o", "x", "--qat", "--init", "w", "--recipe", "classic", "--lr", "0.5"}, &s),
            OPTIONS_RUN);
  EXPECT_EQ(s.recipe, RECIPE_CLASSIC);
  EXPECT_EQ(s.rate, 0.5);
  EXPECT_EQ(s.epochs, 10u);
  ASSERT_EQ(Parse({"-o", "x"}, &s), OPTIONS_RUN);
  EXPECT_EQ(s.recipe, RECIPE_CLASSIC);
  EXPECT_FALSE(s.qat);
}

TEST_F(Qat, WrongOptionsSayWhatToDo) {
  const struct {
    std::vector<std::string> more;
    const char *message;
  } rows[] = {{{"--qat"}, "--init weights.safetensors"},
              {{"--qat", "--init", "w", "--precision", "bfloat16"}, "leave out --precision"}};
  for (const auto &row : rows) {
    std::vector<std::string> all = {"-o", "x"};
    all.insert(all.end(), row.more.begin(), row.more.end());
    train_settings s;
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(Parse(all, &s), 2);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr(row.message));
  }
}

TEST_F(Qat, PhasesOfLongAndShortRuns) {
  struct Row {
    uint64_t step, total;
    bool norm_fixed, ranges_move;
  };
  for (const Row &r : std::vector<Row>{{0, 800, false, true},
                                       {299, 800, false, true},
                                       {300, 800, true, true},
                                       {399, 800, true, true},
                                       {400, 800, true, false},
                                       {799, 800, true, false},
                                       {49, 100, false, true},
                                       {50, 100, true, true},
                                       {65, 100, true, true},
                                       {66, 100, true, false}}) {
    const quantization_phase p = qat_phase(r.step, r.total, 100);
    EXPECT_TRUE(p.quantize);
    EXPECT_EQ(p.norm_fixed, r.norm_fixed) << r.step << " of " << r.total;
    EXPECT_EQ(p.range_share > 0, r.ranges_move) << r.step << " of " << r.total;
  }
}

TEST_F(Qat, KeepsTheAccuracyAndTellsAboutIt) {
  const std::vector<std::string> same = {"--limit", "2000", "--translate", "0", "--flip", "none"};
  std::vector<std::string> more = {"--recipe", "fast", "--epochs", "10", "--lr", "0.05"};
  more.insert(more.end(), same.begin(), same.end());
  const double before = Run(Small("float", more));
  ASSERT_GT(before, 0.5) << "the float network says nothing";
  const double after = Run(SmallQat("qat", same));
  // Of 200 pictures: less than two standard deviations of a difference of two such counts.
  EXPECT_GE(after, before - 0.03);
  json_error_t where;
  json_t *root = json_load_file(folder_.path("qat/run.json").c_str(), 0, &where);
  ASSERT_NE(root, nullptr) << where.text;
  const json_t *result = json_object_get(root, "result");
  EXPECT_DOUBLE_EQ(json_number_value(json_object_get(result, "test_accuracy")), after);
  EXPECT_NEAR(json_number_value(json_object_get(result, "float_accuracy")), before, 0.0101)
      << "bfloat16 in one run, float32 in the other";
  EXPECT_GT(json_number_value(json_object_get(result, "rounded_accuracy")), before - 0.1);
  const json_t *settings = json_object_get(root, "settings");
  EXPECT_STREQ(json_string_value(json_object_get(settings, "qat")), "yes");
  EXPECT_STREQ(json_string_value(json_object_get(settings, "recipe")), "qat");
  EXPECT_STREQ(json_string_value(json_object_get(settings, "precision")), "float32");
  json_decref(root);
}

// Of twenty steps, stopped before batch norm is fixed and when the ranges are too.
TEST_F(Qat, ResumedGivesTheSameBytes) {
  Run(Small("float", {"--epochs", "1"}));
  const auto one_epoch = [&](const std::string &output, const std::vector<std::string> &more) {
    train_settings s = SmallQat(output, more);
    s.epochs = 1;
    return s;
  };
  Run(one_epoch("whole", {"--ema", "0.9"}));
  for (uint32_t steps : {3u, 18u}) {
    const std::string output = "parts" + std::to_string(steps);
    const train_settings first = one_epoch(output, {"--ema", "0.9"});
    training t{};
    ASSERT_EQ(training_open(&t, &first, &error_), OCTAVO_OK) << error_.text;
    ASSERT_EQ(loader_begin(t.train_loader, 0, 0, &error_), OCTAVO_OK);
    for (uint32_t i = 0; i < steps; i++)
      ASSERT_EQ(training_step(&t, &error_), OCTAVO_OK) << error_.text;
    EXPECT_EQ(run_files_save_checkpoint(&t, &error_), OCTAVO_OK) << error_.text;
    training_close(&t);
    Run(one_epoch(output, {"--ema", "0.9", "--resume"}));
    for (const char *name : {"weights.safetensors", "model.onnx", "checkpoint.safetensors"})
      EXPECT_TRUE(folder_.read(std::string("whole/") + name) == folder_.read(output + "/" + name))
          << name;
  }
}

TEST_F(Qat, CheckpointsOfTheOtherKindAreRefused) {
  Run(Small("float", {"--epochs", "1"}));
  Run(SmallQat("qat"));
  training t{};
  train_settings s = SmallQat("float", {"--resume"});
  EXPECT_EQ(training_open(&t, &s, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("qat = nothing, and this one has yes"));
  training_close(&t);
  s = SmallQat("qat", {"--resume"});
  s.qat = false;
  EXPECT_EQ(training_open(&t, &s, &error_), OCTAVO_ERROR_ARGUMENT);
  EXPECT_THAT(error_.text, HasSubstr("qat = yes, and this one has nothing"));
  training_close(&t);
}

// Before the training, not in the export after it.
TEST_F(Qat, WeightsThatCannotBeExportedAreRefusedAtOnce) {
  const auto small = [&](const std::string &output, const std::vector<std::string> &more) {
    train_settings s = Small(output, more);
    s.network = "airbench94";
    s.activation = ARCHITECTURE_RELU;
    s.size = 32;
    return s;
  };
  const train_settings before = small("float", {"--precision", "float32"});
  training t{};
  ASSERT_EQ(training_open(&t, &before, &error_), OCTAVO_OK) << error_.text;
  static_cast<float *>(network_parameter(t.net, "block2.norm1.weight")->value.data)[7] = -0.5f;
  const std::string weights = folder_.path("negative.safetensors");
  ASSERT_EQ(checkpoint_save_weights(t.net, weights.c_str(), &error_), OCTAVO_OK) << error_.text;
  training_close(&t);
  const train_settings after = small("qat", {"--qat", "--init", weights});
  EXPECT_EQ(training_open(&t, &after, &error_), OCTAVO_ERROR_UNSUPPORTED);
  EXPECT_THAT(error_.text, HasSubstr("block2.pool"));
  EXPECT_THAT(error_.text, HasSubstr("start from weights that octavo-train has trained"));
  training_close(&t);
}

// All is zero behind the ReLU of a batch norm with a factor of 1e8 in one channel.
TEST_F(Qat, WeightsTooLargeForTheirRangeAreRefusedAtOnce) {
  const train_settings before = Small("float", {"--precision", "float32"});
  training t{};
  ASSERT_EQ(training_open(&t, &before, &error_), OCTAVO_OK) << error_.text;
  const parameter *factor = network_parameter(t.net, "bn1.weight");
  float *factors = static_cast<float *>(factor->value.data);
  float *shifts = static_cast<float *>(network_parameter(t.net, "bn1.bias")->value.data);
  std::fill_n(factors, factor->count, 0.0f);
  std::fill_n(shifts, factor->count, -1.0f);
  factors[7] = 1e8f;
  shifts[7] = -1e10f;
  const std::string weights = folder_.path("large.safetensors");
  ASSERT_EQ(checkpoint_save_weights(t.net, weights.c_str(), &error_), OCTAVO_OK) << error_.text;
  training_close(&t);
  const train_settings after = Small("qat", {"--qat", "--init", weights});
  EXPECT_EQ(training_open(&t, &after, &error_), OCTAVO_ERROR_UNSUPPORTED);
  for (const char *part : {"layer 'conv1'", "ratios below 256", "channel 7", "other weights"})
    EXPECT_THAT(error_.text, HasSubstr(part));
  training_close(&t);
}

// Ranges of an earlier run are no weights.
TEST_F(Qat, BeginsFromAnEarlierOneToo) {
  Run(Small("float", {"--epochs", "1"}));
  Run(SmallQat("qat"));
  train_settings s = SmallQat("again");
  const std::string init = folder_.path("qat/weights.safetensors");
  s.init = init.c_str();
  training t{};
  ASSERT_EQ(training_open(&t, &s, &error_), OCTAVO_OK) << error_.text;
  const parameter *range = network_parameter(t.net, "input.quantize.range");
  const float *ends = static_cast<const float *>(range->value.data);
  EXPECT_LT(ends[0], -0.5f);
  EXPECT_GT(ends[1], 0.5f);
  EXPECT_TRUE(t.net->phase.quantize);
  EXPECT_EQ(t.net->phase.range_share, 0);
  training_close(&t);
}

} // namespace
