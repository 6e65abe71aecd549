/* octavo-convert as its users call it: messages, exit codes, and that no file appears on failure.
 */
extern "C" {
#include "benchmarks/networks/builder.h"
}
#include "octavo.h"
#include "tests/converter/metadata.h"
#include "tests/converter/program.h"
#include "tests/converter/tiny_network.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/* input [N,3,16,16] → conv, ReLU → conv → add, ReLU → pool → 10 classes. */
void WriteNetwork(const std::string &path) {
  const net_options options = {3, 16, 10, NET_FLOAT, true};
  net_builder *b = net_create("small", &options);
  const net_value x = net_conv(b, net_input(b), "stem", {8, 3, 1, 1, 1, NET_RELU});
  const net_value y = net_conv(b, x, "body", {8, 3, 1, 1, 1, NET_LINEAR});
  const net_value sum = net_add(b, x, y, "sum", NET_RELU);
  const net_value pooled = net_global_average_pool(b, sum, "pool");
  net_output(b, net_gemm(b, net_flatten(b, pooled, "flatten"), "head", 10, NET_LINEAR));
  octavo_error error = {};
  ASSERT_EQ(net_save(b, path.c_str(), &error), OCTAVO_OK) << error.text;
  net_free(b);
}

class Program : public testing::Test {
protected:
  static void SetUpTestSuite() {
    shared_ = new TemporaryFolder;
    WriteNetwork(shared_->Path("net.onnx"));
    WriteImages(shared_->Path("images"), 24, 20, 16);
  }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  std::string Network() const {
    return shared_->Path("net.onnx");
  }
  std::string Images() const {
    return shared_->Path("images");
  }
  std::string Output() const {
    return folder_.Path("net.octavo");
  }

  /* Converts with the network, the output and these. */
  ProgramResult Convert(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {Network(), "-o", Output()});
    return RunProgram(OCTAVO_CONVERT, arguments);
  }

  void ExpectFailure(const ProgramResult &result, const std::string &message, int code = 1) {
    EXPECT_EQ(result.code, code) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr(message));
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(std::filesystem::is_empty(folder_.Path())) << "nothing may be left behind";
  }

  static TemporaryFolder *shared_;
  TemporaryFolder folder_;
};
TemporaryFolder *Program::shared_ = nullptr;

TEST_F(Program, HelpTellsEveryOption) {
  const ProgramResult r = RunProgram(OCTAVO_CONVERT, {"--help"});
  EXPECT_EQ(r.code, 0);
  for (const char *option :
       {"--output",       "--mode",       "--calib",    "--calib-count", "--calibrator",
        "--seed",         "--keep-float", "--max-drop", "--search",      "--require-int8",
        "--preset",       "--scale",      "--mean",     "--std",         "--size",
        "--resize",       "--crop",       "--bgr",      "--labels",      "--data",
        "--test-vectors", "--json",       "--threads",  "--verbose",     "--quiet",
        "--export-qdq",   "--operators",  "--plan",     "--write-plan",  "--report",
        "--doctor",       "--expect",     "Exit codes"})
    EXPECT_THAT(r.output, HasSubstr(option));
}

TEST_F(Program, WrongUsageIsExitCode2) {
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {}), "Usage", 2);
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {Network()}), "--output", 2);
  ExpectFailure(Convert({"--calibre", "x"}), "did you mean --calib", 2);
  ExpectFailure(Convert({"--mode", "int4"}), "static", 2);
  ExpectFailure(Convert({"--calib-count", "0"}), "--calib-count", 2);
  ExpectFailure(Convert({"--scale", "1,2"}), "--scale", 2);
  ExpectFailure(Convert({"--verbose", "--quiet"}), "exclude", 2);
}

TEST_F(Program, PrecisionOptionsThatCannotWorkAreWrongUsage) {
  ExpectFailure(Convert({"--calib", Images(), "--data", Images(), "--search"}),
                "--search and --output exclude each other", 2);
  ExpectFailure(Convert({"--calib", Images(), "--max-drop", "1"}),
                "--max-drop does nothing without --data", 2);
  ExpectFailure(Convert({"--mode", "static-eager", "--calib", Images()}), "--plan FILE is missing",
                2);
  ExpectFailure(Convert({"--calib", Images(), "--plan", "p"}), "--plan goes with", 2);
  ExpectFailure(Convert({"--mode", "float", "--keep-float", "stem"}), "--mode static", 2);
  ExpectFailure(Convert({"--calib", Images(), "--keep-float", "stam"}), "closest names are stem");
}

