// octavo-run as a program, with a model whose answers follow from arithmetic.
#include "tests/benchmarks/colour_model.h"
#include "tests/benchmarks/program.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <cmath>

namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Run : public testing::Test {
protected:
  Run() {
    folder_.write("m.octavo", ColourModelBytes({}));
    WriteColour(folder_, "red.png", 200, 10, 30);
    WriteColour(folder_, "blue.png", 0, 0, 255);
    folder_.write("bad.png", "hello");
  }
  ~Run() override {
    json_decref(root_);
  }
  std::string Path(const std::string &name) const {
    return folder_.path(name);
  }
  // Runs it on the model with words that begin with "@" standing for files of the folder.
  ProgramResult Start(const std::string &words) const {
    std::string replaced;
    for (char c : words)
      replaced += c == '@' ? Path("") + "/" : std::string(1, c);
    return RunProgram(OCTAVO_RUN, replaced);
  }
  json_t *Parse(const ProgramResult &result) {
    json_error_t error;
    json_decref(root_);
    root_ = json_loads(result.output.c_str(), 0, &error);
    EXPECT_NE(root_, nullptr) << error.text << "\n" << result.output;
    return root_;
  }

  TemporaryFolder folder_;
  json_t *root_ = nullptr;
};

// Softmax of the channels' means, 200/255, 10/255 and 30/255.
TEST_F(Run, ProbabilitiesOfAKnownImage) {
  const ProgramResult result = Start("@m.octavo @red.png");
  EXPECT_EQ(result.code, 0) << result.message;
  EXPECT_EQ(result.message, "");
  const double red = std::exp(200 / 255.0), green = std::exp(10 / 255.0),
               blue = std::exp(30 / 255.0), sum = red + green + blue;
  char expected[256];
  snprintf(expected, sizeof expected,
           "%s (8 × 8)\n  red   %6.2f %%\n  blue  %6.2f %%\n  green %6.2f %%\n  decode ",
           Path("red.png").c_str(), red / sum * 100, blue / sum * 100, green / sum * 100);
  EXPECT_THAT(result.output, StartsWith(expected));
  for (const char *part : {" + preprocess ", " + infer ", " ms = "})
    EXPECT_THAT(result.output, HasSubstr(part));
}

TEST_F(Run, Json) {
  const ProgramResult result =
      Start("@m.octavo @red.png @blue.png --json --top 1 --repeat 3 --threads 2 --info --profile");
  ASSERT_EQ(result.code, 0) << result.message;
  json_t *root = Parse(result);
  json_t *images = json_object_get(root, "images");
  ASSERT_EQ(json_array_size(images), 2u);
  json_t *blue = json_array_get(images, 1);
  EXPECT_EQ(json_string_value(json_object_get(blue, "file")), Path("blue.png"));
  EXPECT_EQ(json_integer_value(json_object_get(blue, "width")), 8);
  json_t *top = json_object_get(blue, "top");
  ASSERT_EQ(json_array_size(top), 1u);
  EXPECT_STREQ(json_string_value(json_object_get(json_array_get(top, 0), "label")), "blue");
  EXPECT_EQ(json_integer_value(json_object_get(json_array_get(top, 0), "index")), 2);
  EXPECT_NEAR(json_number_value(json_object_get(json_array_get(top, 0), "probability")),
              std::exp(1.0) / (std::exp(1.0) + 2), 1e-5);
  json_t *latency = json_object_get(blue, "latency_ms");
  EXPECT_EQ(json_integer_value(json_object_get(latency, "repeat")), 3);
  for (const char *stage : {"decode", "preprocess", "infer"})
    EXPECT_GT(json_number_value(json_object_get(latency, stage)), 0.0) << stage;
  EXPECT_EQ(json_integer_value(json_object_get(root, "threads")), 2);
  json_t *profile = json_object_get(root, "profile");
  ASSERT_EQ(json_array_size(profile), 1u);
  EXPECT_EQ(json_integer_value(json_object_get(json_array_get(profile, 0), "runs")), 6);
  json_t *info = json_object_get(root, "info");
  EXPECT_EQ(json_array_size(json_object_get(info, "labels")), 3u);
  EXPECT_STREQ(json_string_value(json_object_get(json_object_get(info, "provenance"), "mode")),
               "float");
  EXPECT_NEAR(json_number_value(json_object_get(json_object_get(info, "preprocessing"), "scale")),
              1 / 255.0, 1e-8);
}

