// octavo-bench, octavo-make-network and octavo-make-images as programs.
#include "tests/benchmarks/colour_model.h"
#include "tests/benchmarks/program.h"

#include <gmock/gmock.h>
#include <jansson.h>

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Bench : public ::testing::Test {
protected:
  Bench() {
    model_ = folder_.write("model.octavo", ColourModelBytes({}));
  }
  ProgramResult Run(const std::string &options, const std::string &input = "") const {
    return RunProgram(OCTAVO_BENCH, "--seconds 0.2 " + options, input);
  }

  TemporaryFolder folder_;
  std::string model_;
};

TEST_F(Bench, PrintsAllThatPeersPrint) {
  const ProgramResult result = Run(model_);
  ASSERT_EQ(result.code, 0) << result.message;
  for (const char *column :
       {"first", "min", "mean", "std", "p5", "p50", "p90", "p95", "p99", "max", "process ms",
        "open ms", "create ms", "first run ms", "first answer ms", "resident",
        "until the first answer: ", " MB, the file + "})
    EXPECT_THAT(result.output, HasSubstr(column));
}

TEST_F(Bench, WritesJsonAndCsv) {
  const ProgramResult result = Run("--runs 20 --profile --json " + folder_.path("o.json") +
                                   " --csv " + folder_.path("o.csv") + " " + model_);
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *root = json_load_file(folder_.path("o.json").c_str(), 0, nullptr);
  json_t *row = json_array_get(json_object_get(root, "models"), 0);
  EXPECT_EQ(json_integer_value(json_object_get(row, "runs")), 20);
  json_t *latency = json_object_get(row, "latency_ms");
  const auto number = [&](const char *key) {
    return json_number_value(json_object_get(latency, key));
  };
  EXPECT_GT(number("min"), 0);
  EXPECT_LE(number("min"), number("p50"));
  EXPECT_LE(number("p50"), number("max"));
  double answered = json_number_value(json_object_get(root, "process_ms"));
  EXPECT_GT(answered, 0);
  for (const char *name : {"open_ms", "create_ms", "first_run_ms"})
    answered += json_number_value(json_object_get(row, name));
  EXPECT_NEAR(json_number_value(json_object_get(row, "first_answer_ms")), answered, 1e-9);
  json_t *op = json_array_get(json_object_get(row, "operators"), 0);
  EXPECT_STREQ(json_string_value(json_object_get(op, "name")), "average");
  EXPECT_DOUBLE_EQ(json_number_value(json_object_get(op, "share")), 1);
  EXPECT_TRUE(json_is_object(json_object_get(root, "conditions")));
  json_decref(root);
  EXPECT_THAT(folder_.read("o.csv"), AllOf(StartsWith("file,mode,threads,batch"),
                                           HasSubstr(",first_run_ms,first_answer_ms,"),
                                           HasSubstr("\"" + model_ + "\",float,1,1,")));
}

TEST_F(Bench, TheLimitDecidesTheExitCode) {
  EXPECT_EQ(Run("--max-ms 100000 " + model_).code, 0);
  const ProgramResult result = Run("--max-ms 0.0000001 " + model_);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.message, HasSubstr("above the limit"));
}

TEST_F(Bench, ComparesTwoModels) {
  const ProgramResult result =
      Run("--compare --json " + folder_.path("o.json") + " " + model_ + " " + model_);
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *root = json_load_file(folder_.path("o.json").c_str(), 0, nullptr);
  json_t *c = json_object_get(root, "comparison");
  EXPECT_LE(json_number_value(json_object_get(c, "low")),
            json_number_value(json_object_get(c, "ratio")));
  EXPECT_GE(json_number_value(json_object_get(c, "high")),
            json_number_value(json_object_get(c, "ratio")));
  EXPECT_THAT(result.output, HasSubstr(json_string_value(json_object_get(c, "verdict"))));
  json_decref(root);
  EXPECT_EQ(Run("--compare " + model_).code, 2);
}

TEST_F(Bench, MeasuresOnImages) {
  WriteColourImages(folder_, "data/test");
  const ProgramResult result =
      Run("--batch 2 --threads 2 --images " + folder_.path("data") + " " + model_);
  ASSERT_EQ(result.code, 0) << result.message;
  EXPECT_THAT(result.output, AllOf(HasSubstr("decode ms"), HasSubstr("preprocess ms"),
                                   HasSubstr("run of 2 images")));
}