TEST_F(Program, OptionsThatWouldDoNothingAreWrongUsage) {
  for (const char *mode : {"float", "dynamic"})
    ExpectFailure(Convert({"--mode", mode, "--require-int8"}), "nothing is ", 2);
  for (const std::vector<std::string> &option :
       {std::vector<std::string>{"--calib-report", "c.csv"},
        {"--json", "s.json"},
        {"--test-vectors", "1"},
        {"--report", "r.html"},
        {"--write-plan", "p"}}) {
    std::vector<std::string> arguments = {"--calib", Images(), "--export-qdq"};
    arguments.insert(arguments.end(), option.begin(), option.end());
    ExpectFailure(Convert(arguments), "--export-qdq and " + option[0] + " exclude each other", 2);
  }
  for (const std::vector<std::string> &option :
       {std::vector<std::string>{"--calib-report", "c.csv"},
        {"--max-drop", "1"},
        {"--test-vectors", "1"},
        {"--report", "r.html"},
        {"--export-qdq"}}) {
    std::vector<std::string> arguments = {Network(), "--calib", Images(),
                                          "--data",  Images(),  "--search"};
    arguments.insert(arguments.end(), option.begin(), option.end());
    ExpectFailure(RunProgram(OCTAVO_CONVERT, arguments),
                  "--search and " + option[0] + " exclude each other", 2);
  }
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {"--doctor", Network(), "--data", Images(),
                                            "--write-plan", folder_.Path("p")}),
                "--doctor and --write-plan exclude each other", 2);
  ExpectFailure(
      RunProgram(OCTAVO_CONVERT, {"--doctor", Network(), "--data", Images(), "--export-qdq"}),
      "--doctor and --export-qdq exclude each other", 2);
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {Network(), "--plan", "a", "--write-plan", "b"}),
                "--plan: found with --write-plan", 2);
}

TEST_F(Program, PercentileGoesWithTheCalibratorThatReadsIt) {
  ExpectFailure(Convert({"--calib", Images(), "--percentile", "99"}),
                "--percentile: found without --calibrator percentile", 2);
  EXPECT_EQ(Convert({"--calib", Images(), "--percentile", "99", "--calibrator-for",
                     "body=percentile", "--quiet"})
                .code,
            0);
  TemporaryFolder other;
  const std::string plan = other.Path("net.plan");
  const std::vector<std::string> eager = {"--calib",      Images(), "--mode",
                                          "static-eager", "--plan", plan,
                                          "--percentile", "99",     "--quiet"};
  std::filesystem::remove(Output());
  ASSERT_EQ(RunProgram(OCTAVO_CONVERT, {Network(), "--write-plan", plan}).code, 0);
  ExpectFailure(Convert(eager), "a plan that observes nothing with percentile", 2);
  ASSERT_EQ(
      RunProgram(OCTAVO_CONVERT, {Network(), "--write-plan", plan, "--calibrator", "percentile"})
          .code,
      0);
  EXPECT_EQ(Convert(eager).code, 0);
}

TEST_F(Program, OptionsAreHeldAgainstWhatTheRunDoes) {
  ExpectFailure(Convert({"--mode", "dynamic", "--correct", "none", "--calibrator", "mse"}),
                "--calibrator, --correct: found with --mode dynamic, where it would do nothing, "
                "since nothing is calibrated; --calibrator goes with --mode static",
                2);
  ExpectFailure(RunProgram(OCTAVO_CONVERT, {Network(), "--write-plan", folder_.Path("p"), "--calib",
                                            Images(), "-o", Output()}),
                "--output, --calib: found with --write-plan, where it would do nothing, since the "
                "plan is made from the network alone; --output goes with any conversion, "
                "--export-qdq of a model file",
                2);
  ExpectFailure(Convert({"--mode", "float", "--calib-count", "9"}), "without --calib", 2);
  ExpectFailure(Convert({"--mode", "float", "--expect", "cat"}), "--expect goes with --doctor", 2);
}