TEST_F(Run, ABadImageDoesNotStopTheOthers) {
  const ProgramResult result = Start("@m.octavo @red.png @bad.png @none.png @blue.png");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.message, HasSubstr("bad.png: expected a JPEG or PNG image"));
  EXPECT_THAT(result.message, HasSubstr("none.png: cannot be opened"));
  EXPECT_THAT(result.output, HasSubstr("red.png (8 × 8)"));
  EXPECT_THAT(result.output, HasSubstr("blue.png (8 × 8)"));
  const ProgramResult json = Start("@m.octavo @bad.png @blue.png --json");
  EXPECT_EQ(json.code, 1);
  json_t *images = json_object_get(Parse(json), "images");
  ASSERT_EQ(json_array_size(images), 2u);
  EXPECT_NE(json_object_get(json_array_get(images, 0), "error"), nullptr);
  EXPECT_NE(json_object_get(json_array_get(images, 1), "top"), nullptr);
}

TEST_F(Run, InfoAndProfileAreTables) {
  const ProgramResult info = Start("@m.octavo --info");
  EXPECT_EQ(info.code, 0) << info.message;
  for (const char *part : {"| Input ", "image float32 1×8×8×3", "| resize to 8×8, crop 8×8, RGB",
                           "| average | global_average_pool | float32 | 1×3 "})
    EXPECT_THAT(info.output, HasSubstr(part));
  const ProgramResult profile = Start("@m.octavo --profile --repeat 7");
  EXPECT_EQ(profile.code, 0) << profile.message;
  EXPECT_THAT(profile.output, HasSubstr("| average | global_average_pool |"));
  EXPECT_THAT(profile.output, HasSubstr("7 runs"));
}

TEST_F(Run, VerifyWithoutTestVectorsFails) {
  const ProgramResult result = Start("@m.octavo --verify");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.message, HasSubstr("test vector"));
  const ProgramResult json = Start("@m.octavo --verify --json");
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(json_is_false(json_object_get(json_object_get(Parse(json), "verify"), "passed")));
}

TEST_F(Run, ModelsThatCannotBeUsed) {
  ColourModel no_images;
  no_images.preprocessing = false;
  folder_.write("plain.octavo", ColourModelBytes(no_images));
  const ProgramResult plain = Start("@plain.octavo @red.png --profile");
  EXPECT_EQ(plain.code, 1);
  EXPECT_THAT(plain.message, HasSubstr("plain.octavo: the model takes no images"));
  EXPECT_EQ(plain.output, "");
  const ProgramResult folder = Start("@ @red.png");
  EXPECT_EQ(folder.code, 1);
  EXPECT_THAT(folder.message, HasSubstr("is a folder, expected an Octavo model"));
  EXPECT_EQ(Start("@red.png @red.png").code, 1);
}

TEST_F(Run, UnlabelledClassesGoByTheirNumber) {
  ColourModel model;
  model.labels.clear();
  folder_.write("plain.octavo", ColourModelBytes(model));
  const ProgramResult result = Start("@plain.octavo @blue.png --top 1");
  EXPECT_EQ(result.code, 0) << result.message;
  EXPECT_THAT(result.output, HasSubstr("  class 2  57.61 %")); // e / (e + 2)
}

TEST_F(Run, UsageAndOutputErrors) {
  EXPECT_EQ(Start("").code, 2);
  EXPECT_THAT(Start("@m.octavo").message, HasSubstr("nothing to do"));
  EXPECT_EQ(Start("@m.octavo @red.png --top 0").code, 2);
  const ProgramResult help = Start("--help");
  EXPECT_EQ(help.code, 0);
  for (const char *part : {"--top", "--threads", "--repeat", "--json", "--info", "--profile",
                           "--verify", "Exit codes:"})
    EXPECT_THAT(help.output, HasSubstr(part));
  // A full disk is no success.
  const ProgramResult full = Start("@m.octavo @red.png >/dev/full 2>/dev/null; echo code $?");
  EXPECT_EQ(full.output, "code 1\n");
}

} // namespace
