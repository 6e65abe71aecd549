// octavo-train-bench as a program.
#include "tests/benchmarks/program.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <sstream>
#include <vector>

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// resnet8 on 16×16 images: about a millisecond a step.
ProgramResult Measure(const std::string &options, const std::string &input = "") {
  return RunProgram(OCTAVO_TRAIN_BENCH, "resnet8 --size 16 --batch 4 --threads 1 " + options,
                    input);
}

double Number(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  EXPECT_TRUE(json_is_number(value)) << key;
  return json_number_value(value);
}

TEST(TrainBench, PrintsSpeedSharesAndMemory) {
  const ProgramResult result = Measure("--steps 5");
  ASSERT_EQ(result.code, 0) << result.message;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("images/s"), HasSubstr("| batch norm"), HasSubstr("| optimizer"),
                    HasSubstr("the rest"), HasSubstr("Peak memory"), HasSubstr("CPUs")));
}

TEST(TrainBench, JsonCountsTheStepsAndItsSharesSumToOne) {
  const TemporaryFolder folder;
  const ProgramResult result =
      Measure("--steps 7 --warmup 2 --precision float32 --json " + folder.path("o.json"));
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *root = json_load_file(folder.path("o.json").c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(Number(root, "steps"), 7);
  const json_t *settings = json_object_get(root, "settings");
  EXPECT_STREQ(json_string_value(json_object_get(settings, "precision")), "float32");
  EXPECT_EQ(Number(settings, "size"), 16);
  const json_t *ms = json_object_get(root, "milliseconds");
  const json_t *speed = json_object_get(root, "images_per_second");
  EXPECT_GT(Number(ms, "min"), 0);
  EXPECT_LE(Number(ms, "p5"), Number(ms, "p95"));
  // Four images in a step; the slow steps are the low speeds.
  EXPECT_NEAR(Number(speed, "p50") * Number(ms, "p50"), 4000, 1e-6);
  EXPECT_NEAR(Number(speed, "p5") * Number(ms, "p95"), 4000, 1e-6);
  EXPECT_NEAR(Number(speed, "p95") * Number(ms, "p5"), 4000, 1e-6);
  EXPECT_GT(Number(root, "peak_bytes"), Number(root, "idle_bytes"));
  EXPECT_GT(Number(root, "last_loss"), 0);

  json_t *profile = json_object_get(root, "profile");
  EXPECT_EQ(Number(profile, "steps"), 7); // those of the warm-up are not in it
  const char *name = nullptr;
  json_t *part = nullptr;
  double shares = 0, seconds = 0;
  json_object_foreach(json_object_get(profile, "parts"), name, part) {
    shares += Number(part, "share");
    for (const char *pass : {"forward_seconds", "backward_seconds", "update_seconds"})
      seconds += Number(part, pass);
  }
  EXPECT_NEAR(shares, 1, 1e-9);
  EXPECT_NEAR(seconds, Number(profile, "seconds"), 1e-9);
  const json_t *convolution = json_object_get(json_object_get(profile, "parts"), "convolution");
  EXPECT_NEAR(Number(profile, "outside_convolutions") * Number(profile, "seconds") +
                  Number(convolution, "forward_seconds") + Number(convolution, "backward_seconds"),
              Number(profile, "seconds"), 1e-9);
  EXPECT_GT(Number(convolution, "backward_seconds"), 0);
  json_decref(root);
}

TEST(TrainBench, GoesOnUntilTheTimeIsOver) {
  const TemporaryFolder folder;
  const ProgramResult result = Measure("--seconds 0.1 --json " + folder.path("o.json"));
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *root = json_load_file(folder.path("o.json").c_str(), 0, nullptr);
  const double mean = 1e3 * Number(json_object_get(root, "profile"), "seconds");
  EXPECT_GE(mean, 99);
  EXPECT_GE(Number(root, "steps"), 1);
  json_decref(root);
}

TEST(TrainBench, AnswersRequestsOnStandardInput) {
  const ProgramResult result = Measure("--stdin --precision float32", "3\n1\n");
  ASSERT_EQ(result.code, 0) << result.message;
  std::istringstream lines(result.output);
  std::vector<json_t *> answers;
  for (std::string line; std::getline(lines, line);)
    answers.push_back(json_loads(line.c_str(), 0, nullptr));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_GT(Number(answers[0], "first_ms"), 0);
  EXPECT_STREQ(json_string_value(json_object_get(answers[0], "precision")), "float32");
  EXPECT_EQ(Number(answers[0], "threads"), 1);
  EXPECT_EQ(json_array_size(json_object_get(answers[1], "milliseconds")), 3u);
  EXPECT_EQ(json_array_size(json_object_get(answers[2], "milliseconds")), 1u);
  const double outside = Number(answers[1], "outside_convolutions");
  EXPECT_GT(outside, 0);
  EXPECT_LT(outside, 1);
  EXPECT_GT(Number(answers[2], "peak_bytes"), 0);
  for (json_t *answer : answers)
    json_decref(answer);
  EXPECT_EQ(Measure("--stdin", "many\n").code, 1);
}

TEST(TrainBench, LearnsItsImages) {
  const ProgramResult result = Measure("--stdin --precision float32", "1\n100\n1\n");
  std::istringstream lines(result.output);
  std::vector<double> losses;
  for (std::string line; std::getline(lines, line);) {
    json_t *answer = json_loads(line.c_str(), 0, nullptr);
    losses.push_back(json_number_value(json_object_get(answer, "loss")));
    json_decref(answer);
  }
  ASSERT_EQ(losses.size(), 4u);
  EXPECT_LT(losses[3], 0.2 * losses[1]);
}

TEST(TrainBench, RefusesWhatItCannotUse) {
  for (const char *option : {"--warmup 1", "--steps 1", "--seconds 1", "--json x"})
    EXPECT_EQ(Measure(std::string("--stdin ") + option).code, 2) << option;
  const auto code = [](const std::string &options) {
    return RunProgram(OCTAVO_TRAIN_BENCH, options).code;
  };
  EXPECT_EQ(code(""), 2);
  EXPECT_EQ(code("nonet"), 2);
  EXPECT_EQ(code("resnet8 --threads many"), 2);
  EXPECT_EQ(code("resnet8 --no-such-option"), 2);
  EXPECT_EQ(Measure("--steps 1 --json none/such/folder.json").code, 1);
  const ProgramResult help = RunProgram(OCTAVO_TRAIN_BENCH, "--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.output, AllOf(HasSubstr("Usage: octavo-train-bench"), HasSubstr("Exit codes:")));
}

} // namespace