/* What a plan has no use for, each with what else it needs. */
TEST_F(Program, APlanTakesNoOptionOfAConversion) {
  for (const std::vector<std::string> &option : {std::vector<std::string>{"--output", "x"},
                                                 {"--calib", "x"},
                                                 {"--calib-count", "9", "--calib", "x"},
                                                 {"--calibrator-for", "stem=mse"},
                                                 {"--percentile", "99"},
                                                 {"--calib-report", "x"},
                                                 {"--weights", "per-tensor"},
                                                 {"--correct", "none"},
                                                 {"--plan", "x"},
                                                 {"--keep-float", "stem"},
                                                 {"--max-drop", "1", "--data", "x"},
                                                 {"--search", "--data", "x"},
                                                 {"--require-int8"},
                                                 {"--preset", "cifar10"},
                                                 {"--scale", "1"},
                                                 {"--mean", "1"},
                                                 {"--std", "1"},
                                                 {"--size", "16"},
                                                 {"--resize", "16"},
                                                 {"--crop", "none"},
                                                 {"--bgr"},
                                                 {"--labels", "x"},
                                                 {"--data", "x"},
                                                 {"--test-vectors", "1"},
                                                 {"--report", "x.html", "--calib", "x"},
                                                 {"--expect", "x"},
                                                 {"--json", "x"}}) {
    std::vector<std::string> arguments = {Network(), "--write-plan", folder_.Path("p")};
    arguments.insert(arguments.end(), option.begin(), option.end());
    const ProgramResult r = RunProgram(OCTAVO_CONVERT, arguments);
    ExpectFailure(r, "found with --write-plan", 2);
    EXPECT_THAT(r.errors.substr(0, r.errors.find(": found")), HasSubstr(option[0])) << r.errors;
  }
}

TEST_F(Program, EveryUnsupportedOperatorIsTold) {
  const ProgramResult r = RunProgram(
      OCTAVO_CONVERT, {OCTAVO_TEST_DATA "/onnx/bad/unsupported_many.onnx", "-o", Output()});
  ExpectFailure(r, "2 operators of this network are not supported: Sinh (1: /a), Det (1: /y)");
  EXPECT_THAT(r.errors, StartsWith("Operators that are not supported, and their layers:\n"
                                   "  Sinh (1): /a\n  Det (1): /y\nnot checked, since"));
  const ProgramResult doctor =
      RunProgram(OCTAVO_CONVERT, {"--doctor", OCTAVO_TEST_DATA "/onnx/bad/unsupported_many.onnx",
                                  "--data", Images()});
  EXPECT_EQ(doctor.code, 1);
  EXPECT_EQ(doctor.errors, r.errors);
}

/* Nothing is calibrated then. */
TEST_F(Program, WhatAQuantizedNetworkCannotTakeIsRefused) {
  const std::string data = OCTAVO_TEST_DATA "/onnx/";
  const auto convert = [&](const char *file, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {data + file, "-o", Output()});
    return RunProgram(OCTAVO_CONVERT, arguments);
  };
  for (const std::vector<std::string> &arguments :
       {std::vector<std::string>{"--calib-report", folder_.Path("c.csv")},
        {"--calibrator-for", "conv=mse"},
        {"--correct", "bias"},
        {"--calibrator", "mse"},
        {"--percentile", "99", "--calibrator", "percentile"},
        {"--weights", "per-channel"},
        {"--mode", "dynamic"}})
    ExpectFailure(convert("torch_per_tensor.onnx", arguments), "is quantized already", 2);
  ExpectFailure(convert("qdq_mixed.onnx", {"--require-int8"}), "stays in float32");
  const ProgramResult r = convert("torch_per_tensor.onnx", {"--require-int8"});
  EXPECT_EQ(r.code, 0) << r.errors;
}

TEST_F(Program, KeptLayersAreFloat) {
  const ProgramResult r = Convert({"--calib", Images(), "--keep-float", "stem,head"});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("in float32: stem, head (2 of"));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_operator_info info;
  ASSERT_EQ(octavo_model_operator(model, 0, &info), OCTAVO_OK);
  EXPECT_STREQ(info.name, "stem");
  EXPECT_EQ(info.output.type, OCTAVO_FLOAT32);
  octavo_model_close(model);
}

/* ShuffleNet moves values in 48 layers that have no dynamic form. */
TEST_F(Program, ALongListOfFloatLayersIsCutUnlessVerbose) {
  const std::vector<std::string> arguments = {OCTAVO_TEST_DATA "/zoo/shufflenet_v2.onnx", "-o",
                                              Output(), "--mode", "dynamic"};
  ProgramResult r = RunProgram(OCTAVO_CONVERT, arguments);
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr(", and 36 more, which --verbose tells (48 of 68 layers)\n"));
  EXPECT_THAT(r.output, Not(HasSubstr("/ReduceMean")));
  const size_t begin = r.output.find("in float32: "), end = r.output.find(", and 36 more");
  ASSERT_LT(begin, end);
  EXPECT_EQ(std::count(r.output.begin() + (long)begin, r.output.begin() + (long)end, ','), 11)
      << "12 names";
  std::vector<std::string> verbose = arguments;
  verbose.push_back("--verbose");
  r = RunProgram(OCTAVO_CONVERT, verbose);
  EXPECT_THAT(r.output, HasSubstr("/ReduceMean (48 of 68 layers)\n"));
}

