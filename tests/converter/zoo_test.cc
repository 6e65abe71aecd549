/* Small versions of torchvision's networks (tests/data/zoo): in float32 against ONNX Runtime, in
 * int8 against float32, and what is not supported of them is named. */
#include "tests/converter/onnx_backend/pipeline.h"
#include "tests/converter/program.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <cmath>
#include <cstring>
#include <map>
#include <regex>

namespace {

struct Network {
  const char *name;
  std::vector<std::string> unsupported; /* what the message must list; empty: it converts */
};

std::ostream &operator<<(std::ostream &stream, const Network &network) {
  return stream << network.name;
}

const Network networks[] = {
    {"densenet", {}},
    {"efficientnet_b0", {}},
    {"efficientnet_lite", {}},
    {"googlenet", {}},
    {"mnasnet", {}},
    {"mobilenet_v2", {}},
    {"mobilenet_v3_large", {}},
    {"mobilenet_v3_small", {}},
    {"regnet_x", {}},
    {"regnet_y", {}},
    {"resnet_basic", {}},
    {"resnet_bottleneck", {}},
    {"resnext", {}},
    {"shufflenet_v2", {}},
    {"squeezenet_1_0", {}},
    {"squeezenet_1_1", {}},
    {"vgg", {}},
    {"vgg_bn", {}},
};

std::vector<Network> Networks(bool supported) {
  std::vector<Network> some;
  for (const Network &network : networks)
    if (network.unsupported.empty() == supported)
      some.push_back(network);
  return some;
}

std::string Path(const Network &network, const std::string &extension) {
  return std::string(OCTAVO_ZOO) + "/" + network.name + extension;
}

std::string TestName(const testing::TestParamInfo<Network> &network) {
  return network.param.name;
}

/* ---- Float ---------------------------------------------------------------------------------- */

std::vector<float> ReadFloats(const std::string &path) {
  const std::string bytes = ReadFile(path);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

/* From NCHW, of a square image of 3 channels. */
std::vector<float> ToChannelsLast(const float *image, size_t pixels) {
  std::vector<float> moved(3 * pixels);
  for (size_t c = 0; c < 3; c++)
    for (size_t k = 0; k < pixels; k++)
      moved[3 * k + c] = image[c * pixels + k];
  return moved;
}

class Zoo : public testing::TestWithParam<Network> {};

TEST_P(Zoo, GivesInFloatWhatOnnxRuntimeGives) {
  Pipeline pipeline;
  octavo_error error = {};
  ASSERT_EQ(pipeline.Convert(ReadFile(Path(GetParam(), ".onnx")), &error), OCTAVO_OK) << error.text;
  const std::vector<float> stored = ReadFloats(Path(GetParam(), ".bin"));
  const Shape input = pipeline.InputShape("input");
  ASSERT_EQ(input.size(), 4u);
  ASSERT_EQ(input, (Shape{1, input[1], input[1], 3}));
  const auto pixels = static_cast<size_t>(input[1] * input[1]);
  ASSERT_EQ(stored.size(), 3 * pixels + 10);
  ASSERT_EQ(pipeline.SetInput("input", ToChannelsLast(stored.data(), pixels), &error), OCTAVO_OK)
      << error.text;
  ASSERT_EQ(pipeline.Run(&error), OCTAVO_OK) << error.text;
  const std::vector<float> found = pipeline.Output(0);
  ASSERT_EQ(found.size(), 10u);
  const float *expected = &stored[3 * pixels];
  float largest = 0;
  for (size_t i = 0; i < 10; i++)
    largest = std::max(largest, std::fabs(expected[i]));
  EXPECT_GT(largest, 0.01f) << "a network that says something";
  for (size_t i = 0; i < 10; i++)
    EXPECT_NEAR(found[i], expected[i], 1e-4f * largest) << i;
}

/* ---- int8 ----------------------------------------------------------------------------------- */

/* 40 generated images of that size, made once. */
std::string Images(int64_t size) {
  static std::map<int64_t, TemporaryFolder> folders;
  const bool made = folders.count(size) != 0;
  const std::string path = folders[size].Path();
  if (!made) {
    const ProgramResult r =
        RunProgram(OCTAVO_MAKE_IMAGES, {path, "--count", "4", "--size", std::to_string(size)});
    EXPECT_EQ(r.code, 0) << r.errors;
  }
  return path;
}

int64_t ImageSize(const Network &network) {
  const size_t floats = ReadFile(Path(network, ".bin")).size() / sizeof(float) - 10;
  return std::lround(std::sqrt(static_cast<double>(floats) / 3));
}

/* What a sound quantization keeps at the least, in dB. Rounding adds noise of step²/12, with the
 * step range/255. A normal distribution cut at ±4σ has range 8σ, which is 40.9 dB below the signal;
 * range 24σ, for long tails, is 9.5 dB worse. Each of the layers adds that, independent of the
 * others, and as much again from its weights: noise of 2 · layers. */
double LeastSnr(size_t layers) {
  return 40.9 - 9.5 - 10 * std::log10(2.0 * static_cast<double>(layers));
}

TEST_P(Zoo, KeepsInInt8WhatItSays) {
  TemporaryFolder folder;
  const std::string json = folder.Path("summary.json");
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {Path(GetParam(), ".onnx"), "-o", folder.Path("net.octavo"), "-q",
                                  "--calib", Images(ImageSize(GetParam())), "--mean", "0.5",
                                  "--std", "0.25", "--json", json, "--threads", "1"});
  ASSERT_EQ(r.code, 0) << r.errors;
  json_t *root = json_load_file(json.c_str(), 0, nullptr);
  ASSERT_NE(root, nullptr);
  const json_t *layers = json_object_get(root, "layers");
  const size_t count = json_array_size(layers);
  ASSERT_GT(count, 0u);
  const json_t *last = json_object_get(json_array_get(layers, count - 1), "snr_db");
  EXPECT_GT(json_number_value(last), LeastSnr(count)) << count << " layers";
  EXPECT_LT(json_integer_value(json_object_get(root, "weight_bytes")),
            json_integer_value(json_object_get(root, "source_bytes")) / 2);
  json_decref(root);
}

INSTANTIATE_TEST_SUITE_P(Torchvision, Zoo, testing::ValuesIn(Networks(true)), TestName);

/* ---- What is not supported ------------------------------------------------------------------ */

/* "… not supported: OP (2: layer, layer), OP: reason (1: layer)" gives the parts before " (". */
std::vector<std::string> ListedOperators(const std::string &message) {
  std::vector<std::string> found;
  const std::regex row("(?:not supported: |\\), )([A-Z][^(]*) \\([0-9]+: ");
  for (std::sregex_iterator i(message.begin(), message.end(), row), end; i != end; ++i)
    found.push_back((*i)[1]);
  return found;
}

class UnsupportedZoo : public testing::TestWithParam<Network> {};

TEST_P(UnsupportedZoo, IsRefusedByTheNamesOfItsOperators) {
  Pipeline pipeline;
  octavo_error error = {};
  ASSERT_EQ(pipeline.Convert(ReadFile(Path(GetParam(), ".onnx")), &error), OCTAVO_ERROR_UNSUPPORTED)
      << "if it converts, its row in the table must be empty\n"
      << error.text;
  EXPECT_EQ(ListedOperators(error.text), GetParam().unsupported) << error.text;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(UnsupportedZoo);
INSTANTIATE_TEST_SUITE_P(Torchvision, UnsupportedZoo, testing::ValuesIn(Networks(false)), TestName);

TEST(ZooTable, HasEveryNetwork) {
  std::vector<std::string> files, names;
  for (const auto &entry : std::filesystem::directory_iterator(OCTAVO_ZOO))
    if (entry.path().extension() == ".onnx")
      files.push_back(entry.path().stem().string());
  for (const Network &network : networks)
    names.push_back(network.name);
  EXPECT_THAT(files, testing::UnorderedElementsAreArray(names));
}

} // namespace
