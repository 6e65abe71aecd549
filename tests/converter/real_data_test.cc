/* ResNet-20 on CIFAR-10: the accuracy and the size that the project promises. Needs the data set in
 * the folder that the environment variable OCTAVO_CIFAR10_DIR names. */
#include "octavo.h"
#include "tests/converter/program.h"

#include <gmock/gmock.h>
#include <jansson.h>

#include <cstdlib>
#include <fstream>

namespace {

const char *Data() {
  const char *data = std::getenv("OCTAVO_CIFAR10_DIR");
  return data == nullptr || *data == '\0' ? nullptr : data;
}

TEST(RealData, ResNet20LosesAtMostThreeTenthsOfAPoint) {
  const char *data = Data();
  if (data == nullptr)
    GTEST_SKIP() << "OCTAVO_CIFAR10_DIR is not set";
  TemporaryFolder folder;
  const std::string output = folder.Path("resnet20.octavo");
  const ProgramResult r =
      RunProgram(OCTAVO_CONVERT, {OCTAVO_RESNET20, "-o", output, "--calib", data, "--data", data});
  ASSERT_EQ(r.code, 0) << r.errors;
  octavo_model *model = nullptr;
  octavo_error error = {};
  ASSERT_EQ(octavo_model_open(output.c_str(), &model, &error), OCTAVO_OK) << error.text;
  octavo_model_info info;
  ASSERT_EQ(octavo_model_describe(model, &info), OCTAVO_OK);
  EXPECT_EQ(info.accuracy_images, 10000u);
  EXPECT_NEAR(info.accuracy_source, 87.93f, 0.02f) << "what ONNX Runtime measures";
  EXPECT_GE(info.accuracy_model, info.accuracy_source - 0.3f);
  EXPECT_LE((double)info.file_size * 3.6, (double)std::filesystem::file_size(OCTAVO_RESNET20));
  octavo_model_close(model);
}

/* Some images of the set, so that a search takes seconds. */
void TakeSome(const std::string &data, const std::string &folder) {
  constexpr size_t kRecord = 1 + 3 * 32 * 32, kImages = 500;
  std::filesystem::create_directories(folder);
  for (const auto &entry : std::filesystem::directory_iterator(data))
    if (entry.is_regular_file()) {
      const std::string bytes = ReadFile(entry.path().string());
      std::ofstream(folder + "/" + entry.path().filename().string(), std::ios::binary)
          << bytes.substr(0, kImages * kRecord);
    }
}

/* What a search ends with is the model that --keep-float makes of the same layers, to the last
 * byte: biases are corrected for the precisions that it found. Clipping 3 % of all values costs
 * enough accuracy that some layers have to go to float32. */
TEST(RealData, MaxDropMakesTheModelThatKeepFloatMakes) {
  if (Data() == nullptr)
    GTEST_SKIP() << "OCTAVO_CIFAR10_DIR is not set";
  TemporaryFolder folder;
  const std::string found = folder.Path("found.octavo"), told = folder.Path("told.octavo"),
                    summary = folder.Path("found.json");
  const std::string some = folder.Path("some");
  TakeSome(Data(), some);
  const std::vector<std::string> common = {
      OCTAVO_RESNET8, "--calib",    some,           "--data", some,
      "--calibrator", "percentile", "--percentile", "97",     "-o"};
  std::vector<std::string> searching = common, telling = common;
  searching.insert(searching.end(), {found, "--max-drop", "0.5", "--json", summary});
  ProgramResult r = RunProgram(OCTAVO_CONVERT, searching);
  ASSERT_EQ(r.code, 0) << r.errors;
  json_t *root = json_load_file(summary.c_str(), 0, nullptr);
  const json_t *layers = json_object_get(root, "float_layers");
  std::string list;
  for (size_t i = 0; i < json_array_size(layers); i++)
    list += (i == 0 ? "" : ",") + std::string(json_string_value(json_array_get(layers, i)));
  json_decref(root);
  ASSERT_NE(list, "");
  telling.insert(telling.end(), {told, "--keep-float", list});
  r = RunProgram(OCTAVO_CONVERT, telling);
  ASSERT_EQ(r.code, 0) << r.errors;
  EXPECT_TRUE(ReadFile(found) == ReadFile(told));
}

} // namespace