TEST_F(Program, EagerFollowsThePlanItWrote) {
  const std::string plan = folder_.Path("net.plan");
  ProgramResult r = RunProgram(OCTAVO_CONVERT, {Network(), "--write-plan", plan});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("--mode static-eager --plan " + plan));
  r = Convert({"--calib", Images(), "--mode", "static-eager", "--plan", plan});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("self-check passed"));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_STREQ(info.mode, "static-eager");
  octavo_model_close(model);
}

TEST_F(Program, APlanThatMakesNoSenseIsToldLineByLine) {
  TemporaryFolder other;
  const std::string plan = other.Path("bad.plan");
  std::ofstream(plan) << "quantize\nstam\nbody mse\n";
  const ProgramResult r = Convert({"--calib", Images(), "--mode", "static-eager", "--plan", plan});
  ExpectFailure(r, plan + ":2: modules: expected layers of the network, found 'stam'");
  EXPECT_THAT(r.errors, HasSubstr("does not fit the network"));
  ExpectFailure(Convert({"--calib", Images(), "--mode", "static-eager"}), "--write-plan", 2);
}

TEST_F(Program, SearchPrintsTheFrontAndWritesNothing) {
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {Network(), "--calib", Images(), "--data", Images(), "--search"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr(" layers in float32 | accuracy % |"));
  EXPECT_THAT(r.output, HasSubstr("for --keep-float"));
}

TEST_F(Program, StaticWithoutImagesSaysWhatToDo) {
  ExpectFailure(Convert({}), "--calib DIR");
}

