/* octavo-convert as its users call it: messages, exit codes, and that no file appears on failure.
 */
#include "tests/converter/small_program.h"

#include <jansson.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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
