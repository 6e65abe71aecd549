#include "common/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "octavo.h"

namespace {

using testing::HasSubstr;

struct Values {
  bool flag;
  uint32_t threads;
  uint64_t seed;
  double scale;
  option_reals mean;
  const char *output;
  option_strings exclude;
  int mode;
  const char *model;
  option_arguments images;
  uint64_t given;
};

const char *const kModes[] = {"static", "float", nullptr};
const char *const kExamples[] = {"tool m.octavo --threads 2", nullptr};

const option_descriptor kOptions[] = {
    {"MODEL", 0, OPTION_ARGUMENT, offsetof(Values, model), nullptr, "The model.", nullptr, 1, 1,
     nullptr, false, nullptr, nullptr},
    {"IMAGE", 0, OPTION_ARGUMENTS, offsetof(Values, images), nullptr, "Images.", nullptr, 0, 3,
     nullptr, false, nullptr, nullptr},
    {"flag", 0, OPTION_FLAG, offsetof(Values, flag), nullptr, "A flag.", "Options", 0, 0, nullptr,
     false, nullptr, nullptr},
    {"threads", 't', OPTION_UNSIGNED, offsetof(Values, threads), "N", "Threads.", nullptr, 1, 64,
     nullptr, false, nullptr, nullptr},
    {"seed", 0, OPTION_SEED, offsetof(Values, seed), "N", "Seed.", nullptr, 0, 0, nullptr, false,
     nullptr, nullptr},
    {"scale", 0, OPTION_REAL, offsetof(Values, scale), "X", "Scale.", nullptr, 0, 0, nullptr, false,
     nullptr, nullptr},
    {"mean", 0, OPTION_REALS, offsetof(Values, mean), "M[,M,M]", "Mean.", nullptr, 0, 0, nullptr,
     false, nullptr, nullptr},
    {"output", 'o', OPTION_STRING, offsetof(Values, output), "FILE", "Output.", nullptr, 0, 0,
     nullptr, false, nullptr, nullptr},
    {"exclude", 0, OPTION_STRINGS, offsetof(Values, exclude), "NAME", "Leave out.", nullptr, 0, 0,
     nullptr, false, nullptr, nullptr},
    {"mode", 0, OPTION_CHOICE, offsetof(Values, mode), "MODE", "How to quantize.", "Quantizing", 0,
     0, kModes, false, nullptr, nullptr},
};

struct Outcome {
  int code;
  Values values;
  std::string out, err;
  std::vector<std::string> images;
  std::vector<std::string> arguments; // what the values point into
};

Outcome Parse(std::vector<std::string> arguments, size_t option_count = std::size(kOptions),
              const option_descriptor *options = kOptions, bool draft = false) {
  const option_program program = {"tool",    "Does things.", options, option_count,
                                  kExamples, nullptr,        draft,   offsetof(Values, given)};
  Outcome outcome = {};
  outcome.arguments = std::move(arguments);
  outcome.arguments.insert(outcome.arguments.begin(), "tool");
  std::vector<char *> argv;
  for (std::string &argument : outcome.arguments)
    argv.push_back(argument.data());
  outcome.values.threads = 1;
  outcome.values.scale = 0.25;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome.code =
      options_parse(&program, static_cast<int>(argv.size()), argv.data(), &outcome.values);
  fflush(stdout);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  for (uint32_t i = 0; i < outcome.values.images.count; i++)
    outcome.images.push_back(outcome.values.images.values[i]);
  return outcome;
}

TEST(Options, TakesEveryKind) {
  const Outcome o = Parse({"m.octavo", "--flag", "--threads", "4", "a.png", "--seed=0x10",
                           "--scale", "1/255", "--mean=-0.5,1e2,1/4", "-oout", "--exclude", "c1",
                           "--exclude=c2", "--mode", "float", "--", "-b.png"});
  ASSERT_EQ(o.code, OPTIONS_RUN) << o.err;
  EXPECT_TRUE(o.values.flag);
  EXPECT_EQ(o.values.threads, 4u);
  EXPECT_EQ(o.values.seed, 16u);
  EXPECT_DOUBLE_EQ(o.values.scale, 1.0 / 255.0);
  ASSERT_EQ(o.values.mean.count, 3u);
  EXPECT_DOUBLE_EQ(o.values.mean.values[0], -0.5);
  EXPECT_DOUBLE_EQ(o.values.mean.values[1], 100.0);
  EXPECT_DOUBLE_EQ(o.values.mean.values[2], 0.25);
  EXPECT_STREQ(o.values.output, "out");
  ASSERT_EQ(o.values.exclude.count, 2u);
  EXPECT_STREQ(o.values.exclude.values[1], "c2");
  EXPECT_EQ(o.values.mode, 1);
  EXPECT_STREQ(o.values.model, "m.octavo");
  EXPECT_THAT(o.images, testing::ElementsAre("a.png", "-b.png"));
}

TEST(Options, AQuestionNeedsNothingElse) {
  const option_descriptor options[] = {
      kOptions[0],
      {"output", 'o', OPTION_STRING, offsetof(Values, output), "FILE", "Output.", nullptr, 0, 0,
       nullptr, true, nullptr, nullptr},
      {"list", 0, OPTION_QUESTION, offsetof(Values, flag), nullptr, "List.", nullptr, 0, 0, nullptr,
       false, nullptr, nullptr},
  };
  const Outcome asked = Parse({"--unknown", "--list"}, std::size(options), options);
  EXPECT_EQ(asked.code, OPTIONS_RUN);
  EXPECT_TRUE(asked.values.flag);
  EXPECT_EQ(asked.out + asked.err, "");
  const Outcome file = Parse({"-o", "x", "--", "--list"}, std::size(options), options);
  EXPECT_EQ(file.code, OPTIONS_RUN) << file.err;
  EXPECT_FALSE(file.values.flag) << "behind -- it is the name of a model";
  const Outcome value = Parse({"m", "-o", "x", "--list=y"}, std::size(options), options);
  EXPECT_EQ(value.code, 2);
  EXPECT_THAT(value.err, HasSubstr("--list takes no value"));
  EXPECT_THAT(Parse({"--help"}, std::size(options), options).out, HasSubstr("--list  "));
}

TEST(Options, KeepsDefaults) {
  const Outcome o = Parse({"m"});
  ASSERT_EQ(o.code, OPTIONS_RUN);
  EXPECT_EQ(o.values.threads, 1u);
  EXPECT_EQ(o.values.images.count, 0u);
}

TEST(Options, TellsWhatWasGivenEvenIfItIsTheDefault) {
  const Outcome o = Parse({"m", "--mode", "static", "--flag", "--threads=1"});
  ASSERT_EQ(o.code, OPTIONS_RUN);
  EXPECT_EQ(o.values.given, 1u << 2 | 1u << 3 | 1u << 9);
}

TEST(Options, WrongUsageSaysWhatWasExpected) {
  const struct {
    std::vector<std::string> arguments;
    const char *message;
  } cases[] = {
      {{}, "MODEL is missing"},
      {{"m", "--thread", "2"}, "unknown option --thread; did you mean --threads?"},
      {{"m", "--treads=2"}, "did you mean --threads?"},
      {{"m", "--completely-different"}, "unknown option --completely-different\n"},
      {{"m", "-x"}, "unknown option -x"},
      {{"m", "--threads"}, "--threads needs a value: N"},
      {{"m", "--threads", "0"}, "expected a whole number from 1 to 64, found '0'"},
      {{"m", "--threads", "65"}, "found '65'"},
      {{"m", "--threads", "4x"}, "found '4x'"},
      {{"m", "--threads", "-1"}, "found '-1'"},
      {{"m", "--threads", " 1"}, "found ' 1'"},
      {{"m", "--threads", "99999999999999999999"}, "found '99999999999999999999'"},
      {{"m", "-t", "2", "--threads", "3"}, "--threads was given twice"},
      {{"m", "--flag=1"}, "--flag takes no value"},
      {{"m", "--scale", "nan"}, "expected a number, found 'nan'"},
      {{"m", "--scale", "1/0"}, "found '1/0'"},
      {{"m", "--scale", "1/ 2"}, "found '1/ 2'"},
      {{"m", "--scale", ""}, "found ''"},
      {{"m", "--mean", "1,,2"}, "found '1,,2'"},
      {{"m", "--mean", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"}, "at most 16"},
      {{"m", "--mode", "dynamic"}, "expected static or float, found 'dynamic'"},
      {{"m", "--seed", "0x"}, "found '0x'"},
      {{"m", "--output="}, "expected FILE"},
      {{"m", "1", "2", "3", "4"}, "IMAGE: expected at most 3, found 4"},
  };
  for (const auto &c : cases) {
    const Outcome o = Parse(c.arguments);
    EXPECT_EQ(o.code, 2) << c.message;
    EXPECT_THAT(o.err, HasSubstr(c.message));
    EXPECT_EQ(o.out, "");
  }
}

// --threads without what it needs, whatever kind that is of.
TEST(Options, WhatDoesNothingIsRefused) {
  const struct {
    std::vector<const char *> needs;
    std::vector<std::string> without, with;
    const char *message;
  } cases[] = {
      {{"flag"}, {}, {"--flag"}, "--threads does nothing without --flag\n"},
      {{"seed"}, {"--seed", "0"}, {"--seed", "1"}, "without --seed\n"},
      {{"scale"}, {"--scale", "0"}, {}, "without --scale\n"}, // 0.25 by default
      {{"mean"}, {}, {"--mean", "0"}, "without --mean\n"},
      {{"output"}, {}, {"--output", "o"}, "without --output\n"},
      {{"exclude"}, {}, {"--exclude", "x"}, "without --exclude\n"},
      {{"mode"}, {"--mode", "static"}, {"--mode", "float"}, "without --mode\n"},
      {{"mode=static"}, {"--mode", "float"}, {}, "without --mode static\n"},
      {{"IMAGE"}, {}, {"image.png"}, "without IMAGE\n"},
      {{"IMAGE", "flag", "mode=float"}, {}, {"--flag"}, "IMAGE, --flag or --mode float\n"},
      {{"IMAGE", "flag", "mode=float"}, {}, {"--mode=float"}, "IMAGE, --flag or --mode float\n"},
  };
  for (const auto &c : cases) {
    std::vector<option_descriptor> options(std::begin(kOptions), std::end(kOptions));
    std::vector<const char *> needs = c.needs;
    needs.push_back(nullptr);
    options[3].needs = needs.data();
    const auto parse = [&](std::vector<std::string> more, bool draft = false) {
      more.insert(more.begin(), {"m", "--threads", "2"});
      return Parse(std::move(more), options.size(), options.data(), draft);
    };
    const Outcome refused = parse(c.without);
    EXPECT_EQ(refused.code, 2) << c.message;
    EXPECT_THAT(refused.err, HasSubstr(c.message));
    EXPECT_EQ(parse(c.with).code, OPTIONS_RUN) << c.message;
    EXPECT_EQ(parse(c.without, true).code, OPTIONS_RUN) << c.message;
    // Not given, it needs nothing.
    std::vector<std::string> alone = c.without;
    alone.insert(alone.begin(), "m");
    EXPECT_EQ(Parse(alone, options.size(), options.data()).code, OPTIONS_RUN) << c.message;
  }
}

TEST(Options, WhatExcludesAnotherIsRefused) {
  std::vector<option_descriptor> options(std::begin(kOptions), std::end(kOptions));
  const char *const rivals[] = {"flag", "seed", nullptr};
  options[3].excludes = rivals;
  const auto parse = [&](const std::vector<std::string> &arguments, bool draft = false) {
    return Parse(arguments, options.size(), options.data(), draft);
  };
  const std::vector<std::string> both = {"m", "--seed", "0", "-t", "2"};
  EXPECT_EQ(parse(both).code, 2);
  EXPECT_THAT(parse(both).err, HasSubstr("--threads and --seed exclude each other\n"));
  EXPECT_EQ(parse(both, true).code, OPTIONS_RUN);
  EXPECT_EQ(parse({"m", "-t", "2", "--scale", "1"}).code, OPTIONS_RUN);
  EXPECT_EQ(parse({"m", "--seed", "0", "--flag"}).code, OPTIONS_RUN);
}

TEST(Options, RequiredAndUnexpected) {
  option_descriptor options[] = {kOptions[0], kOptions[7]};
  options[1].required = true;
  EXPECT_THAT(Parse({"m"}, 2, options).err, HasSubstr("--output is missing"));
  EXPECT_THAT(Parse({"m", "n", "-o", "x"}, 2, options).err, HasSubstr("unexpected argument 'n'"));
  EXPECT_EQ(Parse({"m", "-o", "x"}, 2, options).code, OPTIONS_RUN);
}

TEST(Options, HelpTellsEverything) {
  const Outcome o = Parse({"--nonsense", "--help"});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.err, "");
  for (const char *part :
       {"Usage: tool [options] MODEL [IMAGE...]", "Does things.", "-t, --threads N", "[1]",
        "[0.25]", "How to quantize: static or float [static]", "Quantizing:", "Exit codes:",
        "2  wrong usage", "Examples:", "tool m.octavo --threads 2", "--version"})
    EXPECT_THAT(o.out, HasSubstr(part));
  for (const option_descriptor &option : kOptions)
    EXPECT_THAT(o.out, HasSubstr(option.name));
}

TEST(Options, VersionIsTheLibrarys) {
  const Outcome o = Parse({"--version"});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out, std::string("tool ") + octavo_version() + "\n");
}

TEST(Options, AfterTwoDashesHelpIsAName) {
  const Outcome o = Parse({"--", "--help"});
  EXPECT_EQ(o.code, OPTIONS_RUN);
  EXPECT_STREQ(o.values.model, "--help");
}

TEST(Options, ThreadsAreANumberOrTheWordAuto) {
  const option_descriptor threads[] = {{"threads", 't', OPTION_THREADS, offsetof(Values, threads),
                                        "N", "Threads.", nullptr, 0, 64, nullptr, false, nullptr,
                                        nullptr}};
  EXPECT_EQ(Parse({"--threads", "auto"}, 1, threads).values.threads, 0u);
  EXPECT_EQ(Parse({"-t", "0"}, 1, threads).values.threads, 0u);
  EXPECT_EQ(Parse({"-t64"}, 1, threads).values.threads, 64u);
  for (const char *wrong : {"Auto", "65", "", "-1", "auto2"}) {
    const Outcome o = Parse({"--threads", wrong}, 1, threads);
    EXPECT_EQ(o.code, 2) << wrong;
    EXPECT_THAT(o.err, HasSubstr("expected auto, or a whole number from 0 to 64, found"));
  }
}

} // namespace
