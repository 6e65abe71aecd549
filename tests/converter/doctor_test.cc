/* octavo-convert --doctor as its users call it. */
#include "tests/converter/blue_network.h"
#include "tests/converter/program.h"

#include <jansson.h>

#include <fstream>

namespace {

using testing::HasSubstr;
using testing::Not;

class Doctor : public testing::Test {
protected:
  void SetUp() override {
    octavo_preprocessing wrong = PlainRule();
    wrong.bgr = true;
    const float mean[] = {0.406f, 0.456f, 0.485f}, std[] = {0.225f, 0.224f, 0.229f};
    std::copy(mean, mean + 3, wrong.mean);
    std::copy(std, std + 3, wrong.std);
    Write("wrong.octavo", wrong);
    Write("right.octavo", PlainRule());
    WriteColour(Path("blue.png"), 12, 8, 0, 0, 128);
  }
  void Write(const char *name, const octavo_preprocessing &rule) {
    std::ofstream(Path(name), std::ios::binary) << BlueNetwork(rule);
  }
  std::string Path(const std::string &name) const {
    return folder_.Path(name);
  }
  ProgramResult Run(const char *model, std::vector<std::string> more) {
    more.insert(more.begin(), {"--doctor", Path(model)});
    return RunProgram(OCTAVO_CONVERT, more);
  }
  void ExpectFailure(const ProgramResult &r, const std::string &message, int code) {
    EXPECT_EQ(r.code, code) << r.output;
    EXPECT_THAT(r.errors, HasSubstr(message));
  }
  TemporaryFolder folder_;
};

TEST_F(Doctor, FindsWhatIsWrongAndSaysWhatToPass) {
  const ProgramResult r =
      Run("wrong.octavo", {Path("blue.png"), "--expect", "mid", "--json", Path("d.json")});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("first for 0 of 1"));
  EXPECT_THAT(r.output, HasSubstr("It is fed wrongly: with channels RGB, values 0..1"));
  EXPECT_THAT(r.output, HasSubstr("pass exactly these: --mean 0 --std 1 --"));
  EXPECT_THAT(r.output, HasSubstr("| now |"));
  EXPECT_THAT(r.output, HasSubstr("Few images can mislead"));
  json_t *root = json_load_file(Path("d.json").c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  EXPECT_STREQ(json_string_value(json_object_get(root, "finding")), "mistake");
  const json_t *best = json_array_get(json_object_get(root, "candidates"), 0);
  EXPECT_STREQ(json_string_value(json_object_get(best, "channels")), "RGB");
  EXPECT_STREQ(json_string_value(json_object_get(best, "values")), "0..1");
  EXPECT_STREQ(json_string_value(json_object_get(best, "layout")), "as it is");
  /* mid = 10 · 128/255 against 2.5. */
  EXPECT_NEAR(json_number_value(json_object_get(best, "probability")),
              1.0 / (1.0 + std::exp(2.5 - 1280.0 / 255)), 1e-5);
  json_decref(root);
}

TEST_F(Doctor, LeavesWhatIsRight) {
  const ProgramResult r = Run("right.octavo", {Path("blue.png"), "--expect", "1"});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("Nothing that was tried does better"));
  EXPECT_THAT(r.output, Not(HasSubstr("pass exactly")));
}

TEST_F(Doctor, SaysWhenNothingHelps) {
  WriteColour(Path("black.png"), 8, 8, 0, 0, 0);
  const ProgramResult r = Run("right.octavo", {Path("black.png"), "--expect", "mid"});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("look for the mistake elsewhere"));
}

TEST_F(Doctor, ALabelledFolder) {
  std::filesystem::create_directories(Path("set/a"));
  std::filesystem::create_directories(Path("set/b"));
  for (int i = 0; i < 6; i++) {
    WriteColour(Path("set/a/" + std::to_string(i) + ".png"), 8, 8, 0, 0, (uint8_t)(20 + i));
    WriteColour(Path("set/b/" + std::to_string(i) + ".png"), 8, 8, 0, 0, (uint8_t)(120 + i));
  }
  const ProgramResult r = Run("wrong.octavo", {"--data", Path("set")});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output,
              HasSubstr("values 0..1, size stretched, layout as it is it is first for 12"));
  EXPECT_THAT(r.output, Not(HasSubstr("Few images")));
  std::filesystem::create_directories(Path("set/c"));
  WriteColour(Path("set/c/0.png"), 8, 8, 0, 0, 0);
  ExpectFailure(Run("wrong.octavo", {"--data", Path("set")}), "found 3", 1);
}

TEST_F(Doctor, Mistakes) {
  const std::string blue = Path("blue.png");
  ExpectFailure(Run("right.octavo", {}), "--doctor needs images", 2);
  ExpectFailure(Run("right.octavo", {blue}), "--expect CLASS", 2);
  ExpectFailure(Run("right.octavo", {blue, "--expect", "mid", "-o", Path("x")}), "--output", 2);
  ExpectFailure(Run("right.octavo", {blue, "--expect", "mud"}), "did you mean", 1);
  ExpectFailure(Run("right.octavo", {blue, "--expect", "2"}), "2 classes", 1);
  ExpectFailure(Run("right.octavo", {Path("none.png"), "--expect", "mid"}), "none.png", 1);
  ExpectFailure(Run("right.octavo", {blue, "--expect", "mid", "--bgr"}), "says itself", 1);
  ExpectFailure(Run("none.onnx", {blue, "--expect", "mid"}), "none.onnx", 1);
  ExpectFailure(Run("blue.png", {blue, "--expect", "mid"}), "blue.png", 1);
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {Path("a.onnx"), "b.onnx", "-o", Path("x")}),
                "one network", 2);
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {Path("a.onnx"), "-o", Path("x"), "--expect", "1"}),
                "--doctor", 2);
}

TEST_F(Doctor, AnOnnxNetworkKnowsItsRule) {
  WriteColour(Path("grey.png"), 32, 32, 100, 100, 100);
  const ProgramResult r = RunProgram(
      OCTAVO_CONVERT, {"--doctor", OCTAVO_RESNET20, Path("grey.png"), "--expect", "ship"});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("| the model's "));
  EXPECT_THAT(r.output, HasSubstr("fed in 80 ways")) << "its own values and 7 others";
}

} // namespace