TEST_F(Program, FloatEndToEnd) {
  const ProgramResult r = Convert({"--mode", "float"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("self-check passed"));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(octavo_model_verify(model, 1, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_STREQ(info.mode, "float");
  EXPECT_STREQ(info.source, "net.onnx");
  EXPECT_EQ(info.test_vectors, 2u);
  octavo_model_close(model);
}

TEST_F(Program, DynamicNeedsNoImages) {
  const ProgramResult r = Convert({"--mode", "dynamic"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("self-check passed"));
  EXPECT_THAT(r.output, Not(HasSubstr("calibrated")));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_STREQ(info.mode, "dynamic");
  EXPECT_EQ(info.calibration_images, 0u);
  EXPECT_EQ(octavo_model_verify(model, 1, &error), OCTAVO_OK) << error.text;
  octavo_model_close(model);
}

TEST_F(Program, StaticEndToEnd) {
  std::ofstream(folder_.Path("labels.txt")) << "0\n1\n2\n3\n4\n5\n6\n7\n8\nnine\n";
  const ProgramResult r =
      Convert({"--calib", Images(), "--labels", folder_.Path("labels.txt"), "--mean", "0.5",
               "--std", "0.25,0.25,0.2", "--seed", "7", "--data", Images(), "--verbose"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_EQ(r.errors, "") << "no bar in a pipe";
  for (const char *text : {"bytes, ", "agree on the class", "calibrated (mse) on 24 of 24",
                           "accuracy on 24 test images", "| stem", "Activations"})
    EXPECT_THAT(r.output, HasSubstr(text));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  EXPECT_EQ(octavo_model_verify(model, 2, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_STREQ(info.mode, "static");
  EXPECT_STREQ(info.calibrator, "mse, bias");
  EXPECT_EQ(info.calibration_images, 24u);
  EXPECT_EQ(info.seed, 7u);
  EXPECT_EQ(info.accuracy_images, 24u);
  EXPECT_GE(info.accuracy_model, 0.0f);
  EXPECT_STREQ(octavo_model_label(model, 9), "nine");
  octavo_tensor_info input;
  ASSERT_EQ(octavo_model_input(model, 0, &input), OCTAVO_OK);
  EXPECT_EQ(input.type, OCTAVO_INT8);
  EXPECT_FLOAT_EQ(input.scale, 5.0f / 255.0f); /* ±0.5 / 0.2 */
  octavo_model_close(model);
}

TEST_F(Program, ExportsAndReadsBackWithoutCalibration) {
  const std::string onnx = folder_.Path("int8.onnx"), again = folder_.Path("again.octavo");
  std::ofstream(folder_.Path("labels.txt")) << "0\n1\n2\n3\n4\n5\n6\n7\n8\nnine\n";
  ASSERT_EQ(Convert({"--calib", Images(), "--mean", "0.5,0.4,0.3", "--std", "0.25", "--labels",
                     folder_.Path("labels.txt")})
                .code,
            0);
  ProgramResult r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", Output(), "-o", onnx});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("int8.onnx: an ONNX model"));
  EXPECT_THAT(r.output, HasSubstr("5 of 5 layers int8"));
  r = RunProgram(OCTAVO_CONVERT, {onnx, "-o", again, "--json", folder_.Path("again.json")});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("quantized by the source"));
  EXPECT_THAT(r.output, HasSubstr("5 of 5 layers int8"));
  EXPECT_THAT(r.output, HasSubstr("10 labels from the network"));
  EXPECT_THAT(ReadFile(folder_.Path("again.json")), HasSubstr("\"int8_layers\": 5"));
  r = RunProgram(OCTAVO_CONVERT, {onnx, "-o", folder_.Path("kept.octavo"), "--keep-float", "sum"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("4 of 5 layers int8"));
  r = RunProgram(OCTAVO_CONVERT, {onnx, "--search", "--calib", Images(), "--data", Images()});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.errors, HasSubstr("is quantized already"));
  for (const std::vector<std::string> &option : {std::vector<std::string>{"--mode", "static"},
                                                 {"--calib", Images()},
                                                 {"--mean", "0.5"},
                                                 {"--correct", "none"},
                                                 {"--bgr"},
                                                 {"--data", Images()},
                                                 {"--labels", "labels.txt"}}) {
    std::vector<std::string> arguments = {"--export-qdq", Output(), "-o", folder_.Path("x.onnx")};
    arguments.insert(arguments.end(), option.begin(), option.end());
    r = RunProgram(OCTAVO_CONVERT, arguments);
    EXPECT_EQ(r.code, 2) << option[0];
    EXPECT_THAT(r.errors, HasSubstr(option[0] + ": found with --export-qdq of a model file"));
    EXPECT_FALSE(std::filesystem::exists(folder_.Path("x.onnx")));
  }
  /* Exported again it is the same file. */
  const std::string second = folder_.Path("second.onnx");
  r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", again, "-o", second, "--quiet"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_EQ(r.output, "");
  EXPECT_TRUE(ReadFile(onnx) == ReadFile(second));
}

TEST_F(Program, ExportsANetworkThatItCalibratesFirst) {
  const std::string direct = folder_.Path("direct.onnx"), later = folder_.Path("later.onnx");
  ASSERT_EQ(Convert({"--calib", Images(), "--mean", "0.5", "--std", "0.25"}).code, 0);
  ProgramResult r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", Output(), "-o", later});
  ASSERT_EQ(r.code, 0) << r.errors;
  r = RunProgram(OCTAVO_CONVERT, {"--export-qdq", Network(), "--calib", Images(), "--mean", "0.5",
                                  "--std", "0.25", "-o", direct});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_TRUE(ReadFile(direct) == ReadFile(later));
}

TEST_F(Program, ExportOfFloatModelsIsRefused) {
  ASSERT_EQ(Convert({"--mode", "float"}).code, 0);
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {"--export-qdq", Output(), "-o", folder_.Path("x.onnx")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.errors, HasSubstr("expected a network with int8 layers"));
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("x.onnx")));
}

TEST_F(Program, ExportOfWhatIsNoModel) {
  ExpectFailure(RunProgram(OCTAVO_CONVERT,
                           {"--export-qdq", "/no/such/file.octavo", "-o", folder_.Path("x.onnx")}),
                "file.octavo");
}

TEST_F(Program, TheSameInputsGiveTheSameBytes) {
  std::vector<std::string> contents;
  for (const char *threads : {"1", "2", "1"}) {
    const ProgramResult r = Convert({"--calib", Images(), "--threads", threads, "--quiet"});
    ASSERT_EQ(r.code, 0) << r.errors;
    EXPECT_EQ(r.output + r.errors, "");
    contents.push_back(ReadFile(Output()));
  }
  EXPECT_GT(contents[0].size(), 1000u);
  EXPECT_TRUE(contents[0] == contents[1]);
  EXPECT_TRUE(contents[0] == contents[2]);
}

TEST_F(Program, CorrectionsDoNotDependOnTheNumberOfThreads) {
  std::vector<std::string> contents;
  for (const char *threads : {"1", "2", "4"}) {
    const ProgramResult r =
        Convert({"--calib", Images(), "--threads", threads, "--correct", "equalize,round,bias",
                 "--calibrator", "moving-average", "--quiet"});
    ASSERT_EQ(r.code, 0) << r.errors;
    contents.push_back(ReadFile(Output()));
  }
  EXPECT_TRUE(contents[0] == contents[1] && contents[0] == contents[2]);
}

TEST_F(Program, CalibratorsWeightsAndCorrectionsAreSaid) {
  TemporaryFolder out;
  const ProgramResult r = Convert(
      {"--calib", Images(), "--calibrator", "percentile", "--percentile", "99.5",
       "--calibrator-for", "stem=entropy,body=minmax", "--weights", "per-tensor", "--correct",
       "equalize,round,bias", "--calib-report", out.Path("c.csv"), "--json", out.Path("s.json")});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("weights rounded by their effect in 3 layers, by 24 images\n"));
  EXPECT_THAT(r.output, HasSubstr("mean error taken off the bias in "));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_STREQ(info.calibrator, "percentile 99.5 (others for single layers), weights per tensor, "
                                "equalize, round, bias");
  octavo_model_close(model);
  EXPECT_THAT(ReadFile(out.Path("c.csv")),
              StartsWith("tensor,seen_min,seen_max,min_3,max_3,min_6,max_6,min_12,max_12,min_18,"
                         "max_18,min_24,max_24,movement,enough\n\""));
  json_t *root = json_load_file(out.Path("s.json").c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  EXPECT_STREQ(json_string_value(json_object_get(root, "weights")), "per-tensor");
  const json_t *corrections = json_object_get(root, "corrections");
  EXPECT_EQ(json_object_size(corrections), 3u);
  EXPECT_EQ(json_integer_value(json_object_get(json_object_get(corrections, "round"), "images")),
            24);
  json_decref(root);
}

/* What an add without constants loses by itself is no matter of corrections, unless int8 is
 * compared with the corrected network in place of the float32 one. */
TEST_F(Program, CorrectionsLeaveWhatInt8IsComparedWith) {
  double alone[2] = {};
  for (size_t i = 0; i < 2; i++) {
    const ProgramResult r = Convert({"--calib", Images(), "--correct", i == 0 ? "none" : "bias",
                                     "--json", folder_.Path("s.json"), "--quiet"});
    ASSERT_EQ(r.code, 0) << r.errors;
    json_t *root = json_load_file(folder_.Path("s.json").c_str(), 0, nullptr);
    const json_t *sum = json_array_get(json_object_get(root, "layers"), 2);
    EXPECT_STREQ(json_string_value(json_object_get(sum, "name")), "sum");
    alone[i] = json_number_value(json_object_get(sum, "isolated_snr_db"));
    json_decref(root);
  }
  EXPECT_GT(alone[0], 0);
  EXPECT_EQ(alone[0], alone[1]);
}

TEST_F(Program, UnknownCalibratorsAndCorrectionsAreRefused) {
  ExpectFailure(Convert({"--calib", Images(), "--correct", "biass"}),
                "--correct: expected a list of bias, equalize and round, or none, found 'biass'");
  ExpectFailure(Convert({"--calib", Images(), "--calibrator-for", "stemm=mse"}),
                "--calibrator-for: expected layers of the network, found 'stemm'; the closest "
                "names are stem");
  ExpectFailure(Convert({"--calib", Images(), "--calibrator-for", "stem=kl"}),
                "percentile or entropy, found 'kl'");
  ExpectFailure(Convert({"--calib", Images(), "--calib-report", folder_.Path("no/c.csv")}), "no/");
  for (const std::vector<std::string> &arguments :
       {std::vector<std::string>{"--weights", "per-tensor"},
        {"--correct", "bias"},
        {"--calib-report", "c.csv"},
        {"--calibrator-for", "stem=mse"}}) {
    std::vector<std::string> all = {"--mode", "float"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProgramResult r = Convert(all);
    EXPECT_EQ(r.code, 2) << arguments[0];
    EXPECT_THAT(r.errors, HasSubstr(" goes with --mode static"));
  }
}

TEST_F(Program, SummaryAsJson) {
  const ProgramResult r = Convert({"--calib", Images(), "--json", folder_.Path("s.json"), "-q"});
  ASSERT_EQ(r.code, 0) << r.errors;
  json_t *root = json_load_file(folder_.Path("s.json").c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(json_integer_value(json_object_get(root, "bytes")),
            (json_int_t)std::filesystem::file_size(Output()));
  EXPECT_STREQ(json_string_value(json_object_get(root, "mode")), "static");
  EXPECT_TRUE(json_is_null(json_object_get(root, "accuracy_model")));
  EXPECT_EQ(json_array_size(json_object_get(root, "layers")), 5u);
  json_decref(root);
}

/* Paths are bytes, what goes into files is UTF-8. */
TEST_F(Program, TheNameOfTheSourceNeedNotBeUtf8) {
  const std::string source = folder_.Path("n\xff\xc3\xa9t.onnx"), summary = folder_.Path("s.json");
  std::filesystem::copy_file(Network(), source);
  const ProgramResult r = RunProgram(
      OCTAVO_CONVERT, {source, "-o", Output(), "--mode", "float", "--json", summary, "-q"});
  ASSERT_EQ(r.code, 0) << r.errors;
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_STREQ(info.source, "n?\xc3\xa9t.onnx");
  octavo_model_close(model);
  json_t *root = json_load_file(summary.c_str(), 0, nullptr);
  EXPECT_STREQ(json_string_value(json_object_get(root, "source")), "n?\xc3\xa9t.onnx");
  json_decref(root);
}

/* The network with these entries behind it, at a path in `folder`. */
std::string WithMetadata(const std::string &network, const TemporaryFolder &folder,
                         const std::string &entries) {
  std::ofstream(folder.Path("m.onnx"), std::ios::binary) << ReadFile(network) << entries;
  return folder.Path("m.onnx");
}

TEST_F(Program, WhatTheNetworkSaysNeedsNoOptions) {
  TemporaryFolder stored, out;
  const std::string network =
      WithMetadata(Network(), stored,
                   MetadataEntry("octavo.mean", "0.5,0.25,0.125") +
                       MetadataEntry("octavo.std", "0.25,0.5,0.75") +
                       MetadataEntry("octavo.labels", "0\n1\n2\n3\n4\n5\n6\n7\n8\nnine\n"));
  const ProgramResult r = RunProgram(OCTAVO_CONVERT, {network, "-o", Output(), "--calib", Images(),
                                                      "--json", out.Path("s.json"), "--seed", "7"});
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("mean 0.5,0.25,0.125 from the network, std 0.25,0.5,0.75 from "
                                  "the network; 10 labels from the network\n"));
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(Output().c_str(), &model, &error), OCTAVO_OK) << error.text;
  EXPECT_STREQ(octavo_model_label(model, 9), "nine");
  octavo_preprocessing rule = {};
  ASSERT_EQ(octavo_model_preprocessing(model, &rule), OCTAVO_OK);
  EXPECT_THAT(rule.mean, ElementsAre(0.5f, 0.25f, 0.125f));
  EXPECT_THAT(rule.std, ElementsAre(0.25f, 0.5f, 0.75f));
  octavo_model_close(model);
  json_t *root = json_load_file(out.Path("s.json").c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(json_real_value(json_array_get(json_object_get(root, "std"), 2)), 0.75);
  for (const char *key : {"mean_from", "std_from", "labels_from"})
    EXPECT_STREQ(json_string_value(json_object_get(root, key)), "network") << key;
  json_decref(root);
  const std::string first = ReadFile(Output());
  ASSERT_EQ(RunProgram(OCTAVO_CONVERT,
                       {network, "-o", Output(), "--calib", Images(), "--seed", "7", "-q"})
                .code,
            0);
  EXPECT_TRUE(first == ReadFile(Output())) << "same inputs, same bytes";
}

TEST_F(Program, OptionsTakePrecedenceOverTheNetwork) {
  TemporaryFolder stored;
  const std::string rule =
      MetadataEntry("octavo.mean", "0.5,0.25,0.125") + MetadataEntry("octavo.std", "0.25,0.5,0.75");
  const std::string network = WithMetadata(Network(), stored, rule);
  ProgramResult r = RunProgram(
      OCTAVO_CONVERT, {network, "-o", Output(), "--mode", "float", "--mean", "0.75", "--bgr"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("mean 0.75,0.75,0.75 from the option, std 0.75,0.5,0.25 from the "
                                  "network; no labels\n"));
  r = RunProgram(OCTAVO_CONVERT, {network, "-o", Output(), "--mode", "float", "--preset", "cifar10",
                                  "--size", "16"});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("mean 0.4914,0.4822,0.4465 from the preset, std 0.247,0.2435,"
                                  "0.2616 from the preset; 10 labels from the preset\n"));
  r = Convert({"--mode", "float"});
  EXPECT_THAT(r.output, HasSubstr("mean 0,0,0 by default, std 1,1,1 by default; no labels\n"));
}

TEST_F(Program, MetadataThatCannotBeRightIsRefused) {
  TemporaryFolder stored;
  const auto refuse = [&](const char *key, const char *value, const char *message) {
    const std::string network = WithMetadata(Network(), stored, MetadataEntry(key, value));
    ExpectFailure(RunProgram(OCTAVO_CONVERT, {network, "-o", Output(), "--mode", "float"}),
                  message);
  };
  refuse("octavo.mean", "grey", "metadata 'octavo.mean': expected 1 or 3 numbers");
  refuse("octavo.labels", "one\ntwo", "'octavo.labels': expected 10 labels, as many");
}

TEST_F(Program, BadNetworks) {
  TemporaryFolder bad;
  std::ofstream(bad.Path("empty.onnx"));
  std::ofstream(bad.Path("text.onnx")) << "this is no network\n";
  std::ofstream(bad.Path("lfs.onnx")) << "version https://git-lfs.github.com/spec/v1\n"
                                         "oid sha256:0123\nsize 10\n";
  const std::string whole = ReadFile(Network());
  std::ofstream(bad.Path("cut.onnx"), std::ios::binary) << whole.substr(0, whole.size() / 2);
  for (const char *name : {"missing.onnx", "empty.onnx", "text.onnx", "lfs.onnx", "cut.onnx", ""})
    ExpectFailure(RunProgram(OCTAVO_CONVERT, {bad.Path(name), "-o", Output(), "--mode", "float"}),
                  "octavo-convert: ");
}

TEST_F(Program, BadCalibrationFolders) {
  TemporaryFolder bad;
  std::filesystem::create_directory(bad.Path("empty"));
  ExpectFailure(Convert({"--calib", bad.Path("missing")}), "missing");
  ExpectFailure(Convert({"--calib", bad.Path("empty")}), "empty");
  WriteImages(bad.Path("some"), 4, 16, 16);
  std::ofstream(bad.Path("some/a/x.png")) << "no image";
  ExpectFailure(Convert({"--calib", bad.Path("some")}), "1 of 5 images cannot be read");
}

TEST_F(Program, AFewUnreadableImagesArePassedOver) {
  TemporaryFolder images;
  WriteImages(images.Path(), 12, 16, 16);
  std::ofstream(images.Path("a/x.png")) << "no image";
  const ProgramResult r = Convert({"--calib", images.Path()});
  EXPECT_EQ(r.code, 0) << r.errors;
  EXPECT_THAT(r.output, HasSubstr("12 of 13 images, 1 left out as unreadable"));
}

TEST_F(Program, OptionsThatContradictTheNetwork) {
  ExpectFailure(Convert({"--calib", Images(), "--preset", "cifar10"}), "16x16");
  ExpectFailure(Convert({"--calib", Images(), "--size", "32"}), "--size 32");
  ExpectFailure(Convert({"--calib", Images(), "--preset", "mnist"}), "cifar10, imagenet");
  ExpectFailure(Convert({"--calib", Images(), "--mean", "1,2"}), "--mean");
  ExpectFailure(Convert({"--calib", Images(), "--data", folder_.Path("none")}), "none");
  TemporaryFolder labels;
  std::ofstream(labels.Path("l.txt")) << "one\ntwo\n";
  ExpectFailure(Convert({"--calib", Images(), "--labels", labels.Path("l.txt")}),
                "expected 10 labels");
}

TEST_F(Program, AFailureLeavesTheOldFile) {
  std::ofstream(Output()) << "old";
  EXPECT_EQ(Convert({}).code, 1);
  EXPECT_EQ(ReadFile(Output()), "old");
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {Network(), "--mode", "float", "-o", folder_.Path("no/x.octavo")});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.errors, HasSubstr("no/"));
}

TEST_F(Program, InterruptedLeavesNothing) {
  TemporaryFolder images;
  WriteImages(images.Path(), 1, 500, 500);
  for (int i = 0; i < 3000; i++)
    std::filesystem::create_symlink(images.Path("a/0.png"),
                                    images.Path("a/" + std::to_string(i + 1) + ".png"));
  StartedProgram program(OCTAVO_CONVERT, {Network(), "-o", Output(), "--calib", images.Path(),
                                          "--calib-count", "3000"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  program.Signal(SIGINT);
  ExpectFailure(program.Wait(), "interrupted");
}

} // namespace
