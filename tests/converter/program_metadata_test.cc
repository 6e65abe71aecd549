/* What a network says of itself, and options that say otherwise. */
#include "tests/converter/metadata.h"
#include "tests/converter/small_program.h"

#include <jansson.h>

#include <fstream>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

} // namespace
