// octavo-eval as a program, on images and models whose right answers are known.
#include "tests/benchmarks/colour_model.h"
#include "tests/benchmarks/program.h"

#include <gmock/gmock.h>
#include <jansson.h>

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Eval : public ::testing::Test {
protected:
  Eval() {
    WriteColourImages(folder_, "data/test");
    folder_.write("rgb.octavo", ColourModelBytes({}));
    ColourModel swapped;
    swapped.bgr = true;
    folder_.write("bgr.octavo", ColourModelBytes(swapped));
  }
  ~Eval() override {
    json_decref(root_);
  }

  std::string Path(const std::string &name) const {
    return folder_.path(name);
  }
  // Evaluates the models named and reads the JSON.
  void Evaluate(const std::string &options, const std::string &models,
                const std::string &data = "data") {
    std::string words = "--data " + Path(data) + " --json " + Path("out.json") + " " + options;
    for (size_t at = 0; at < models.size(); at = models.find(' ', at) + 1) {
      words += " " + Path(models.substr(at, models.find(' ', at) - at));
      if (models.find(' ', at) == std::string::npos)
        break;
    }
    result_ = RunProgram(OCTAVO_EVAL, words);
    root_ = json_load_file(Path("out.json").c_str(), 0, nullptr);
  }
  json_t *Row(size_t index) const {
    return json_array_get(json_object_get(root_, "models"), index);
  }
  double Number(size_t row, const char *key) const {
    return json_number_value(json_object_get(Row(row), key));
  }
  bool IsNull(size_t row, const char *key) const {
    return json_is_null(json_object_get(Row(row), key));
  }

  TemporaryFolder folder_;
  ProgramResult result_;
  json_t *root_ = nullptr;
};

TEST_F(Eval, CountsWhatIsRightAndWhatAgrees) {
  Evaluate("", "rgb.octavo bgr.octavo");
  ASSERT_EQ(result_.code, 0) << result_.message;
  EXPECT_EQ(json_integer_value(json_object_get(root_, "images")), 12);
  // One of twelve is in the wrong folder.
  EXPECT_DOUBLE_EQ(Number(0, "accuracy"), 100.0 * 11 / 12);
  EXPECT_DOUBLE_EQ(Number(0, "agreement"), 100);
  // With red and blue swapped only the four green ones are right, and they and the one in the wrong
  // folder, green too, are what both agree on.
  EXPECT_DOUBLE_EQ(Number(1, "accuracy"), 100.0 * 4 / 12);
  EXPECT_DOUBLE_EQ(Number(1, "agreement"), 100.0 * 5 / 12);
  EXPECT_EQ(result_.message, "") << "no progress bar in a pipe";
}

TEST_F(Eval, JsonRowsHaveWhatIsPromised) {
  Evaluate("", "rgb.octavo");
  ASSERT_EQ(result_.code, 0) << result_.message;
  EXPECT_EQ(Path("rgb.octavo"), json_string_value(json_object_get(Row(0), "file")));
  EXPECT_EQ(Number(0, "bytes"), static_cast<double>(ColourModelBytes({}).size()));
  EXPECT_EQ(Number(0, "ratio"), 1);
  EXPECT_GT(Number(0, "latency_ms"), 0);
  EXPECT_NEAR(Number(0, "images_per_second"), 1e3 / Number(0, "latency_ms"), 1e-6);
  EXPECT_EQ(json_integer_value(json_object_get(root_, "skipped")), 0);
  EXPECT_EQ(json_integer_value(json_object_get(root_, "threads")), 1);
}

TEST_F(Eval, TheOrderOfLabelsDoesNotMatter) {
  ColourModel model;
  model.labels = {"RED", "GREEN", "BLUE"};
  folder_.write("capital.octavo", ColourModelBytes(model));
  Evaluate("", "capital.octavo");
  EXPECT_DOUBLE_EQ(Number(0, "accuracy"), 100.0 * 11 / 12);
  EXPECT_STREQ(json_string_value(json_object_get(Row(0), "labels_matched_by")), "name");
}

TEST_F(Eval, WithoutLabelsInTheModelTheOrderCounts) {
  ColourModel model;
  model.labels = {};
  folder_.write("bare.octavo", ColourModelBytes(model));
  Evaluate("", "bare.octavo");
  // The folders in order are blue, green, red; the outputs red, green, blue: right are the four
  // green ones.
  EXPECT_DOUBLE_EQ(Number(0, "accuracy"), 100.0 * 4 / 12);
  EXPECT_STREQ(json_string_value(json_object_get(Row(0), "labels_matched_by")), "index");
}

