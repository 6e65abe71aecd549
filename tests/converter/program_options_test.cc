/* Options of octavo-convert: which there are, and which are refused. */
#include "tests/converter/small_program.h"

#include <fstream>

namespace {

using testing::HasSubstr;

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

} // namespace