TEST_F(Bench, AnswersRequestsOnStandardInput) {
  const ProgramResult result = RunProgram(OCTAVO_BENCH, "--stdin " + model_, "3\n1\n");
  ASSERT_EQ(result.code, 0) << result.message;
  std::istringstream lines(result.output);
  std::string line;
  std::vector<json_t *> answers;
  while (std::getline(lines, line))
    answers.push_back(json_loads(line.c_str(), 0, nullptr));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_GT(json_number_value(json_object_get(answers[0], "first_ms")), 0);
  EXPECT_EQ(json_array_size(answers[1]), 3u);
  EXPECT_EQ(json_array_size(answers[2]), 1u);
  for (json_t *answer : answers)
    json_decref(answer);
  EXPECT_EQ(RunProgram(OCTAVO_BENCH, "--stdin " + model_, "many\n").code, 1);
}

TEST_F(Bench, RefusesWhatItCannotUse) {
  const ProgramResult missing = Run(folder_.path("none.octavo"));
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.message, HasSubstr("none.octavo"));
  EXPECT_EQ(Run("").code, 2);
  EXPECT_EQ(Run("--threads many " + model_).code, 2);
  EXPECT_EQ(Run("--images " + folder_.path("none") + " " + model_).code, 1);
  EXPECT_EQ(Run("--json " + folder_.path("no/such/folder.json") + " " + model_).code, 1);
}

TEST_F(Bench, RefusesWhatWouldDoNothing) {
  for (const char *options : {"--image-limit 3", "--split all"})
    EXPECT_THAT(Run(options + (" " + model_)).message, HasSubstr("does nothing without --images"));
  EXPECT_THAT(Run("--sort time " + model_).message, HasSubstr("does nothing without --profile"));
  for (const char *option : {"--warmup 1", "--runs 1", "--seconds 1", "--images x", "--compare",
                             "--profile", "--max-ms 1", "--json x", "--csv x"}) {
    const ProgramResult result =
        RunProgram(OCTAVO_BENCH, std::string("--stdin ") + option + " " + model_);
    EXPECT_EQ(result.code, 2) << option;
    EXPECT_THAT(result.message, HasSubstr("exclude each other")) << option;
  }
}

TEST(Programs, HelpNamesUsageAndExitCodes) {
  for (const char *program : {OCTAVO_BENCH, OCTAVO_EVAL, OCTAVO_MAKE_NETWORK, OCTAVO_MAKE_IMAGES}) {
    const ProgramResult result = RunProgram(program, "--help");
    EXPECT_EQ(result.code, 0) << program;
    EXPECT_THAT(result.output, AllOf(HasSubstr("Usage: octavo-"), HasSubstr("Exit codes:")));
    EXPECT_EQ(RunProgram(program, "--no-such-option").code, 2) << program;
  }
}

TEST(Programs, MakeImagesGivesTheSameFilesEachTime) {
  const TemporaryFolder folder;
  for (const char *name : {"a", "b"})
    ASSERT_EQ(RunProgram(OCTAVO_MAKE_IMAGES, folder.path(name) + " --count 2").code, 0);
  for (const char *file : {"/train/heart/0001.png", "/test/star/0000.png"}) {
    EXPECT_NE(folder.read(std::string("a") + file), "");
    EXPECT_EQ(folder.read(std::string("a") + file), folder.read(std::string("b") + file));
  }
  EXPECT_NE(folder.read("a/test/star/0000.png"), folder.read("a/train/star/0000.png"));
  EXPECT_NE(folder.read("a/test/star/0000.png"), folder.read("a/test/star/0001.png"));
}

TEST(Programs, MakeNetworkSaysWhatIsWrong) {
  const TemporaryFolder folder;
  EXPECT_THAT(RunProgram(OCTAVO_MAKE_NETWORK, "--list").output, HasSubstr("mobilenetv2"));
  EXPECT_EQ(RunProgram(OCTAVO_MAKE_NETWORK, "nonet -o " + folder.path("x")).code, 2);
  EXPECT_EQ(RunProgram(OCTAVO_MAKE_NETWORK, "resnet8").code, 2);
  EXPECT_EQ(
      RunProgram(OCTAVO_MAKE_NETWORK, "resnet8 --qdq u8 --batch-norm -o " + folder.path("x")).code,
      2);
  EXPECT_EQ(RunProgram(OCTAVO_MAKE_NETWORK, "resnet8 -o " + folder.path("no/folder.onnx")).code, 1);
  EXPECT_TRUE(folder.names().empty());
}

} // namespace