TEST_F(Eval, ForeignClassesGiveAgreementOnly) {
  ColourModel model;
  model.labels = {"cat", "dog", "bird"};
  folder_.write("animals.octavo", ColourModelBytes(model));
  Evaluate("", "animals.octavo");
  EXPECT_EQ(result_.code, 0);
  EXPECT_TRUE(IsNull(0, "accuracy"));
  EXPECT_DOUBLE_EQ(Number(0, "agreement"), 100);
  EXPECT_THAT(result_.output, HasSubstr("agreement only, no accuracy"));
}

TEST_F(Eval, ImagesOfClassesTheModelDoesNotKnowDoNotCount) {
  ColourModel model;
  model.labels = {"red", "green", "ultramarine"};
  folder_.write("some.octavo", ColourModelBytes(model));
  Evaluate("", "some.octavo");
  EXPECT_DOUBLE_EQ(Number(0, "accuracy"), 100.0 * 7 / 8);
  EXPECT_THAT(result_.output, HasSubstr("2 of 3 classes"));
}

TEST_F(Eval, NoLabelsAndFlatFoldersGiveAgreementOnly) {
  Evaluate("--no-labels", "rgb.octavo");
  EXPECT_TRUE(IsNull(0, "accuracy"));
  json_decref(root_);
  WriteColour(folder_, "flat/a.png", 255, 0, 0);
  Evaluate("", "rgb.octavo", "flat");
  EXPECT_EQ(result_.code, 0) << result_.message;
  EXPECT_TRUE(IsNull(0, "accuracy"));
}

TEST_F(Eval, ConfusionHasARowPerClass) {
  Evaluate("--confusion", "rgb.octavo");
  ASSERT_EQ(result_.code, 0) << result_.message;
  json_t *matrix = json_object_get(Row(0), "confusion");
  // Classes blue, green, red; outputs red, green, blue.
  const json_int_t expected[3][3] = {{0, 0, 4}, {0, 4, 0}, {3, 1, 0}};
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < 3; i++)
      EXPECT_EQ(json_integer_value(json_array_get(json_array_get(matrix, c), i)), expected[c][i])
          << c << ", " << i;
  EXPECT_THAT(result_.output, HasSubstr("Confusion of"));
}

TEST_F(Eval, LimitTakesEvenlyFromTheClasses) {
  Evaluate("--limit 6 --confusion", "rgb.octavo");
  EXPECT_EQ(json_integer_value(json_object_get(root_, "images")), 6);
  for (size_t c = 0; c < 3; c++) {
    json_int_t sum = 0;
    for (size_t i = 0; i < 3; i++)
      sum += json_integer_value(
          json_array_get(json_array_get(json_object_get(Row(0), "confusion"), c), i));
    EXPECT_EQ(sum, 2);
  }
}

TEST_F(Eval, AFewUnreadableImagesAreSkippedAndCounted) {
  folder_.write("data/test/red/broken.png", "this is no picture");
  Evaluate("", "rgb.octavo");
  EXPECT_EQ(result_.code, 0) << result_.message;
  EXPECT_EQ(json_integer_value(json_object_get(root_, "skipped")), 1);
  EXPECT_EQ(json_integer_value(json_object_get(root_, "images")), 12);
  EXPECT_THAT(result_.output, HasSubstr("broken.png"));
}

TEST_F(Eval, ManyUnreadableImagesAreAFailure) {
  for (const char *name : {"1", "2", "3"})
    folder_.write(std::string("data/test/red/broken") + name + ".png", "this is no picture");
  Evaluate("", "rgb.octavo");
  EXPECT_EQ(result_.code, 1);
  EXPECT_THAT(result_.message, HasSubstr("more than a tenth of 15 images"));
  EXPECT_EQ(root_, nullptr) << "no report";
}

TEST_F(Eval, RefusesWhatItCannotUse) {
  ColourModel model;
  model.preprocessing = false;
  folder_.write("values.octavo", ColourModelBytes(model));
  Evaluate("", "values.octavo");
  EXPECT_EQ(result_.code, 1);
  EXPECT_THAT(result_.message, HasSubstr("expected a model that takes images"));
  Evaluate("", "rgb.octavo", "nothing");
  EXPECT_EQ(result_.code, 1);
  Evaluate("", "nothing.octavo");
  EXPECT_EQ(result_.code, 1);
  EXPECT_EQ(RunProgram(OCTAVO_EVAL, Path("rgb.octavo")).code, 2) << "no --data";
  const std::string usual = "--data " + Path("data") + " " + Path("rgb.octavo");
  EXPECT_THAT(RunProgram(OCTAVO_EVAL, usual + " --seed 2").message,
              HasSubstr("--seed does nothing without --limit"));
  EXPECT_THAT(RunProgram(OCTAVO_EVAL, usual + " --confusion --no-labels").message,
              HasSubstr("--confusion and --no-labels exclude each other"));
  EXPECT_EQ(RunProgram(OCTAVO_EVAL, "--data " + Path("data")).code, 2) << "no model";
}

} // namespace
